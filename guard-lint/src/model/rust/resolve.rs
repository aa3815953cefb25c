//! What a path leads to, through modules, `use` and the crates of the tree.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{At, Program};
use crate::model::FnId;
use crate::source::rust::facts::{Constant, Type, TypeDef};

/// How many `use` one name goes through. Real code stays far below; a circle ends here.
const HOPS: u32 = 24;

/// How many of them a value goes through that a module hides: every one may name many modules.
const VALUE_HOPS: u32 = 6;

/// What a path leads to.
#[derive(Debug, Clone)]
pub enum Def<'s> {
    /// A module.
    Module(At),
    /// A function, or a method.
    Function(FnId),
    /// A type, with the module that defines it.
    Type(At, &'s TypeDef),
    /// A constant, with the module that defines it.
    Constant(At, &'s Constant),
    /// Something outside the program, by its path as far as `use` tells.
    External(Vec<String>),
}

/// What one question has asked of globs so far: crates that hand on whole modules lead to each of them on many ways.
#[derive(Default)]
struct Search<'s> {
    /// What each name is in a module by its globs; nothing while that is being asked.
    members: RefCell<FxHashMap<(At, String), Option<Def<'s>>>>,
    /// The names whose value was looked for behind a module's globs.
    values: RefCell<FxHashSet<(At, String)>>,
}

impl Def<'_> {
    /// Whether it is this item of one of these crates. Where a glob brings the name in, its crate is not known, and the
    /// name decides.
    pub fn is_external(&self, crates: &[&str], name: &[&str]) -> bool {
        match self {
            Self::External(path) => {
                let known =
                    path.len() <= name.len() || path.first().is_some_and(|first| crates.contains(&first.as_str()));
                known && path.len() >= name.len() && path[path.len() - name.len()..].iter().eq(name.iter())
            }
            _ => false,
        }
    }
}

