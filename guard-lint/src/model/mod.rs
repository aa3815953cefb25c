//! The program: names linked to definitions across all files.

pub mod absent;
pub mod bind;
mod binders;
pub mod classes;
mod cycles;
pub mod loading;
mod locals;
pub mod resolve;
pub mod routes;
pub mod rust;
pub mod scope;
pub mod types;
mod words;

use std::cell::RefCell;
use std::ops::Deref;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::source::facts::{Class, Function, Name, Names, Scope, Span};
use crate::source::{File, Sources};
use crate::spread;
use classes::ClassInfo;
use scope::ModuleScope;

/// A parsed file, by its index into [`Sources::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModId(pub u32);

/// A function, method or lambda of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FnId(pub u32);

/// A class of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(pub u32);

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub module: ModId,
    /// The bytes.
    pub span: Span,
}

/// A function with where it belongs.
#[derive(Debug, Clone)]
pub struct FunctionInfo<'s> {
    /// Its file.
    pub module: ModId,
    /// Its facts.
    pub facts: &'s Function,
    /// The class whose method it is.
    pub class: Option<ClassId>,
    /// The function that it is nested in.
    pub parent: Option<FnId>,
}

/// The linked program: nothing in it changes once it is linked, and threads share it.
#[derive(Clone)]
pub struct Program<'s> {
    /// The files.
    pub sources: &'s Sources,
    /// The strings of all facts.
    pub names: &'s Names,
    /// The functions, by [`FnId`].
    pub functions: Vec<FunctionInfo<'s>>,
    /// The classes, by [`ClassId`].
    pub classes: Vec<ClassInfo<'s>>,
    /// The dotted name of each file.
    pub dotted: Vec<String>,
    /// The classes that define a method of this name, in order.
    classes_with: FxHashMap<Name, Vec<ClassId>>,
    scopes: Vec<ModuleScope<'s>>,
    /// By [`FnId`].
    locals: Vec<locals::Locals<'s>>,
    function_base: Vec<u32>,
    class_base: Vec<u32>,
}

/// The linked program, with the answers that one thread was given so far.
///
/// Every answer follows from the program alone. A clone shares the program, takes the answers along, and then goes its own
/// way: it is what another thread asks.
#[derive(Clone)]
pub struct Model<'s> {
    program: Arc<Program<'s>>,
    /// Literals by where they stand in this program: looking one up again costs no hashing of its text.
    literals: RefCell<FxHashMap<(usize, usize), Name>>,
    /// Answers that are asked for again and again.
    entities: RefCell<FxHashMap<(ModId, Name), Option<resolve::Entity>>>,
    implemented: RefCell<FxHashMap<(ClassId, Name), Vec<FnId>>>,
    imported: RefCell<FxHashMap<(ModId, Name, u32), Option<resolve::Entity>>>,
    outside: RefCell<FxHashMap<(Name, Name), Name>>,
    inferred: types::Inferred,
    full_names: RefCell<FxHashMap<FnId, Name>>,
    local_types: locals::LocalTypes,
    absent: absent::Asked,
}

impl<'s> Deref for Model<'s> {
    type Target = Program<'s>;

    fn deref(&self) -> &Program<'s> {
        &self.program
    }
}

impl<'s> Model<'s> {
    /// Links the parsed files.
    pub fn new(sources: &'s Sources) -> Self {
        let mut model = Self {
            program: Arc::new(Program::list(sources)),
            literals: RefCell::default(),
            entities: RefCell::default(),
            implemented: RefCell::default(),
            imported: RefCell::default(),
            outside: RefCell::default(),
            inferred: types::Inferred::default(),
            full_names: RefCell::default(),
            local_types: locals::LocalTypes::default(),
            absent: absent::Asked::default(),
        };
        let bases = model.bases();
        Arc::make_mut(&mut model.program).link_classes(bases);
        model
    }

    /// The interned form of a literal of this program's own code.
    pub fn literal(&self, text: &'static str) -> Name {
        let key = (text.as_ptr().addr(), text.len());
        *self
            .literals
            .borrow_mut()
            .entry(key)
            .or_insert_with(|| self.intern(text))
    }

