//! What a value is made of: where it comes from, and for dicts and objects what they hold.

use std::collections::BTreeMap;

use crate::model::{ClassId, Place};

/// Where a part of a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A path that is made anew for every run.
    TempPath,
    /// A fresh id or chance.
    Fresh,
    /// A clock.
    Clock,
    /// A collection in no fixed order.
    Unordered,
    /// What holds in one process only: `hash()`, `id()`, a process id.
    Process,
    /// A person's data.
    Personal,
    /// Whoever calls the function that the trace began with.
    Caller,
    /// A call that cannot be followed.
    Opaque,
}

impl Source {
    /// Whether two runs with the same input differ in it.
    pub fn is_unstable(self) -> bool {
        matches!(
            self,
            Self::TempPath | Self::Fresh | Self::Clock | Self::Unordered | Self::Process
        )
    }

    /// For people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::TempPath => "a temporary path",
            Self::Fresh => "a fresh id",
            Self::Clock => "the clock",
            Self::Unordered => "a collection without an order",
            Self::Process => "a value of this process alone",
            Self::Personal => "a person's data",
            Self::Caller => "the caller",
            Self::Opaque => "a call that cannot be followed",
        }
    }
}

/// Where a value comes from: each source once, with the first place that brings it in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin(Vec<(Source, Place)>);

impl Origin {
    /// From one source.
    pub fn of(source: Source, place: Place) -> Self {
        Self(vec![(source, place)])
    }

    /// From this and the other.
    pub fn with(mut self, other: &Self) -> Self {
        for (source, place) in &other.0 {
            self.add(*source, *place);
        }
        self
    }

    fn add(&mut self, source: Source, place: Place) {
        match self.0.binary_search_by_key(&source, |(source, _)| *source) {
            Ok(_) => {}
            Err(index) => self.0.insert(index, (source, place)),
        }
    }

    /// Without these sources.
    pub fn without(mut self, sources: &[Source]) -> Self {
        self.0.retain(|(source, _)| !sources.contains(source));
        self
    }

    /// The place where a source comes in.
    pub fn place(&self, source: Source) -> Option<Place> {
        self.0.iter().find(|(own, _)| *own == source).map(|(_, place)| *place)
    }

    /// Whether a source is part of it.
    pub fn has(&self, source: Source) -> bool {
        self.place(source).is_some()
    }

    /// The sources in which two runs differ.
    pub fn unstable(&self) -> impl Iterator<Item = (Source, Place)> + '_ {
        self.0.iter().copied().filter(|(source, _)| source.is_unstable())
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// A literal text.
    Text(Box<str>),
    /// A dict or object, by its place among the [`Cells`].
    Cell(u32),
    /// A list or tuple of these.
    Items(Vec<Value>, Origin),
    /// Anything else.
    Plain(Origin),
}

impl Default for Value {
    fn default() -> Self {
        Self::Plain(Origin::default())
    }
}

/// A key of a dict, or a field of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it holds.
    pub value: Value,
    /// Whether it is there on every path.
    pub always: bool,
    /// Where it was set.
    pub place: Place,
    /// Where the value stood that this one took the place of.
    pub over: Option<Place>,
}

/// A dict or an object. They are shared by whoever holds them, as in Python.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell<'s> {
    /// The class of an object; a dict has none.
    pub class: Option<ClassId>,
    /// The class's name of an object.
    pub name: &'s str,
    /// The class's name of the object that a dict was made of.
    pub of: &'s str,
    /// What it holds under known names.
    pub entries: BTreeMap<&'s str, Entry>,
    /// What was taken out: where it was set, and where it went.
    pub dropped: BTreeMap<&'s str, (Place, Place)>,
    /// Where other entries come from, if there may be any.
    pub rest: Option<Origin>,
    /// Whether there may be `None` in its place.
    pub nullable: bool,
}

impl<'s> Cell<'s> {
    /// Sets an entry.
    pub fn set(&mut self, key: &'s str, value: Value, place: Place) {
        let over = self.entries.get(key).map(|old| old.place);
        self.entries.insert(
            key,
            Entry {
                value,
                always: true,
                place,
                over,
            },
        );
    }

