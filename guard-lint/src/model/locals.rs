//! What functions assign to their local names, and the types that follow from it.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;

use super::resolve::Entity;
use super::types::{Ty, Types, each_statement};
use super::{FnId, Model};
use crate::source::facts::{Expr, Function, Import, Module, Name, Stmt};

/// How often a name that is assigned from itself is inferred again: `query = query.filter(…)`.
const ROUNDS: u32 = 3;

/// What a function assigns to a local name.
#[derive(Debug, Clone, Copy)]
enum Local<'s> {
    Value(&'s Expr),
    Annotated(&'s Expr),
    Function(u32),
    Class(u32),
    Import(&'s Import, Name, Option<Name>),
}

/// Everything that a function assigns, in source order.
#[derive(Debug, Clone)]
pub(super) struct Locals<'s>(Box<[(Name, Local<'s>)]>);

/// The types of local names, as far as they were asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct LocalTypes {
    known: RefCell<FxHashMap<(FnId, Name), Types>>,
    /// The names that are being inferred, with what is known of them so far.
    running: RefCell<Vec<((FnId, Name), Types)>>,
    /// The lowest place in `running` that an answer rested on since this was last reset.
    rests_on: Cell<Option<usize>>,
}

impl LocalTypes {
    /// Says that an answer was cut short: it is not to be kept.
    pub(super) fn cut(&self) {
        self.rest_on(0);
    }

    fn rest_on(&self, place: usize) {
        self.rests_on
            .set(Some(self.rests_on.get().map_or(place, |lowest| lowest.min(place))));
    }
}

impl<'s> Model<'s> {
    /// Whether a function assigns this name.
    pub(super) fn is_local(&self, id: FnId, name: Name) -> bool {
        self.locals[id.0 as usize].0.iter().any(|(local, _)| *local == name)
    }

    /// The types of a name that this function assigns; nothing where it does not.
    ///
    /// A name may be assigned from itself, at once or through others: what is known so far stands for it then, and it is
    /// inferred again until nothing is new. Without that every assignment would be followed from every other.
    pub(super) fn local_types(&self, id: FnId, name: Name, depth: u32) -> Option<Types> {
        let locals = &self.locals[id.0 as usize].0;
        let values = || {
            locals
                .iter()
                .filter(|(local, _)| *local == name)
                .map(|(_, value)| *value)
        };
        values().next()?;
        let cache = &self.local_types;
        if let Some(known) = cache.known.borrow().get(&(id, name)) {
            return Some(known.clone());
        }
        let place = cache
            .running
            .borrow()
            .iter()
            .position(|(running, _)| *running == (id, name));
        if let Some(place) = place {
            cache.rest_on(place);
            return Some(cache.running.borrow()[place].1.clone());
        }
        let outer = cache.rests_on.take();
        let own = cache.running.borrow().len();
        cache.running.borrow_mut().push(((id, name), Types::default()));
        let mut types = Types::default();
        for _ in 0..ROUNDS {
            let found = values().map(|value| self.types_of_local(id, value, depth));
            types = found.reduce(Types::or).unwrap_or_default();
            let before = std::mem::replace(&mut cache.running.borrow_mut()[own].1, types.clone());
            if cache.rests_on.get().is_none() || before == types {
                break;
            }
        }
        cache.running.borrow_mut().truncate(own);
        let below = cache.rests_on.take().filter(|place| *place < own);
        if below.is_none() {
            cache.known.borrow_mut().insert((id, name), types.clone());
        }
        cache.rests_on.set(outer);
        below.into_iter().for_each(|place| cache.rest_on(place));
        Some(types)
    }

    fn types_of_local(&self, id: FnId, local: Local<'s>, depth: u32) -> Types {
        let module = self.function(id).module;
        let entity = match local {
            Local::Value(value) => return self.infer_within(module, Some(id), value, depth),
            Local::Annotated(annotation) => return self.annotation(module, annotation),
            Local::Function(index) => Some(Entity::Function(self.local_function(module, index))),
            Local::Class(index) => Some(Entity::Class(self.local_class(module, index))),
            Local::Import(import, name, alias) => self.imported(module, import, name, alias),
        };
        match entity {
            Some(Entity::Global(owner, name)) => {
                let first = self.global_types(owner, name).all.first().copied();
                first.map_or_else(Types::unknown, Types::one)
            }
            Some(entity) => Types::one(Ty::Entity(entity)),
            None => Types::unknown(),
        }
    }
}

/// Gathers what a function of this file assigns.
pub(super) fn locals<'s>(file: &'s Module, function: &'s Function) -> Locals<'s> {
    let mut locals = Vec::new();
    let mut add = |name: Name, local: Local<'s>| locals.push((name, local));
    each_statement(&function.body, &mut |statement| match statement {
        Stmt::Assign(assign) if !assign.augmented => {
            let Expr::Name(name, _) = &assign.target else { return };
            match (&assign.annotation, &assign.value) {
                (Some(annotation), _) => add(*name, Local::Annotated(annotation)),
                // `x = x` says nothing.
                (None, Some(Expr::Name(value, _))) if value == name => {}
                (None, Some(value)) => add(*name, Local::Value(value)),
                (None, None) => {}
            }
        }
        Stmt::With(with) => {
            for (manager, target) in &with.items {
                if let Some(Expr::Name(name, _)) = target {
                    add(*name, Local::Value(manager));
                }
            }
        }
        Stmt::Function(index) => add(file.functions[*index as usize].name, Local::Function(*index)),
        Stmt::Class(index) => add(file.classes[*index as usize].name, Local::Class(*index)),
        Stmt::Import(import) => {
            for (imported, alias) in &import.names {
                add(alias.unwrap_or(*imported), Local::Import(import, *imported, *alias));
            }
        }
        _ => {}
    });
    Locals(locals.into())
}
