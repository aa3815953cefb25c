//! The state on one path through a function.

use rustc_hash::FxHashMap;

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

    /// Whether there is a way on which this happened.
    pub fn any(self, happened: u8) -> bool {
        (0..8u8).any(|way| self.0 & (1 << way) != 0 && way & happened == happened)
    }

    /// Whether there is a way on which the first happened and the second did not.
    pub fn any_without(self, happened: u8, missing: u8) -> bool {
        (0..8u8).any(|way| self.0 & (1 << way) != 0 && way & happened == happened && way & missing == 0)
    }
}

/// The state on one path.
#[derive(Debug, Clone)]
pub struct State<'s> {
    /// The variables.
    pub variables: FxHashMap<Name, Value>,
    /// The dicts and objects.
    pub cells: Cells<'s>,
    /// The ways that lead here.
    pub ways: Ways,
    /// Whether anything leads here.
    pub live: bool,
}

impl<'s> State<'s> {
    /// The state at a function's start.
    pub fn start() -> Self {
        Self {
            variables: FxHashMap::default(),
            cells: Cells::default(),
            ways: Ways::START,
            live: true,
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
        self.cells.join(&other.cells);
        for (name, theirs) in other.variables {
            match self.variables.remove(&name) {
                Some(own) => {
                    let value = self.either(own, &theirs, fresh);
                    self.variables.insert(name, value);
                }
                None => {
                    self.variables.insert(name, theirs);
                }
            }
        }
    }

    /// Either of two values.
    pub fn either(&mut self, own: Value, other: &Value, fresh: &mut impl FnMut() -> u32) -> Value {
        match (&own, other) {
            // A dict or nothing: its entries are not always there.
            (Value::None, Value::Cell(_)) => self.merged(other, None, fresh),
            (Value::Cell(_), Value::None) => self.merged(&own, None, fresh),
            (Value::Cell(left), Value::Cell(right)) if left != right => self.merged(&own, Some(other), fresh),
            // A dict, or something that nobody can see into.
            (Value::Plain(origin), Value::Cell(_)) => self.opened(other, origin.clone(), fresh),
            (Value::Cell(_), Value::Plain(origin)) => self.opened(&own, origin.clone(), fresh),
            _ => self.cells.either(own, other),
        }
    }

    fn opened(&mut self, value: &Value, origin: Origin, fresh: &mut impl FnMut() -> u32) -> Value {
        let Some(mut cell) = self.cells.get(value).cloned() else {
            return value.clone();
        };
        let unseen = Cell {
            rest: Some(origin),
            nullable: true,
            ..Cell::default()
        };
        cell.join(&unseen, |own, other| self.cells.either(own, other));
        self.cells.add(fresh(), cell)
    }

    fn merged(&mut self, value: &Value, other: Option<&Value>, fresh: &mut impl FnMut() -> u32) -> Value {
        let Some(mut cell) = self.cells.get(value).cloned() else {
            return value.clone();
        };
        let nothing = Cell {
            nullable: true,
            ..Cell::default()
        };
        let theirs = other.and_then(|other| self.cells.get(other)).unwrap_or(&nothing);
        cell.join(theirs, |own, other| self.cells.either(own, other));
        self.cells.add(fresh(), cell)
    }
}