    /// Sets an entry unless it is there.
    pub fn set_default(&mut self, key: &'s str, value: Value, place: Place) {
        match self.entries.get_mut(key) {
            Some(entry) => entry.always = true,
            None => self.set(key, value, place),
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &'s str, place: Place) {
        if let Some(entry) = self.entries.remove(key) {
            self.dropped.insert(key, (entry.place, place));
        }
    }

    /// Adds the entries of another over its own.
    pub fn extend(&mut self, other: &Self) {
        for (key, dropped) in &other.dropped {
            self.dropped.entry(key).or_insert(*dropped);
        }
        for (key, entry) in &other.entries {
            if let Some(own) = self.entries.get(key) {
                let mut entry = entry.clone();
                entry.over = entry.over.or(Some(own.place));
                entry.always |= own.always;
                self.entries.insert(key, entry);
            } else {
                self.entries.insert(key, entry.clone());
            }
        }
        self.rest = joined(self.rest.take(), other.rest.as_ref());
    }

    /// What either of two may be.
    pub fn join(&mut self, other: &Self, values: impl Fn(Value, &Value) -> Value) {
        for (key, entry) in &mut self.entries {
            match other.entries.get(key) {
                Some(theirs) => {
                    entry.always &= theirs.always;
                    entry.over = entry.over.or(theirs.over);
                    entry.value = values(std::mem::take(&mut entry.value), &theirs.value);
                }
                None => entry.always = false,
            }
        }
        for (key, entry) in &other.entries {
            self.entries.entry(key).or_insert_with(|| Entry {
                always: false,
                ..entry.clone()
            });
        }
        self.rest = joined(self.rest.take(), other.rest.as_ref());
        self.nullable |= other.nullable;
    }
}

fn joined(own: Option<Origin>, other: Option<&Origin>) -> Option<Origin> {
    match (own, other) {
        (None, None) => None,
        (Some(own), None) => Some(own),
        (None, Some(other)) => Some(other.clone()),
        (Some(own), Some(other)) => Some(own.with(other)),
    }
}

/// How deep origins are looked for in what a value holds.
const DEPTH: u32 = 6;

/// The dicts and objects of one path.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cells<'s>(BTreeMap<u32, Cell<'s>>);

impl<'s> Cells<'s> {
    /// Adds one; its number must be new on every path.
    pub fn add(&mut self, number: u32, cell: Cell<'s>) -> Value {
        self.0.insert(number, cell);
        Value::Cell(number)
    }

    /// The dict or object that a value is.
    pub fn get(&self, value: &Value) -> Option<&Cell<'s>> {
        match value {
            Value::Cell(number) => self.0.get(number),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, value: &Value) -> Option<&mut Cell<'s>> {
        match value {
            Value::Cell(number) => self.0.get_mut(number),
            _ => None,
        }
    }

    /// Where a value comes from, with all that it holds.
    pub fn origin(&self, value: &Value) -> Origin {
        self.origin_within(value, DEPTH)
    }

    fn origin_within(&self, value: &Value, depth: u32) -> Origin {
        let Some(depth) = depth.checked_sub(1) else {
            return Origin::default();
        };
        match value {
            Value::None | Value::Text(_) => Origin::default(),
            Value::Plain(origin) => origin.clone(),
            Value::Items(items, origin) => items.iter().fold(origin.clone(), |origin, item| {
                origin.with(&self.origin_within(item, depth))
            }),
            Value::Cell(number) => self.0.get(number).map_or_else(Origin::default, |cell| {
                let rest = cell.rest.clone().unwrap_or_default();
                let entries = cell.entries.values();
                entries.fold(rest, |origin, entry| {
                    origin.with(&self.origin_within(&entry.value, depth))
                })
            }),
        }
    }

    /// Either of two values, where cells of both paths are at hand.
    pub fn either(&self, own: Value, other: &Value) -> Value {
        match (own, other) {
            (own, other) if own == *other => own,
            (Value::None, other) => other.clone(),
            (own, Value::None) => own,
            // Of two dicts the first stands for both; a merge would need a number of its own.
            (own @ Value::Cell(_), Value::Cell(_)) => own,
            (Value::Items(own, origin), Value::Items(other, theirs)) if own.len() == other.len() => {
                let items = own.into_iter().zip(other).map(|(own, other)| self.either(own, other));
                Value::Items(items.collect(), origin.with(theirs))
            }
            (own, other) => Value::Plain(self.origin(&own).with(&self.origin(other))),
        }
    }

    /// Takes over what another path made of the cells.
    pub fn join(&mut self, other: &Self) {
        let all = Self(
            other
                .0
                .iter()
                .chain(&self.0)
                .map(|(number, cell)| (*number, cell.clone()))
                .collect(),
        );
        for (number, theirs) in &other.0 {
            match self.0.get_mut(number) {
                Some(own) => {
                    if own != theirs {
                        own.join(theirs, |own, other| all.either(own, other));
                    }
                }
                None => {
                    self.0.insert(*number, theirs.clone());
                }
            }
        }
    }
}