    /// [`Program::function_name`], made once.
    pub(crate) fn full_name(&self, id: FnId) -> &'s str {
        let mut known = self.full_names.borrow_mut();
        let name = *known.entry(id).or_insert_with(|| self.intern(&self.function_name(id)));
        self.text(name)
    }

    /// What `find` finds in every file, in the files' order; the threads share the files.
    fn in_every_file<R: Send>(&self, find: impl Fn(&Self, ModId, &mut Vec<R>) + Sync) -> Vec<R> {
        let modules: Vec<ModId> = (0..self.sources.files.len() as u32).map(ModId).collect();
        let found = spread::over(self, &modules, |model, module| {
            let mut found = Vec::new();
            find(model, module, &mut found);
            found
        });
        found.into_iter().flatten().collect()
    }
}

impl<'s> Program<'s> {
    /// Lists what the parsed files define.
    fn list(sources: &'s Sources) -> Self {
        let mut program = Self {
            sources,
            names: &sources.names,
            classes_with: FxHashMap::default(),
            functions: Vec::new(),
            classes: Vec::new(),
            dotted: sources
                .files
                .par_iter()
                .map(|file| sources.tree.dotted(&file.path))
                .collect(),
            scopes: sources
                .files
                .par_iter()
                .map(|file| ModuleScope::new(&file.facts, &sources.names))
                .collect(),
            locals: sources
                .files
                .par_iter()
                .flat_map_iter(|file| {
                    let functions = file.facts.functions.iter();
                    functions.map(|function| locals::locals(&file.facts, function))
                })
                .collect(),
            function_base: Vec::new(),
            class_base: Vec::new(),
        };
        for (index, file) in sources.files.iter().enumerate() {
            program.list_definitions(ModId(index as u32), file);
        }
        program
    }

    fn list_definitions(&mut self, module: ModId, file: &'s File) {
        let (functions, classes) = (self.functions.len() as u32, self.classes.len() as u32);
        self.function_base.push(functions);
        self.class_base.push(classes);
        for facts in &file.facts.functions {
            let (class, parent) = match facts.scope {
                Scope::Module => (None, None),
                Scope::Class(local) => (Some(ClassId(classes + local)), None),
                Scope::Function(local) => (None, Some(FnId(functions + local))),
            };
            self.functions.push(FunctionInfo {
                module,
                facts,
                class,
                parent,
            });
        }
        for facts in &file.facts.classes {
            self.classes.push(ClassInfo::new(module, facts));
        }
    }

    /// The file of a module.
    pub fn file(&self, module: ModId) -> &'s File {
        &self.sources.files[module.0 as usize]
    }

    /// A function.
    pub fn function(&self, id: FnId) -> &FunctionInfo<'s> {
        &self.functions[id.0 as usize]
    }

    /// A class.
    pub fn class(&self, id: ClassId) -> &ClassInfo<'s> {
        &self.classes[id.0 as usize]
    }

    /// The function at this index of the file.
    pub fn local_function(&self, module: ModId, local: u32) -> FnId {
        FnId(self.function_base[module.0 as usize] + local)
    }

    /// The class at this index of the file.
    pub fn local_class(&self, module: ModId, local: u32) -> ClassId {
        ClassId(self.class_base[module.0 as usize] + local)
    }

    /// The bindings of a module.
    pub fn scope(&self, module: ModId) -> &ModuleScope<'s> {
        &self.scopes[module.0 as usize]
    }

    /// Whether a module defines a function of this name.
    pub fn has_function(&self, module: ModId, name: &str) -> bool {
        self.file(module)
            .facts
            .functions
            .iter()
            .any(|function| function.scope == Scope::Module && self.text(function.name) == name)
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &'s str {
        self.names.resolve(name)
    }

    /// A name's interned form; a name that occurs nowhere in the program gets one too.
    pub fn intern(&self, text: &str) -> Name {
        self.names.intern(text)
    }

    /// The place of a function's name.
    pub fn function_place(&self, id: FnId) -> Place {
        let info = self.function(id);
        Place {
            module: info.module,
            span: info.facts.span,
        }
    }

    /// `Class.method` or `function`.
    pub fn function_name(&self, id: FnId) -> String {
        let info = self.function(id);
        let name = self.text(info.facts.name);
        match info.class {
            Some(class) => format!("{}.{name}", self.text(self.class(class).facts.name)),
            None => name.to_owned(),
        }
    }

    /// The facts of a class.
    pub fn class_facts(&self, id: ClassId) -> &'s Class {
        self.class(id).facts
    }
}
