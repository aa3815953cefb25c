//! The Rust part of a program: crates, their modules, and what names lead to.
//!
//! It gives the same routers and routes as the Python part. What a macro would make is not seen; such places are listed as
//! unchecked.

mod calls;
mod eval;
mod layout;
mod manifest;
mod methods;
mod registry;
mod resolve;
pub mod routes;
mod value;

use rustc_hash::FxHashMap;

use crate::model::{FnId, ModId, Model, Place};
use crate::report::model::Unchecked;
use crate::source::facts::Span;
use crate::source::rust::facts::{Constant, Facts, Function, Type, TypeDef, Use};

pub use manifest::{Difference, Manifest, compare};
pub use resolve::Def;
pub use routes::{Facts as RouteFacts, Found, Layer, Origin};

/// A module of a crate, by its index into the list of the program's modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At(pub usize);

/// A module.
pub struct Module<'s> {
    /// Its file.
    pub file: ModId,
    parent: Option<At>,
    root: At,
    children: FxHashMap<&'s str, At>,
    functions: FxHashMap<&'s str, u32>,
    types: FxHashMap<&'s str, &'s TypeDef>,
    constants: FxHashMap<&'s str, &'s Constant>,
    uses: Vec<&'s Use>,
}

/// The Rust part of a program.
pub struct Program<'m, 's> {
    /// The whole program.
    pub model: &'m Model<'s>,
    modules: Vec<Module<'s>>,
    numbers: FxHashMap<(ModId, u32), At>,
    /// The root module of each crate, by the name that others call it by.
    crates: FxHashMap<String, At>,
    /// The dotted name of each file.
    dotted: FxHashMap<ModId, String>,
    /// The files that belong to a crate, with their facts.
    files: Vec<(ModId, &'s Facts)>,
    /// Methods by name.
    methods: FxHashMap<&'s str, Vec<FnId>>,
    /// Constants of types and traits by name, each with its module.
    associated: FxHashMap<&'s str, Vec<(At, &'s Constant)>>,
    /// What could not be followed.
    pub unchecked: Vec<Unchecked>,
}

impl<'m, 's> Program<'m, 's> {
    /// Links the Rust files; none where there are none.
    pub fn new(model: &'m Model<'s>) -> Option<Self> {
        model.sources.files.last().filter(|file| file.facts.rust.is_some())?;
        let layout = layout::layout(model);
        let facts = |file: ModId| Some((file, model.file(file).facts.rust.as_deref()?));
        let mut program = Self {
            model,
            modules: Vec::new(),
            numbers: FxHashMap::default(),
            crates: FxHashMap::default(),
            dotted: FxHashMap::default(),
            files: layout.live.iter().filter_map(|file| facts(*file)).collect(),
            methods: FxHashMap::default(),
            associated: FxHashMap::default(),
            unchecked: layout.unchecked,
        };
        program.list_modules();
        program.link(&layout.parents);
        program.name_crates();
        program.name_files();
        program.list_hidden();
        Some(program)
    }

    fn list_modules(&mut self) {
        let files = self.files.clone();
        for (file, facts) in files {
            let inline = facts.modules.iter().filter_map(|declared| declared.inline);
            for number in std::iter::once(0).chain(inline) {
                let at = At(self.modules.len());
                self.numbers.insert((file, number), at);
                self.modules.push(Module {
                    file,
                    parent: None,
                    root: at,
                    children: FxHashMap::default(),
                    functions: FxHashMap::default(),
                    types: FxHashMap::default(),
                    constants: FxHashMap::default(),
                    uses: Vec::new(),
                });
            }
            for (index, function) in facts.functions.iter().enumerate() {
                let id = self.model.local_function(file, index as u32);
                if function.owner.is_some() {
                    self.methods.entry(&function.name).or_default().push(id);
                } else if !function.is_closure
                    && let Some(module) = self.module_mut(file, function.within)
                {
                    module.functions.entry(&function.name).or_insert(index as u32);
                }
            }
            for ty in &facts.types {
                if let Some(module) = self.module_mut(file, ty.within) {
                    module.types.entry(&ty.name).or_insert(ty);
                }
            }
            for constant in &facts.constants {
                if constant.owner.is_some() {
                    if let Some(at) = self.numbers.get(&(file, constant.within)) {
                        self.associated.entry(&constant.name).or_default().push((*at, constant));
                    }
                } else if let Some(module) = self.module_mut(file, constant.within) {
                    module.constants.entry(&constant.name).or_insert(constant);
                }
            }
            for binding in &facts.uses {
                if let Some(module) = self.module_mut(file, binding.within) {
                    module.uses.push(binding);
                }
            }
        }
    }

