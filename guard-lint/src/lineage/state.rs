//! The state on one path through a function.

use std::rc::Rc;

use super::later::{Later, Waiting, What};
use super::value::{Cell, Cells, Origin, Value};
use crate::source::facts::Name;

/// What happened on a path, as bits.
pub const WROTE: u8 = 1;
/// Budget usage was recorded.
pub const USAGE: u8 = 1 << 1;
/// An audit record was written.
pub const AUDIT: u8 = 1 << 2;

/// The ways by which a point can be reached: a set of combinations of what happened on the way. That whoever wrote also
/// recorded it can be told of them, and could not be told of "may" and "must" alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways(u8);

impl Ways {
    /// One way, on which nothing happened.
    pub const START: Self = Self(1);
    /// None at all.
    pub const NONE: Self = Self(0);

    /// On every way, this happens too.
    pub fn then(self, happens: u8) -> Self {
        let ways = (0..8u8).filter(|way| self.0 & (1 << way) != 0);
        Self(ways.fold(0, |all, way| all | 1 << (way | happens)))
    }

    /// These ways and the others.
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this happened on every way.
    pub fn all(self, happened: u8) -> bool {
        (0..8u8).all(|way| self.0 & (1 << way) == 0 || way & happened == happened)
    }

    /// Whether there is a way on which this happened.
    pub fn any(self, happened: u8) -> bool {
        (0..8u8).any(|way| self.0 & (1 << way) != 0 && way & happened == happened)
    }

    /// Whether there is a way on which the first happened and the second did not.
    pub fn any_without(self, happened: u8, missing: u8) -> bool {
        (0..8u8).any(|way| self.0 & (1 << way) != 0 && way & happened == happened && way & missing == 0)
    }
}

/// For how many more variables a copy has room.
const ROOM: usize = 4;

/// The variables of a function, in the order in which they were first set. They are few: a copy shares them until it sets one.
#[derive(Debug, Clone, Default)]
pub struct Variables<'s>(Option<Rc<Vec<(Name, Value<'s>)>>>);

impl<'s> Variables<'s> {
    /// What a variable is.
    pub fn get(&self, name: Name) -> Option<&Value<'s>> {
        let own = self.all().iter().find(|(own, _)| *own == name);
        own.map(|(_, value)| value)
    }

    /// Sets a variable.
    pub fn insert(&mut self, name: Name, value: Value<'s>) {
        let shared = self.0.get_or_insert_default();
        if Rc::get_mut(shared).is_none() {
            let mut own = Vec::with_capacity(shared.len() + ROOM);
            own.extend_from_slice(shared);
            *shared = Rc::new(own);
        }
        let all = Rc::make_mut(shared);
        match all.iter_mut().find(|(own, _)| *own == name) {
            Some((_, old)) => *old = value,
            None => all.push((name, value)),
        }
    }

    fn all(&self) -> &[(Name, Value<'s>)] {
        self.0.as_ref().map_or(&[], |all| all.as_slice())
    }

    /// What two paths do not share: with what this one and the other have there.
    fn differences(&self, other: &Self) -> Vec<(Name, Value<'s>, Option<Value<'s>>)> {
        let mut found = Vec::new();
        match (&self.0, &other.0) {
            (Some(own), Some(theirs)) if Rc::ptr_eq(own, theirs) => return found,
            _ => {}
        }
        for (index, (name, theirs)) in other.all().iter().enumerate() {
            // Two paths from one point agree in the order of what was set before it.
            let same = self.all().get(index).filter(|(own, _)| own == name);
            match same.map(|(_, value)| value).or_else(|| self.get(*name)) {
                None => found.push((*name, theirs.clone(), None)),
                Some(own) if own != theirs => found.push((*name, own.clone(), Some(theirs.clone()))),
                Some(_) => {}
            }
        }
        found
    }
}

/// The state on one path. A copy costs nothing.
#[derive(Debug, Clone)]
pub struct State<'s> {
    /// The variables.
    pub variables: Variables<'s>,
    /// The dicts and objects.
    pub cells: Cells<'s>,
    /// The ways that lead here.
    pub ways: Ways,
    /// Whether anything leads here.
    pub live: bool,
    /// How many values of the walk wait.
    pub waiting: Waiting,
}

impl<'s> State<'s> {
    /// The state at a function's start.
    pub fn start() -> Self {
        Self {
            variables: Variables::default(),
            cells: Cells::default(),
            ways: Ways::START,
            live: true,
            waiting: Waiting::default(),
        }
    }

