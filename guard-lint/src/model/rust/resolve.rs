//! What a path leads to, through modules, `use` and the crates of the tree.

use super::{At, Program};
use crate::model::FnId;
use crate::source::rust::facts::{Constant, TypeDef};

/// How many `use` one name goes through. Real code stays far below; a circle ends here.
const HOPS: u32 = 24;

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
        self.follow(at, path, HOPS)
            .unwrap_or_else(|| Def::External(path.to_vec()))
    }

    fn follow(&self, at: At, path: &[String], hops: u32) -> Option<Def<'s>> {
        let hops = hops.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        let (mut def, rest) = match first.as_str() {
            "crate" => (Def::Module(self.modules[at.0].root), rest),
            "self" => (Def::Module(at), rest),
            "super" => (Def::Module(self.modules[at.0].parent?), rest),
            name => (self.name(at, name, hops)?, rest),
        };
        for (index, name) in rest.iter().enumerate() {
            def = match def {
                Def::Module(module) if name == "super" => Def::Module(self.modules[module.0].parent?),
                Def::Module(module) if name == "self" => Def::Module(module),
                Def::Module(module) => self.member(module, name, hops)?,
                Def::External(mut path) => {
                    path.extend(rest[index..].iter().cloned());
                    return Some(Def::External(path));
                }
                Def::Type(module, ty) => return self.method_of(&Def::Type(module, ty), name).map(Def::Function),
                other => return Some(other),
            };
        }
        Some(def)
    }

    /// What a bare name means in a module: its own items, what it imports, a crate of the tree, or one outside.
    fn name(&self, at: At, name: &str, hops: u32) -> Option<Def<'s>> {
        if let Some(found) = self.member(at, name, hops) {
            return Some(found);
        }
        if let Some(root) = self.crates.get(name) {
            return Some(Def::Module(*root));
        }
        Some(Def::External(vec![name.to_owned()]))
    }

    /// What a name means as an item of a module.
    fn member(&self, at: At, name: &str, hops: u32) -> Option<Def<'s>> {
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
                self.crate_path(at, &binding.path, hops)
            } else {
                self.follow(at, &binding.path, hops)
            };
            if found.is_some() {
                return found;
            }
        }
        for glob in module.uses.iter().filter(|binding| binding.name.is_none()) {
            if glob.path.first().map(String::as_str) == Some(name) {
                continue;
            }
            match self.follow(at, &glob.path, hops) {
                Some(Def::Module(target)) if target != at => {
                    if let Some(found) = self.member(target, name, hops) {
                        return Some(found);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// A path that begins with the very name that it binds: a child module's or a crate's.
    fn crate_path(&self, at: At, path: &[String], hops: u32) -> Option<Def<'s>> {
        let (first, rest) = path.split_first()?;
        let root = self.modules[at.0]
            .children
            .get(first.as_str())
            .or_else(|| self.crates.get(first));
        match root {
            Some(root) if rest.is_empty() => Some(Def::Module(*root)),
            Some(root) => self.follow(*root, rest, hops),
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
            owner.is_some_and(|owner| {
                owner.last() == ty.name
                    && matches!(self.resolve(at, &owner.path), Def::Type(found, _) if found == *module)
            })
        })
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
