//! What a name means: through imports, re-exports, star imports and packages that stand for others.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::scope::Binding;
use super::{ClassId, FnId, ModId, Model};
use crate::source::facts::{Expr, Import, Name};
use crate::source::imports::start;
use crate::source::tree::Found;

/// What a name or a dotted expression means outside any function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A parsed module.
    Module(ModId),
    /// A folder without `__init__.py`, by its path.
    Namespace(Name),
    /// A function of the program.
    Function(FnId),
    /// A class of the program.
    Class(ClassId),
    /// A module's variable.
    Global(ModId, Name),
    /// Something outside the program, by its dotted name: `fastapi.APIRouter`.
    External(Name),
}

/// Names that are imported from each other for ever end here.
const HOPS: u32 = 24;

/// One question on its way through imports.
#[derive(Clone, Copy)]
struct Search<'q> {
    /// How many more it may go through.
    hops: u32,
    /// What each name is in a module by its star imports; nothing while that is being asked. Modules that import each other's
    /// names have more ways to one than can be walked.
    stars: &'q RefCell<FxHashMap<(ModId, Name), Option<Entity>>>,
}

impl Search<'_> {
    fn further(self) -> Option<Self> {
        let hops = self.hops.checked_sub(1)?;
        Some(Self { hops, ..self })
    }
}

