//! Calls of what is outside the program: what they bring in, and what they take away.

use std::rc::Rc;

use super::Walker;
use super::bind::Given;
use super::state::State;
use super::value::{Cell, Origin, Source, Value};
use crate::model::Place;
use crate::model::types::Ty;
use crate::source::facts::Expr;

/// What a name tells of what the call gives.
const COUNTS: [&str; 6] = ["len", "isinstance", "bool", "any", "all", "hasattr"];

/// The content of a file does not tell its path.
const CONTENTS: [&str; 9] = [
    "read_bytes",
    "read_text",
    "open",
    "stat",
    "exists",
    "is_file",
    "load",
    "getsize",
    "basename",
];

impl<'s> Walker<'_, 's> {
    /// What a call of something outside gives, by its dotted name; a name without dots is built in.
    pub(super) fn outside(
        &mut self,
        dotted: &str,
        given: &Given<'s>,
        base: Option<&Value<'s>>,
        state: &mut State<'s>,
    ) -> Value<'s> {
        let place = self.place(given.call.span);
        let last = dotted.rsplit('.').next().unwrap_or(dotted);
        let mut origin = self.origins(given.values.iter().chain(base), state);
        if named(last, &self.vocabulary.records.masking) {
            origin = origin.without(&[Source::Personal]);
        }
        match (dotted, last) {
            ("dict" | "Dict", _) | (_, "OrderedDict" | "MappingProxyType") => return self.dict_of(given, state),
            ("list" | "tuple", _) if given.values.len() == 1 => return given.values[0].clone(),
            ("set" | "frozenset", _) => return Value::Plain(origin.with(&Origin::of(Source::Unordered, place))),
            ("sorted", _) => return Value::Plain(origin.without(&[Source::Unordered])),
            ("sum" | "min" | "max", _) => return Value::Plain(origin.without(&[Source::Unordered])),
            ("str" | "repr" | "format", _) => return self.text_of(given, place, state),
            ("getattr", _) => return self.getattr(given, state),
            ("vars", _) | (_, "asdict" | "deepcopy" | "copy") if !given.values.is_empty() => {
                return self.copied(&given.values[0].clone(), last == "asdict" || dotted == "vars", state);
            }
            (_, "replace")
                if given
                    .position(0)
                    .is_some_and(|value| self.cell_of(value, state).is_some()) =>
            {
                return self.replaced(given, state);
            }
            (_, "dumps") => return self.dumped(given, place, state),
            _ => {}
        }
        if COUNTS.contains(&last) {
            return Value::default();
        }
        if CONTENTS.contains(&last) {
            return Value::Plain(origin.without(&[Source::TempPath, Source::Fresh]));
        }
        if let Some(source) = self.source(dotted, given) {
            let origin = origin.with(&Origin::of(source, place));
            // A temporary file is its content; only its name is the path.
            if source == Source::TempPath && last.chars().next().is_some_and(char::is_uppercase) {
                let mut file = Cell {
                    name: "file",
                    ..Cell::default()
                };
                file.set("name", Value::Plain(origin), place);
                return self.cell(file, state);
            }
            return Value::Plain(origin);
        }
        if last.chars().next().is_some_and(char::is_uppercase) && has_keywords(given) {
            return self.outside_object(last, given, state);
        }
        Value::Plain(origin)
    }

    /// The source that a call is.
    fn source(&self, dotted: &str, given: &Given<'s>) -> Option<Source> {
        // What is seeded is chance no more.
        let seeded = dotted.ends_with("Random") && !given.values.is_empty();
        let rows = [
            (Source::TempPath, &self.vocabulary.records.temporary_paths),
            (Source::Fresh, &self.vocabulary.records.fresh_values),
            (Source::Clock, &self.vocabulary.records.clocks),
            (Source::Process, &self.vocabulary.records.process_values),
        ];
        rows.into_iter()
            .find(|(_, rows)| !seeded && matches_row(dotted, rows))
            .map(|(source, _)| source)
    }

    /// An object of a class outside the program, with the fields that it is given.
    fn outside_object(&mut self, name: &str, given: &Given<'s>, state: &mut State<'s>) -> Value<'s> {
        let mut cell = Cell {
            name: self.text(self.model.intern(name)),
            ..Cell::default()
        };
        self.fill(&mut cell, given, state);
        self.cell(cell, state)
    }

    fn dict_of(&mut self, given: &Given<'s>, state: &mut State<'s>) -> Value<'s> {
        let mut cell = Cell::default();
        if let Some(first) = given.position(0) {
            let first = first.clone();
            self.merge_into(&mut cell, &first, state);
        }
        self.fill(&mut cell, given, state);
        self.cell(cell, state)
    }

    fn getattr(&mut self, given: &Given<'s>, state: &mut State<'s>) -> Value<'s> {
        let name = given.position(1).map(|name| self.known(name.clone(), state));
        let (Some(object), Some(Value::Text(name))) = (given.position(0), name) else {
            return self.mixed(&given.values, state);
        };
        match self
            .cell_of(object, state)
            .as_ref()
            .and_then(|cell| cell.entries.get(name))
        {
            Some(entry) => entry.value.clone(),
            None => Value::Plain(self.origin(object, state)),
        }
    }

    /// A copy; of an object, its fields as a dict where that is asked.
    pub(super) fn copied(&mut self, value: &Value<'s>, as_dict: bool, state: &mut State<'s>) -> Value<'s> {
        let value = self.known(value.clone(), state);
        let Some(mut cell) = state.cells.get(&value).map(|cell| Cell::clone(cell)) else {
            return value;
        };
        if as_dict {
            (cell.of, cell.class, cell.name) = (cell.name, None, "");
        }
        self.cell(cell, state)
    }

    fn replaced(&mut self, given: &Given<'s>, state: &mut State<'s>) -> Value<'s> {
        let Some(cell) = given.position(0).and_then(|value| self.cell_of(value, state)) else {
            return Value::default();
        };
        let mut cell = Rc::unwrap_or_clone(cell);
        self.fill(&mut cell, given, state);
        self.cell(cell, state)
    }

    /// `str(value)`: a dict shows the order in which it was filled.
    fn text_of(&mut self, given: &Given<'s>, place: Place, state: &mut State<'s>) -> Value<'s> {
        let (Some(value), Some(expr)) = (given.position(0), given.expr(0)) else {
            return Value::default();
        };
        let value = self.known(value.clone(), state);
        if let Value::Text(_) = value {
            return value;
        }
        Value::Plain(self.written(&value, expr, Some(place), state))
    }

    /// Where a value's text comes from.
    pub(super) fn written(
        &mut self,
        value: &Value<'s>,
        expr: &Expr,
        place: Option<Place>,
        state: &mut State<'s>,
    ) -> Origin {
        let value = &self.known(value.clone(), state);
        let origin = self.origin(value, state);
        match place {
            Some(place) if self.is_open_dict(value, expr, state) => origin.with(&Origin::of(Source::Unordered, place)),
            _ => origin,
        }
    }

    /// `json.dumps(value)`: canonical where the keys are sorted.
    fn dumped(&mut self, given: &Given<'s>, place: Place, state: &mut State<'s>) -> Value<'s> {
        let sorted = given.call.args.iter().any(|arg| {
            matches!(arg.kind, crate::source::facts::ArgKind::Keyword(name) if self.text(name) == "sort_keys")
                && matches!(arg.value, Expr::Bool(true))
        });
        let first = given.position(0).map(|value| self.known(value.clone(), state));
        let origin = self.origins(&first, state);
        let open = match (&first, given.expr(0)) {
            (Some(value), Some(expr)) => self.is_open_dict(value, expr, state),
            _ => false,
        };
        if open && !sorted {
            Value::Plain(origin.with(&Origin::of(Source::Unordered, place)))
        } else {
            Value::Plain(origin)
        }
    }

    /// Whether an expression is a parameter that is declared as a plain `dict` or `set`.
    fn is_declared_dict(&self, expr: &Expr) -> bool {
        let (Expr::Name(name, _), Some(function)) = (expr, self.function()) else {
            return false;
        };
        let params = &self.model.function(function).facts.params;
        let declared = params.iter().find(|param| param.name == *name);
        match declared.and_then(|param| param.annotation.as_ref()) {
            Some(Expr::Name(declared, _)) => is_unordered(self.text(*declared)),
            _ => false,
        }
    }

    /// Whether a value is a dict that somebody else filled, in whatever order.
    fn is_open_dict(&mut self, value: &Value<'s>, expr: &Expr, state: &mut State<'s>) -> bool {
        match value {
            Value::Cell(_) => {
                let Some(cell) = state.cells.get(value).cloned() else {
                    return false;
                };
                let mut entries = cell.entries.values();
                let mut is_open =
                    |value: &Value<'s>| self.cell_of(value, state).is_some_and(|cell| cell.rest.is_some());
                cell.rest.is_some() || entries.any(|entry| is_open(&entry.value))
            }
            Value::Plain(_) => {
                let types = self.model.infer(self.module(), self.function(), expr);
                let by_type = types.all.iter().any(|ty| match ty {
                    Ty::ExternalObject(name) => is_unordered(self.text(*name)),
                    _ => false,
                });
                by_type || self.is_declared_dict(expr)
            }
            _ => false,
        }
    }
}

/// Whether a type's objects show no order of their own.
fn is_unordered(name: &str) -> bool {
    matches!(
        name.rsplit('.').next(),
        Some("dict" | "Dict" | "Mapping" | "set" | "Set")
    )
}

fn has_keywords(given: &Given<'_>) -> bool {
    let mut args = given.call.args.iter();
    args.any(|arg| matches!(arg.kind, crate::source::facts::ArgKind::Keyword(_)))
}

/// Whether a row names this: whole, or by its last segments; a row that ends with a dot names all of a module.
fn matches_row(dotted: &str, rows: &[String]) -> bool {
    rows.iter().any(|row| {
        if row.ends_with('.') {
            dotted.starts_with(row.as_str())
        } else {
            dotted == row
                || dotted
                    .strip_suffix(row.as_str())
                    .is_some_and(|before| before.ends_with('.'))
        }
    })
}

/// Whether a name has one of these words.
fn named(name: &str, words: &[String]) -> bool {
    crate::vocabulary::has_word(name, words)
}