    fn module_mut(&mut self, file: ModId, within: u32) -> Option<&mut Module<'s>> {
        let at = *self.numbers.get(&(file, within))?;
        self.modules.get_mut(at.0)
    }

    /// Tells every module its parent, and the parent its child's name.
    fn link(&mut self, parents: &FxHashMap<ModId, (ModId, u32)>) {
        for (file, facts) in self.files.clone() {
            for declared in facts.modules.iter() {
                let Some(number) = declared.inline else { continue };
                self.adopt((file, declared.within), (file, number), &declared.name);
            }
            if let Some((parent, within)) = parents.get(&file) {
                let (folder, stem) = layout::split(&self.model.file(file).path);
                let by_path = if stem == "mod" {
                    folder.rsplit('/').next().unwrap_or(folder)
                } else {
                    stem
                };
                // `#[path]` gives it another name.
                let given = self.model.file(*parent).facts.rust.as_deref().and_then(|facts| {
                    let path = &self.model.file(file).path;
                    let declared = facts.modules.iter().find(|declared| {
                        let end = declared.path.as_deref().map(|path| path.trim_start_matches(['.', '/']));
                        declared.within == *within && end.is_some_and(|end| path.ends_with(end))
                    });
                    declared.map(|declared| declared.name.as_str())
                });
                self.adopt((*parent, *within), (file, 0), given.unwrap_or(by_path));
            }
        }
        for index in 0..self.modules.len() {
            let (mut at, mut hops) = (At(index), 0);
            while let Some(parent) = self.modules[at.0].parent.filter(|_| hops < 64) {
                at = parent;
                hops += 1;
            }
            self.modules[index].root = at;
        }
    }

    fn adopt(&mut self, parent: (ModId, u32), child: (ModId, u32), name: &'s str) {
        if let (Some(parent), Some(child)) = (self.numbers.get(&parent).copied(), self.numbers.get(&child).copied()) {
            self.modules[child.0].parent = Some(parent);
            self.modules[parent.0].children.insert(name, child);
        }
    }

    /// Every `src/lib.rs` is a crate that others name, by its package's name or else by its folder's.
    fn name_crates(&mut self) {
        for (file, _) in &self.files {
            let path = &self.model.file(*file).path;
            let Some(folder) = path.strip_suffix("src/lib.rs") else {
                continue;
            };
            let entry = self.model.sources.entries.iter().find(|entry| entry.path == *path);
            let manifest = entry.and_then(|entry| Some(entry.open.parent()?.parent()?.join("Cargo.toml")));
            let name = manifest.and_then(|manifest| package_name(&manifest));
            let by_folder = folder.trim_end_matches('/').rsplit('/').next().unwrap_or("");
            let name = name.unwrap_or_else(|| by_folder.to_owned()).replace('-', "_");
            // Where the framework itself is part of the tree, its own name still means the framework.
            if eval::AXUM.contains(&name.as_str()) {
                continue;
            }
            if let Some(at) = self.numbers.get(&(*file, 0)) {
                self.crates.entry(name).or_insert(*at);
            }
        }
    }

    /// `src/engines/chat/routes.rs` is `engines.chat.routes`; where several crates are scanned, the crate's folder comes
    /// first.
    fn name_files(&mut self) {
        let source = |path: &str| match path.strip_prefix("src/") {
            Some(rest) => (String::new(), rest.to_owned()),
            None => match path.split_once("/src/") {
                Some((folder, rest)) => (folder.to_owned(), rest.to_owned()),
                None => (String::new(), path.to_owned()),
            },
        };
        let paths: Vec<(ModId, (String, String))> = self
            .files
            .iter()
            .map(|(file, _)| (*file, source(&self.model.file(*file).path)))
            .collect();
        let several = paths.iter().any(|(_, (folder, _))| *folder != paths[0].1.0);
        for (file, (folder, rest)) in paths {
            let stem = rest.strip_suffix(".rs").unwrap_or(&rest);
            let stem = stem.strip_suffix("/mod").unwrap_or(stem);
            let name = match (several, folder.rsplit('/').next()) {
                (true, Some(folder)) if !folder.is_empty() => format!("{folder}/{stem}"),
                _ => stem.to_owned(),
            };
            self.dotted.insert(file, name.replace('/', ".").replace('-', "_"));
        }
    }

    /// Macros that may register routes are listed: nobody expands them here.
    fn list_hidden(&mut self) {
        for (file, facts) in &self.files {
            let file = self.model.file(*file);
            for (span, name) in &facts.hidden {
                self.unchecked.push(Unchecked {
                    file: file.path.clone(),
                    line: file.line(span.start),
                    reason: format!(
                        "the macro `{name}!` is not expanded; routes that it makes are missing from this report"
                    ),
                });
            }
        }
    }

    /// The facts of a function.
    pub fn function(&self, id: FnId) -> Option<&'s Function> {
        let info = self.model.function(id);
        let first = self.model.local_function(info.module, 0);
        let facts = self.model.file(info.module).facts.rust.as_deref()?;
        facts.functions.get((id.0 - first.0) as usize)
    }

    /// The module that a function stands in.
    pub fn module_of(&self, id: FnId) -> Option<At> {
        let within = self.function(id)?.within;
        self.numbers.get(&(self.model.function(id).module, within)).copied()
    }

    /// The file of a module.
    pub fn file_of(&self, at: At) -> ModId {
        self.modules[at.0].file
    }

    /// The root of the crate that a module belongs to.
    pub fn root_of(&self, at: At) -> At {
        self.modules[at.0].root
    }

    /// The dotted name of a file.
    pub fn dotted(&self, file: ModId) -> &str {
        self.dotted.get(&file).map_or("", String::as_str)
    }

    /// All functions that belong to a crate, in order.
    pub fn functions(&self) -> impl Iterator<Item = (FnId, &'s Function)> + '_ {
        self.files.iter().flat_map(|(file, facts)| {
            let functions = facts.functions.iter().enumerate();
            functions.map(|(index, function)| (self.model.local_function(*file, index as u32), function))
        })
    }

    /// The methods of this name.
    pub fn methods(&self, name: &str) -> &[FnId] {
        self.methods.get(name).map_or(&[], Vec::as_slice)
    }

    /// A place in the file of a module.
    pub fn place(&self, at: At, span: Span) -> Place {
        Place {
            module: self.file_of(at),
            span,
        }
    }

    /// The type that a type stands for, through aliases of the program, with what its path leads to.
    pub fn type_def(&self, at: At, ty: &Type) -> Def<'s> {
        let mut def = self.resolve(at, &ty.path);
        for _ in 0..8 {
            match &def {
                Def::Type(module, found) => match &found.alias {
                    Some(alias) => def = self.resolve(*module, &alias.path),
                    None => break,
                },
                _ => break,
            }
        }
        def
    }
}

/// `name` of `[package]`.
fn package_name(manifest: &std::path::Path) -> Option<String> {
    let text = std::fs::read_to_string(manifest).ok()?;
    let table: toml::Table = text.parse().ok()?;
    Some(table.get("package")?.get("name")?.as_str()?.to_owned())
}
