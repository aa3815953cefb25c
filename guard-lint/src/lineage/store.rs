//! Artifacts that are stored, and objects that are made with an id of their own.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Walker;
use super::bind::Given;
use super::state::State;
use super::value::{Cell, Origin, Value};
use crate::model::{ClassId, FnId, Place};
use crate::vocabulary::{has_word, words};

/// An artifact that is stored.
#[derive(Debug, Clone)]
pub struct Creation {
    /// The call that stores it.
    pub place: Place,
    /// The function that holds the call.
    pub function: FnId,
    /// The last call on the way there that stands in the file of the function that was asked about.
    pub from: Place,
    /// What kind of artifact it is, where the source says.
    pub kind: Option<String>,
    /// The metadata that reaches the store, by name.
    pub keys: BTreeMap<String, Key>,
    /// The metadata that was taken out before: where it was set, and where it went.
    pub dropped: BTreeMap<String, (Place, Place)>,
    /// Where other entries of the metadata come from, if there may be any.
    pub rest: Option<Origin>,
}

/// An entry of the metadata.
#[derive(Debug, Clone)]
pub struct Key {
    /// Whether it is there on every path.
    pub always: bool,
    /// What its value is made of, where its name says that it is a hash.
    pub origin: Origin,
    /// Where it is set.
    pub place: Place,
    /// Where the value was set that it takes the place of.
    pub over: Option<Place>,
}

/// An object that is made with an id of its own.
#[derive(Debug, Clone)]
pub struct Made {
    /// The call that makes it.
    pub place: Place,
    /// Its class.
    pub class: String,
    /// The field with the id.
    pub field: String,
    /// What the id is made of.
    pub origin: Origin,
}

