//! What a name means: through imports, re-exports, star imports and packages that stand for others.

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

impl<'s> Model<'s> {
    /// What a name means at module level.
    pub fn global(&self, module: ModId, name: Name) -> Option<Entity> {
        if let Some(known) = self.entities.borrow().get(&(module, name)) {
            return *known;
        }
        let found = self.global_within(module, name, HOPS);
        self.entities.borrow_mut().insert((module, name), found);
        found
    }

    fn global_within(&self, module: ModId, name: Name, hops: u32) -> Option<Entity> {
        let hops = hops.checked_sub(1)?;
        match self.scope(module).get(name) {
            Some(Binding::Function(local)) => Some(Entity::Function(self.local_function(module, local))),
            Some(Binding::Class(local)) => Some(Entity::Class(self.local_class(module, local))),
            Some(Binding::Value { value, .. }) => Some(match value {
                // `app = other`, `verify = module.check`: the name is only another name.
                Some(expr @ (Expr::Name(..) | Expr::Attr(_))) if !matches!(expr, Expr::Name(own, _) if *own == name) => {
                    self.expression_within(module, expr, hops)
                        .unwrap_or(Entity::Global(module, name))
                }
                _ => Entity::Global(module, name),
            }),
            Some(Binding::Module { dotted }) => self.import_module(module, self.text(dotted)),
            Some(Binding::From { import, attribute }) => self.import_from(module, import, attribute, hops),
            None => self.star(module, name, hops),
        }
    }

    fn star(&self, module: ModId, name: Name, hops: u32) -> Option<Entity> {
        self.scope(module)
            .stars()
            .iter()
            .rev()
            .find_map(|import| match self.source(module, import)? {
                Entity::Module(from) if from != module => self.global_within(from, name, hops),
                _ => None,
            })
    }

    /// What an import statement inside a function or at module level binds for one of its names.
    pub fn imported(&self, module: ModId, import: &Import, attribute: Name, alias: Option<Name>) -> Option<Entity> {
        if import.module.is_some() {
            return self.import_from(module, import, attribute, HOPS);
        }
        let dotted = self.text(attribute);
        let bound = if alias.is_some() {
            dotted
        } else {
            dotted.split('.').next().unwrap_or(dotted)
        };
        self.import_module(module, bound)
    }

    fn import_from(&self, module: ModId, import: &Import, attribute: Name, hops: u32) -> Option<Entity> {
        self.member_within(self.source(module, import)?, attribute, hops)
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
        self.member_within(entity, name, HOPS)
    }

    fn member_within(&self, entity: Entity, name: Name, hops: u32) -> Option<Entity> {
        match entity {
            Entity::Module(module) => {
                let hops = hops.checked_sub(1)?;
                self.global_within(module, name, hops)
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

    fn expression_within(&self, module: ModId, expr: &Expr, hops: u32) -> Option<Entity> {
        match expr {
            Expr::Name(name, _) => self.global_within(module, *name, hops),
            Expr::Attr(attr) => {
                let base = self.expression_within(module, &attr.base, hops)?;
                self.member_within(base, attr.name, hops)
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
        self.constant_text_within(module, expr, HOPS)
    }

    fn constant_text_within(&self, module: ModId, expr: &Expr, hops: u32) -> Option<String> {
        let hops = hops.checked_sub(1)?;
        match expr {
            Expr::Str(text, _) => Some(self.text(*text).to_owned()),
            Expr::Add(pair) => Some(
                self.constant_text_within(module, &pair.0, hops)?
                    + &self.constant_text_within(module, &pair.1, hops)?,
            ),
            Expr::Text(parts) => parts
                .iter()
                .map(|part| self.constant_text_within(module, part, hops))
                .collect::<Option<String>>(),
            Expr::Name(..) | Expr::Attr(_) => match self.expression_within(module, expr, hops)? {
                Entity::Global(owner, name) => match self.scope(owner).get(name)? {
                    Binding::Value { value: Some(value), .. } => self.constant_text_within(owner, value, hops),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}