/// Asks a question from its beginning.
fn search<T>(ask: impl FnOnce(Search<'_>) -> T) -> T {
    let stars = RefCell::default();
    ask(Search {
        hops: HOPS,
        stars: &stars,
    })
}

impl<'s> Model<'s> {
    /// What a name means at module level.
    pub fn global(&self, module: ModId, name: Name) -> Option<Entity> {
        if let Some(known) = self.entities.borrow().get(&(module, name)) {
            return *known;
        }
        let found = search(|search| self.global_within(module, name, search));
        self.entities.borrow_mut().insert((module, name), found);
        found
    }

    fn global_within(&self, module: ModId, name: Name, search: Search<'_>) -> Option<Entity> {
        let search = search.further()?;
        match self.scope(module).get(name) {
            Some(Binding::Function(local)) => Some(Entity::Function(self.local_function(module, local))),
            Some(Binding::Class(local)) => Some(Entity::Class(self.local_class(module, local))),
            Some(Binding::Value { value, .. }) => Some(match value {
                // `app = other`, `verify = module.check`: the name is only another name.
                Some(expr @ (Expr::Name(..) | Expr::Attr(_))) if !matches!(expr, Expr::Name(own, _) if *own == name) => {
                    self.expression_within(module, expr, search)
                        .unwrap_or(Entity::Global(module, name))
                }
                _ => Entity::Global(module, name),
            }),
            Some(Binding::Module { dotted }) => self.import_module(module, self.text(dotted)),
            Some(Binding::From { import, attribute }) => self.import_from(module, import, attribute, search),
            None => self.star(module, name, search),
        }
    }

    fn star(&self, module: ModId, name: Name, search: Search<'_>) -> Option<Entity> {
        let stars = self.scope(module).stars();
        if stars.is_empty() {
            return None;
        }
        if let Some(known) = search.stars.borrow().get(&(module, name)) {
            return *known;
        }
        search.stars.borrow_mut().insert((module, name), None);
        let found = stars
            .iter()
            .rev()
            .find_map(|import| match self.source(module, import)? {
                Entity::Module(from) if from != module => self.global_within(from, name, search),
                _ => None,
            });
        search.stars.borrow_mut().insert((module, name), found);
        found
    }

    /// What an import statement inside a function or at module level binds for one of its names.
    pub fn imported(&self, module: ModId, import: &Import, attribute: Name, alias: Option<Name>) -> Option<Entity> {
        if import.module.is_some() {
            return search(|search| self.import_from(module, import, attribute, search));
        }
        let dotted = self.text(attribute);
        let bound = if alias.is_some() {
            dotted
        } else {
            dotted.split('.').next().unwrap_or(dotted)
        };
        self.import_module(module, bound)
    }

    fn import_from(&self, module: ModId, import: &Import, attribute: Name, search: Search<'_>) -> Option<Entity> {
        self.member_within(self.source(module, import)?, attribute, search)
    }

    /// The module that a `from` import names. Outside the tree, relative imports get the dotted name of their folder.
    pub(super) fn source(&self, module: ModId, import: &Import) -> Option<Entity> {
        let key = (module, import.module?, import.level);
        if let Some(known) = self.imported.borrow().get(&key) {
            return *known;
        }
        let found = self.find_source(module, import);
        self.imported.borrow_mut().insert(key, found);
        found
    }

    fn find_source(&self, module: ModId, import: &Import) -> Option<Entity> {
        let dotted = self.text(import.module?);
        if import.level == 0 {
            return self.import_module(module, dotted);
        }
        let folder = start(import.level, &self.file(module).path)?;
        match self.sources.tree.resolve_from(folder, dotted, &mut Vec::new()) {
            Some(found) => self.found(found),
            None => Some(Entity::External(
                self.intern(&format!("{}.{dotted}", folder.replace('/', "."))),
            )),
        }
    }

    /// The module that a dotted name means in an import of this module.
    pub fn import_module(&self, module: ModId, dotted: &str) -> Option<Entity> {
        match self
            .sources
            .tree
            .resolve(dotted, &self.file(module).path, &mut Vec::new())
        {
            Some(found) => self.found(found),
            None => Some(Entity::External(self.intern(dotted))),
        }
    }

    /// A file that exists and was not parsed, or could not be, means nothing here.
    fn found(&self, found: Found) -> Option<Entity> {
        match found {
            Found::File(entry) => self.sources.parsed[entry as usize].map(|parsed| Entity::Module(ModId(parsed))),
            Found::Namespace(path) => Some(Entity::Namespace(self.intern(&path))),
        }
    }

    /// `entity.name` for modules, namespaces and things outside; members of classes are the type model's.
    pub fn member(&self, entity: Entity, name: Name) -> Option<Entity> {
        search(|search| self.member_within(entity, name, search))
    }

    fn member_within(&self, entity: Entity, name: Name, search: Search<'_>) -> Option<Entity> {
        match entity {
            Entity::Module(module) => {
                let search = search.further()?;
                self.global_within(module, name, search)
                    .or_else(|| self.submodule(module, name))
            }
            Entity::Namespace(path) => {
                let (path, name) = (self.text(path), self.text(name));
                let child = if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path}/{name}")
                };
                self.found(self.sources.tree.child(&child)?)
            }
            Entity::External(dotted) => Some(Entity::External(self.outside(dotted, name))),
            _ => None,
        }
    }

    /// The dotted name of what something outside the program holds.
    fn outside(&self, dotted: Name, name: Name) -> Name {
        let joined = || self.intern(&format!("{}.{}", self.text(dotted), self.text(name)));
        *self.outside.borrow_mut().entry((dotted, name)).or_insert_with(joined)
    }

    fn submodule(&self, module: ModId, name: Name) -> Option<Entity> {
        let folder = self.file(module).path.strip_suffix("__init__.py")?;
        self.found(self.sources.tree.child(&format!("{folder}{}", self.text(name)))?)
    }

    /// What a name or dotted expression means at module level.
    pub fn expression(&self, module: ModId, expr: &Expr) -> Option<Entity> {
        match expr {
            Expr::Name(name, _) => self.global(module, *name),
            Expr::Attr(attr) => self.member(self.expression(module, &attr.base)?, attr.name),
            _ => None,
        }
    }

    fn expression_within(&self, module: ModId, expr: &Expr, search: Search<'_>) -> Option<Entity> {
        match expr {
            Expr::Name(name, _) => self.global_within(module, *name, search),
            Expr::Attr(attr) => {
                let base = self.expression_within(module, &attr.base, search)?;
                self.member_within(base, attr.name, search)
            }
            _ => None,
        }
    }

    /// The value that a module's variable is assigned.
    pub fn global_value(&self, module: ModId, name: Name) -> Option<&'s Expr> {
        match self.scope(module).get(name)? {
            Binding::Value { value, .. } => value,
            _ => None,
        }
    }

    /// The constant string that an expression is, through names and sums of strings.
    pub fn constant_text(&self, module: ModId, expr: &Expr) -> Option<String> {
        search(|search| self.constant_text_within(module, expr, search))
    }

    fn constant_text_within(&self, module: ModId, expr: &Expr, search: Search<'_>) -> Option<String> {
        let search = search.further()?;
        match expr {
            Expr::Str(text, _) => Some(self.text(*text).to_owned()),
            Expr::Add(pair) => Some(
                self.constant_text_within(module, &pair.0, search)?
                    + &self.constant_text_within(module, &pair.1, search)?,
            ),
            Expr::Text(parts) => parts
                .iter()
                .map(|part| self.constant_text_within(module, part, search))
                .collect::<Option<String>>(),
            Expr::Name(..) | Expr::Attr(_) => match self.expression_within(module, expr, search)? {
                Entity::Global(owner, name) => match self.scope(owner).get(name)? {
                    Binding::Value { value: Some(value), .. } => self.constant_text_within(owner, value, search),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}
