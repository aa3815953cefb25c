//! What a value is made of: where it comes from, and for dicts and objects what they hold.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::later::Later;
use super::versions::Versions;
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
pub struct Origin(Option<Arc<[(Source, Place)]>>);

impl Origin {
    /// From one source.
    pub fn of(source: Source, place: Place) -> Self {
        Self(Some(Arc::new([(source, place)])))
    }

    /// Each source with its place.
    pub fn sources(&self) -> &[(Source, Place)] {
        self.0.as_deref().unwrap_or_default()
    }

    /// From this and the other.
    pub fn with(self, other: &Self) -> Self {
        let is_new = |(source, _): &&(Source, Place)| !self.has(*source);
        let mut more = other.sources().iter().filter(is_new).peekable();
        if more.peek().is_none() {
            return self;
        }
        if self.0.is_none() {
            return other.clone();
        }
        let mut all: Vec<(Source, Place)> = self.sources().iter().chain(more).copied().collect();
        all.sort_unstable_by_key(|(source, _)| *source);
        Self(Some(all.into()))
    }

    /// Without these sources.
    pub fn without(self, sources: &[Source]) -> Self {
        if !sources.iter().any(|source| self.has(*source)) {
            return self;
        }
        let kept = self.sources().iter().filter(|(source, _)| !sources.contains(source));
        let kept: Vec<(Source, Place)> = kept.copied().collect();
        Self((!kept.is_empty()).then(|| kept.into()))
    }

    /// The place where a source comes in.
    pub fn place(&self, source: Source) -> Option<Place> {
        let mut sources = self.sources().iter();
        sources.find(|(own, _)| *own == source).map(|(_, place)| *place)
    }

    /// The sources in which two runs differ.
    pub fn unstable(&self) -> impl Iterator<Item = (Source, Place)> + '_ {
        self.sources()
            .iter()
            .copied()
            .filter(|(source, _)| source.is_unstable())
    }

    /// Whether a source is part of it.
    pub fn has(&self, source: Source) -> bool {
        self.place(source).is_some()
    }
}

/// A value.
#[derive(Debug, Clone)]
pub enum Value<'s> {
    /// `None`.
    None,
    /// A literal text.
    Text(&'s str),
    /// A dict or object, by its place among the [`Cells`].
    Cell(u32),
    /// A list or tuple of these.
    Items(Rc<[Value<'s>]>, Origin),
    /// Anything else.
    Plain(Origin),
    /// What nobody has asked for yet.
    Later(Rc<Later<'s>>),
}

impl Default for Value<'_> {
    fn default() -> Self {
        Self::Plain(Origin::default())
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Text(own), Self::Text(other)) => own == other,
            (Self::Cell(own), Self::Cell(other)) => own == other,
            (Self::Items(own, origin), Self::Items(other, theirs)) => {
                (Rc::ptr_eq(own, other) || own == other) && origin == theirs
            }
            (Self::Plain(own), Self::Plain(other)) => own == other,
            (Self::Later(own), Self::Later(other)) => Rc::ptr_eq(own, other),
            _ => false,
        }
    }
}

/// A key of a dict, or a field of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'s> {
    /// What it holds.
    pub value: Value<'s>,
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
    pub entries: BTreeMap<&'s str, Entry<'s>>,
    /// What was taken out: where it was set, and where it went.
    pub dropped: BTreeMap<&'s str, (Place, Place)>,
    /// Where other entries come from, if there may be any.
    pub rest: Option<Origin>,
    /// Whether there may be `None` in its place.
    pub nullable: bool,
}

impl<'s> Cell<'s> {
    /// Sets an entry.
    pub fn set(&mut self, key: &'s str, value: Value<'s>, place: Place) {
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
    pub fn set_default(&mut self, key: &'s str, value: Value<'s>, place: Place) {
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
    pub fn join(&mut self, other: &Self, mut values: impl FnMut(Value<'s>, &Value<'s>) -> Value<'s>) {
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

/// The dicts and objects of one path.
#[derive(Debug, Clone, Default)]
pub struct Cells<'s>(Versions<Rc<Cell<'s>>>);

impl<'s> Cells<'s> {
    /// Adds one; its number must be new on every path.
    pub fn add(&mut self, number: u32, cell: Cell<'s>) -> Value<'s> {
        self.0.insert(number, Rc::new(cell));
        Value::Cell(number)
    }

    /// The dict or object that a value is.
    pub fn get(&self, value: &Value<'s>) -> Option<&Rc<Cell<'s>>> {
        match value {
            Value::Cell(number) => self.0.get(*number),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, value: &Value<'s>) -> Option<&mut Cell<'s>> {
        match value {
            Value::Cell(number) => self.0.get_mut(*number).map(Rc::make_mut),
            _ => None,
        }
    }

    /// Takes over a value's dicts and objects from where it was made, with what they hold, unless they are here.
    pub fn take_over(&mut self, value: &Value<'s>, made: &Self) {
        match value {
            Value::Cell(number) if self.0.get(*number).is_none() => {
                let Some(cell) = made.0.get(*number) else { return };
                self.0.insert(*number, cell.clone());
                for entry in cell.entries.values() {
                    self.take_over(&entry.value, made);
                }
            }
            Value::Items(items, _) => items.iter().for_each(|item| self.take_over(item, made)),
            _ => {}
        }
    }

    /// Takes over what another path has beside these.
    pub fn add_missing(&mut self, other: &Self) {
        let mut missing: Vec<(u32, Rc<Cell<'s>>)> = Vec::new();
        self.0.differences(&other.0, &mut |number, own, theirs| {
            if let (None, Some(theirs)) = (own, theirs) {
                missing.push((number, theirs.clone()));
            }
        });
        for (number, cell) in missing {
            self.0.insert(number, cell);
        }
    }

    /// Takes over what another path made of these.
    pub fn join(&mut self, other: &Self, mut either: impl FnMut(Value<'s>, &Value<'s>) -> Value<'s>) {
        let mut changed: Vec<(u32, Rc<Cell<'s>>)> = Vec::new();
        self.0
            .differences(&other.0, &mut |number, own, theirs| match (own, theirs) {
                (Some(own), Some(theirs)) if !Rc::ptr_eq(own, theirs) && own != theirs => {
                    let mut joined = Cell::clone(own);
                    joined.join(theirs, &mut either);
                    changed.push((number, Rc::new(joined)));
                }
                _ => {}
            });
        for (number, cell) in changed {
            self.0.insert(number, cell);
        }
    }
}