    /// Nothing leads here any more.
    pub fn end(&mut self) {
        (self.live, self.ways) = (false, Ways::NONE);
    }

    /// Notes what happens.
    pub fn happens(&mut self, what: u8) {
        self.ways = self.ways.then(what);
    }

    /// Either of two states, where both lead to the same point.
    pub fn join(&mut self, other: Self, fresh: &mut impl FnMut() -> u32) {
        if !other.live {
            return;
        }
        if !self.live {
            *self = other;
            return;
        }
        self.ways = self.ways.or(other.ways);
        self.cells.add_missing(&other.cells);
        let both = self.clone();
        self.cells.join(&other.cells, |own, theirs| both.held(own, theirs));
        for (name, own, theirs) in self.variables.differences(&other.variables) {
            let value = match theirs {
                Some(theirs) => self.either(own, &theirs, fresh),
                None => own,
            };
            self.variables.insert(name, value);
        }
    }

    /// Either of two values.
    pub fn either(&mut self, own: Value<'s>, other: &Value<'s>, fresh: &mut impl FnMut() -> u32) -> Value<'s> {
        match (&own, other) {
            // A dict or nothing: its entries are not always there.
            (Value::None, Value::Cell(_)) => self.merged(other, None, fresh),
            (Value::Cell(_), Value::None) => self.merged(&own, None, fresh),
            (Value::Cell(left), Value::Cell(right)) if left != right => self.merged(&own, Some(other), fresh),
            // A dict, or something that nobody can see into.
            (Value::Plain(origin), Value::Cell(_)) => self.opened(other, origin.clone(), fresh),
            (Value::Cell(_), Value::Plain(origin)) => self.opened(&own, origin.clone(), fresh),
            (Value::Later(_), _) | (_, Value::Later(_)) if own != *other => {
                self.waits(What::Either(own, other.clone()))
            }
            _ => self.held(own, other),
        }
    }

    /// Either of two values that something holds, or that are no dicts.
    pub fn held(&self, own: Value<'s>, other: &Value<'s>) -> Value<'s> {
        if own == *other {
            return own;
        }
        match (&own, other) {
            (Value::Later(_), _) | (_, Value::Later(_)) => self.waits(What::Held(own, other.clone())),
            (Value::None, _) => other.clone(),
            // Of two dicts the first stands for both; a merge would need a number of its own.
            (_, Value::None) | (Value::Cell(_), Value::Cell(_)) => own,
            (Value::Items(ours, origin), Value::Items(theirs, more)) if ours.len() == theirs.len() => {
                let items = ours.iter().zip(theirs.iter());
                let items = items.map(|(own, other)| self.held(own.clone(), other));
                Value::Items(items.collect(), origin.clone().with(more))
            }
            (Value::Plain(origin), Value::Plain(more)) => Value::Plain(origin.clone().with(more)),
            (Value::Plain(origin), Value::Text(_)) | (Value::Text(_), Value::Plain(origin)) => {
                Value::Plain(origin.clone())
            }
            (Value::Text(_), Value::Text(_)) => Value::default(),
            _ => self.waits(What::Mixed(Rc::new([own, other.clone()]))),
        }
    }

    /// A value that waits, in this state.
    pub fn waits(&self, what: What<'s>) -> Value<'s> {
        Later::value(what, self)
    }

    fn opened(&mut self, value: &Value<'s>, origin: Origin, fresh: &mut impl FnMut() -> u32) -> Value<'s> {
        let Some(mut cell) = self.cells.get(value).map(|cell| Cell::clone(cell)) else {
            return value.clone();
        };
        let unseen = Cell {
            rest: Some(origin),
            nullable: true,
            ..Cell::default()
        };
        cell.join(&unseen, |own, other| self.held(own, other));
        self.cells.add(fresh(), cell)
    }

    fn merged(&mut self, value: &Value<'s>, other: Option<&Value<'s>>, fresh: &mut impl FnMut() -> u32) -> Value<'s> {
        let Some(mut cell) = self.cells.get(value).map(|cell| Cell::clone(cell)) else {
            return value.clone();
        };
        let nothing = Rc::new(Cell {
            nullable: true,
            ..Cell::default()
        });
        let theirs = other
            .and_then(|other| self.cells.get(other))
            .unwrap_or(&nothing)
            .clone();
        cell.join(&theirs, |own, other| self.held(own, other));
        self.cells.add(fresh(), cell)
    }
}