impl<'s> Program<'_, 's> {
    /// What a path in this module leads to.
    pub fn resolve(&self, at: At, path: &[String]) -> Def<'s> {
        self.follow(at, path, HOPS, &Search::default())
            .unwrap_or_else(|| Def::External(path.to_vec()))
    }

    /// As [`Self::resolve_in`], where the path stands for a value: a function beside a module of the same name is meant.
    pub fn value_in(&self, function: FnId, path: &[String]) -> Def<'s> {
        let def = self.resolve_in(function, path);
        match (&def, self.module_of(function)) {
            (Def::Module(_), Some(at)) => self.value(at, path, VALUE_HOPS, &Search::default()).unwrap_or(def),
            _ => def,
        }
    }

    /// The function or constant that a path of this module leads to, past modules of the same name.
    fn value(&self, at: At, path: &[String], hops: u32, search: &Search<'s>) -> Option<Def<'s>> {
        let hops = hops.checked_sub(1)?;
        let (name, above) = path.split_last()?;
        let target = match above {
            [] => at,
            above => match self.follow(at, above, hops, search)? {
                Def::Module(target) => target,
                _ => return None,
            },
        };
        let module = &self.modules[target.0];
        if let Some(index) = module.functions.get(name.as_str()) {
            return Some(Def::Function(self.model.local_function(module.file, *index)));
        }
        if let Some(constant) = module.constants.get(name.as_str()) {
            return Some(Def::Constant(target, constant));
        }
        let named = module.uses.iter().filter(|binding| binding.name.as_ref() == Some(name));
        let mut named = named.filter(|binding| !(target == at && binding.path == path));
        if let Some(found) = named.find_map(|binding| self.value(target, &binding.path, hops, search)) {
            return Some(found);
        }
        if !search.values.borrow_mut().insert((target, name.clone())) {
            return None;
        }
        let mut globs = module.uses.iter().filter(|binding| binding.name.is_none());
        globs.find_map(|glob| {
            let mut full = glob.path.clone();
            full.push(name.clone());
            self.value(target, &full, hops, search)
        })
    }

    fn follow(&self, at: At, path: &[String], hops: u32, search: &Search<'s>) -> Option<Def<'s>> {
        let hops = hops.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        let (mut def, rest) = match first.as_str() {
            "crate" => (Def::Module(self.modules[at.0].root), rest),
            "self" => (Def::Module(at), rest),
            "super" => (Def::Module(self.modules[at.0].parent?), rest),
            name => (self.name(at, name, hops, search)?, rest),
        };
        for (index, name) in rest.iter().enumerate() {
            def = match def {
                Def::Module(module) if name == "super" => Def::Module(self.modules[module.0].parent?),
                Def::Module(module) if name == "self" => Def::Module(module),
                Def::Module(module) => self.member(module, name, hops, search)?,
                Def::External(mut path) => {
                    path.extend(rest[index..].iter().cloned());
                    return Some(Def::External(path));
                }
                Def::Type(module, ty) => {
                    let method = self.method_of(&Def::Type(module, ty), name).map(Def::Function);
                    return method.or_else(|| self.constant_of(module, &ty.name, name));
                }
                other => return Some(other),
            };
        }
        Some(def)
    }

    /// What a bare name means in a module: its own items, what it imports, a crate of the tree, or one outside.
    fn name(&self, at: At, name: &str, hops: u32, search: &Search<'s>) -> Option<Def<'s>> {
        if let Some(found) = self.member(at, name, hops, search) {
            return Some(found);
        }
        if let Some(root) = self.crates.get(name) {
            return Some(Def::Module(*root));
        }
        Some(Def::External(vec![name.to_owned()]))
    }

    /// What a name means as an item of a module.
    fn member(&self, at: At, name: &str, hops: u32, search: &Search<'s>) -> Option<Def<'s>> {
        let hops = hops.checked_sub(1)?;
        let module = &self.modules[at.0];
        if let Some(index) = module.functions.get(name) {
            return Some(Def::Function(self.model.local_function(module.file, *index)));
        }
        if let Some(ty) = module.types.get(name) {
            return Some(Def::Type(at, ty));
        }
        if let Some(constant) = module.constants.get(name) {
            return Some(Def::Constant(at, constant));
        }
        if let Some(child) = module.children.get(name) {
            return Some(Def::Module(*child));
        }
        let named = module
            .uses
            .iter()
            .filter(|binding| binding.name.as_deref() == Some(name));
        for binding in named {
            // `use axum;` and `use chat::chat;` name what stands outside, not themselves.
            let own = binding.path.first().map(String::as_str) == Some(name);
            let found = if own {
                self.crate_path(at, &binding.path, hops, search)
            } else {
                self.follow(at, &binding.path, hops, search)
            };
            if found.is_some() {
                return found;
            }
        }
        self.by_globs(at, name, hops, search)
    }

    /// What a name means in a module by what its globs bring in.
    fn by_globs(&self, at: At, name: &str, hops: u32, search: &Search<'s>) -> Option<Def<'s>> {
        let globs = self.modules[at.0].uses.iter().filter(|binding| binding.name.is_none());
        let mut globs = globs
            .filter(|glob| glob.path.first().map(String::as_str) != Some(name))
            .peekable();
        globs.peek()?;
        let key = (at, name.to_owned());
        if let Some(known) = search.members.borrow().get(&key) {
            return known.clone();
        }
        search.members.borrow_mut().insert(key.clone(), None);
        let found = globs.find_map(|glob| match self.follow(at, &glob.path, hops, search) {
            Some(Def::Module(target)) if target != at => self.member(target, name, hops, search),
            _ => None,
        });
        search.members.borrow_mut().insert(key, found.clone());
        found
    }

    /// A path that begins with the very name that it binds: a child module's or a crate's.
    fn crate_path(&self, at: At, path: &[String], hops: u32, search: &Search<'s>) -> Option<Def<'s>> {
        let (first, rest) = path.split_first()?;
        let root = self.modules[at.0]
            .children
            .get(first.as_str())
            .or_else(|| self.crates.get(first));
        match root {
            Some(root) if rest.is_empty() => Some(Def::Module(*root)),
            Some(root) => self.follow(*root, rest, hops, search),
            None => Some(Def::External(path.to_vec())),
        }
    }

    /// The method of this name of a type of the program.
    pub fn method_of(&self, ty: &Def<'s>, name: &str) -> Option<FnId> {
        let Def::Type(module, ty) = ty else { return None };
        self.methods(name).iter().copied().find(|method| {
            let (Some(function), Some(at)) = (self.function(*method), self.module_of(*method)) else {
                return false;
            };
            let owner = function.owner.as_ref();
            owner.is_some_and(|owner| self.is_type(at, owner, *module, &ty.name))
        })
    }

    /// The constant of this name of the type `ty` of a module: its own, or one of a trait.
    pub(super) fn constant_of(&self, module: At, ty: &str, name: &str) -> Option<Def<'s>> {
        let owned = self.associated.get(name)?.iter().filter_map(|(at, constant)| {
            let owner = constant.owner.as_ref()?;
            self.is_type(*at, owner, module, ty)
                .then_some(Def::Constant(*at, constant))
        });
        owned.into_iter().next()
    }

    /// The only method of this name that is written for many types at once: by a trait itself, or for a type parameter.
    pub(super) fn blanket(&self, name: &str) -> Option<FnId> {
        let is_blanket = |method: &&FnId| {
            let (function, at) = (self.function(**method), self.module_of(**method));
            let owner = function.and_then(|function| function.owner.as_ref());
            owner.zip(at).is_some_and(|(owner, at)| {
                owner.is_bound || (owner.path.len() == 1 && matches!(self.resolve(at, &owner.path), Def::External(_)))
            })
        };
        let mut found = self.methods(name).iter().filter(is_blanket);
        let only = found.next().copied();
        only.filter(|_| found.next().is_none())
    }

    /// Whether the type that a module writes is the one of this name of another module.
    fn is_type(&self, at: At, written: &Type, module: At, name: &str) -> bool {
        written.last() == name && matches!(self.resolve(at, &written.path), Def::Type(found, _) if found == module)
    }

    /// As [`Self::resolve`], with `Self` as the type whose method this is.
    pub fn resolve_in(&self, function: FnId, path: &[String]) -> Def<'s> {
        let Some(at) = self.module_of(function) else {
            return Def::External(path.to_vec());
        };
        let owner = self.function(function).and_then(|function| function.owner.as_ref());
        match (path.split_first(), owner) {
            (Some((first, rest)), Some(owner)) if first == "Self" => {
                let full: Vec<String> = owner.path.iter().chain(rest).cloned().collect();
                self.resolve(at, &full)
            }
            _ => self.resolve(at, path),
        }
    }
}