impl<'s> Walker<'_, 's> {
    /// Whether a call gets an artifact, or a dict that was made of one.
    pub(super) fn is_given_artifact(&mut self, given: &Given<'s>, state: &mut State<'s>) -> bool {
        let kinds = &self.vocabulary.records.artifact_words;
        given.values.iter().any(|value| {
            let cell = self.cell_of(value, state);
            cell.is_some_and(|cell| has_word(cell.name, kinds) || has_word(cell.of, kinds))
        })
    }

    /// A call that stores an artifact, unless what it calls does: what is stored is what reaches the last of them.
    pub(super) fn stored(
        &mut self,
        given: &Given<'s>,
        state: &mut State<'s>,
        follow: impl FnOnce(&mut Self, &mut State<'s>) -> Value<'s>,
    ) -> Value<'s> {
        let before = self.trail.creations.len();
        let own = self.creation(given, state);
        let value = follow(self, state);
        if self.trail.creations.len() == before {
            self.trail.creations.extend(own);
            if state.live {
                self.changes(state);
            }
        }
        value
    }

    /// A row that is written: its metadata, or all of it where it has none.
    pub(super) fn row(&mut self, given: &Given<'s>, state: &mut State<'s>) -> Option<Creation> {
        let mut dict = |value: &Value<'s>| self.cell_of(value, state).filter(|cell| cell.class.is_none());
        let row = given.values.iter().find_map(&mut dict)?;
        let names = &self.vocabulary.records.artifact_metadata;
        let has_metadata = |cell: &Cell<'_>| names.iter().any(|name| cell.entries.contains_key(name.as_str()));
        if has_metadata(&row) {
            return self.creation(given, state);
        }
        let mut creation = self.nothing_yet(given, None)?;
        self.holds(&mut creation, &row, state);
        Some(creation)
    }

    fn nothing_yet(&self, given: &Given<'s>, kind: Option<String>) -> Option<Creation> {
        Some(Creation {
            place: self.place(given.call.span),
            function: self.function()?,
            from: self.last_own_call(),
            kind,
            keys: BTreeMap::new(),
            dropped: BTreeMap::new(),
            rest: None,
        })
    }

    fn creation(&mut self, given: &Given<'s>, state: &mut State<'s>) -> Option<Creation> {
        let names = &self.vocabulary.records.artifact_metadata;
        let keyword = names.iter().find_map(|name| given.keyword(self, name)).cloned();
        let mut kind = given.keyword(self, "kind").cloned();
        let mut metadata = keyword;
        if metadata.is_none() {
            for value in &given.values {
                let Some(cell) = self.cell_of(value, state) else {
                    continue;
                };
                let found = names.iter().find_map(|name| cell.entries.get(name.as_str()));
                kind = cell.entries.get("kind").map(|entry| entry.value.clone());
                metadata = found.map(|entry| entry.value.clone());
                if metadata.is_some() || kind.is_some() {
                    break;
                }
            }
        }
        let kind = match kind.map(|kind| self.known(kind, state)) {
            Some(Value::Text(text)) => Some(text.to_owned()),
            _ => None,
        };
        let metadata = metadata.map(|metadata| self.known(metadata, state));
        let mut creation = self.nothing_yet(given, kind)?;
        match metadata
            .as_ref()
            .map(|metadata| (metadata, state.cells.get(metadata).cloned()))
        {
            Some((_, Some(cell))) => self.holds(&mut creation, &cell, state),
            Some((Value::None, None)) => {}
            Some((metadata, None)) => creation.rest = Some(self.origin(metadata, state)),
            // An object that came as it is has whatever metadata its maker gave it.
            None => {
                creation.rest = Some(self.origins(&given.values, state));
            }
        }
        Some(creation)
    }

    /// Notes a dict with an id.
    pub(super) fn note_dict_id(&mut self, value: &Value<'s>, place: Place, state: &mut State<'s>) {
        if self.needs.is_some() {
            return;
        }
        let origin = self.origin(value, state);
        self.trail.made.push(Made {
            place,
            class: "dict".to_owned(),
            field: "id".to_owned(),
            origin,
        });
    }

    /// Notes an object with an id: `id`, or a field named for its class.
    pub(super) fn note_made(&mut self, class: ClassId, object: &Value<'s>, given: &Given<'s>, state: &mut State<'s>) {
        if self.needs.is_some() {
            return;
        }
        let name = self.text(self.model.class_facts(class).name);
        let own: Vec<String> = words(name).collect();
        let is_id = |field: &str| {
            field == "id"
                || field
                    .strip_suffix("_id")
                    .is_some_and(|rest| words(rest).all(|word| own.contains(&word)))
        };
        let declared: Vec<_> = self
            .model
            .ancestry(class)
            .into_iter()
            .flat_map(|class| self.model.class_facts(class).body.iter())
            .filter_map(|statement| match statement {
                crate::source::facts::Stmt::Assign(assign) => match &assign.target {
                    crate::source::facts::Expr::Name(name, _) if is_id(self.text(*name)) => Some(*name),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        for field in declared {
            let text = self.text(field);
            let given_value = state.cells.get(object).and_then(|cell| cell.entries.get(text));
            let value = match given_value.map(|entry| entry.value.clone()) {
                Some(value) => value,
                None => match self.default_of(class, field, state) {
                    Some(value) => value,
                    None => continue,
                },
            };
            let origin = self.origin(&value, state);
            self.trail.made.push(Made {
                place: self.place(given.call.span),
                class: name.to_owned(),
                field: text.to_owned(),
                origin,
            });
        }
    }

    /// Notes what the metadata holds.
    fn holds(&mut self, creation: &mut Creation, cell: &Cell<'s>, state: &mut State<'s>) {
        creation.rest.clone_from(&cell.rest);
        let dropped = cell.dropped.iter();
        creation.dropped = dropped.map(|(name, places)| ((*name).to_owned(), *places)).collect();
        let hash_words = &self.vocabulary.records.hash_words;
        for (name, entry) in &cell.entries {
            // Nobody asks what any other entry is made of.
            let origin = if has_word(name, hash_words) {
                self.origin(&entry.value, state)
            } else {
                Origin::default()
            };
            let key = Key {
                always: entry.always,
                origin,
                place: entry.place,
                over: entry.over,
            };
            creation.keys.insert((*name).to_owned(), key);
        }
    }

    /// The dict or object that a value is, as it is now.
    pub(super) fn cell_of(&mut self, value: &Value<'s>, state: &mut State<'s>) -> Option<Rc<Cell<'s>>> {
        let value = self.known(value.clone(), state);
        state.cells.get(&value).cloned()
    }
}
