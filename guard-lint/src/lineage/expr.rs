//! Expressions.

use super::Walker;
use super::later::What;
use super::said;
use super::state::State;
use super::value::{Cell, Origin, Source, Value};
use crate::model::ClassId;
use crate::model::types::Ty;
use crate::source::facts::{Attr, Expr, Name, Span};

/// What is left of a path when only this part of it is asked.
const PARTS_OF_PATHS: [&str; 4] = ["name", "stem", "suffix", "suffixes"];

impl<'s> Walker<'_, 's> {
    /// The value of an expression: at once what is cheap or has to be followed, and what it may be asked for later.
    pub(super) fn expr(&mut self, expr: &'s Expr, state: &mut State<'s>) -> Value<'s> {
        let waits = match expr {
            // Somebody's metadata is filled up from here on.
            Expr::Attr(attr) => !self.is_metadata(attr.name) && self.can_wait(expr, state),
            Expr::Index(_)
            | Expr::Call(_)
            | Expr::Text(_)
            | Expr::Other(_)
            | Expr::Add(_)
            | Expr::Pipe(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Choice(_) => self.can_wait(expr, state),
            _ => false,
        };
        if waits {
            self.later(expr, state)
        } else {
            self.now(expr, state)
        }
    }

    /// The same, for a value that has to be known: an object that is asked for a part of it, or changed.
    pub(super) fn object(&mut self, expr: &'s Expr, state: &mut State<'s>) -> Value<'s> {
        let value = self.now(expr, state);
        self.known(value, state)
    }

    /// What an expression does, where nobody asks for its value.
    pub(super) fn effect(&mut self, expr: &'s Expr, state: &mut State<'s>) {
        if !self.can_wait(expr, state) {
            self.now(expr, state);
        }
    }

    /// The value of an expression, at once; its parts may wait.
    pub(super) fn now(&mut self, expr: &'s Expr, state: &mut State<'s>) -> Value<'s> {
        match expr {
            Expr::None => Value::None,
            Expr::Str(text, _) => Value::Text(self.text(*text)),
            Expr::Name(name, span) => self.name(*name, *span, state),
            Expr::Attr(attr) => self.attribute(attr, state),
            Expr::Call(call) => self.call(call, state),
            Expr::Dict(dict) => self.dict(&dict.items, dict.span, state),
            Expr::Seq(items) => {
                let items: Vec<Value<'s>> = items.iter().map(|item| self.expr(item, state)).collect();
                Value::Items(items.into(), Origin::default())
            }
            Expr::Await(inner) | Expr::Star(inner) => self.expr(inner, state),
            Expr::Yield(inner) => {
                if let Some(inner) = inner {
                    self.effect(inner, state);
                }
                Value::default()
            }
            Expr::Walrus(pair) => {
                let value = self.expr(&pair.1, state);
                state.variables.insert(pair.0, value.clone());
                value
            }
            Expr::Choice(choice) => match self.truth(&choice.test, state) {
                Some(true) => self.expr(&choice.then, state),
                Some(false) => self.expr(&choice.otherwise, state),
                None => {
                    let (mut taken, mut other) = (state.clone(), state.clone());
                    let then = self.expr(&choice.then, &mut taken);
                    let otherwise = self.expr(&choice.otherwise, &mut other);
                    *state = taken;
                    self.join(state, other);
                    self.either(state, then, &otherwise)
                }
            },
            Expr::Or(values) => self.first_true(values, state),
            Expr::And(values) => {
                let values: Vec<Value<'s>> = values.iter().map(|value| self.expr(value, state)).collect();
                let last = self.known(values.last().cloned().unwrap_or_default(), state);
                match self.is_true(&last, state) {
                    Some(_) => last,
                    None => self.mixed(&values, state),
                }
            }
            Expr::Add(pair) => {
                let (left, right) = (self.expr(&pair.0, state), self.expr(&pair.1, state));
                self.added(&left, &right, state)
            }
            Expr::Pipe(pair) => {
                let (left, right) = (self.object(&pair.0, state), self.object(&pair.1, state));
                match state.cells.get(&left).or(state.cells.get(&right)) {
                    Some(_) => self.merged(&[left, right], state),
                    None => self.mixed(&[left, right], state),
                }
            }
            Expr::Index(pair) => self.index(&pair.base, &pair.index, pair.span, state),
            Expr::Text(parts) => {
                let place = parts.iter().find_map(Expr::span).map(|span| self.place(span));
                let mut origin = Origin::default();
                for part in parts {
                    let value = self.expr(part, state);
                    origin = origin.with(&self.written(&value, part, place, state));
                }
                Value::Plain(origin)
            }
            Expr::Other(parts) => {
                let parts: Vec<Value<'s>> = parts.iter().map(|part| self.expr(part, state)).collect();
                self.mixed(&parts, state)
            }
            // What a comparison gives is a yes or no.
            Expr::Compare(compare) => {
                self.effect(&compare.left, state);
                self.effect(&compare.right, state);
                Value::default()
            }
            Expr::Not(inner) => {
                self.effect(inner, state);
                Value::default()
            }
            Expr::Int(_) | Expr::Bool(_) | Expr::Ellipsis | Expr::Lambda(_) => Value::default(),
        }
    }

    /// A value of all of these.
    pub(super) fn mixed(&mut self, values: &[Value<'s>], state: &mut State<'s>) -> Value<'s> {
        if values.iter().any(|value| matches!(value, Value::Later(_))) {
            return state.waits(What::Mixed(values.into()));
        }
        Value::Plain(self.origins(values, state))
    }

    pub(super) fn added(&mut self, left: &Value<'s>, right: &Value<'s>, state: &mut State<'s>) -> Value<'s> {
        match (left, right) {
            (Value::Later(_), _) | (_, Value::Later(_)) => state.waits(What::Added(left.clone(), right.clone())),
            (Value::Cell(_), Value::Cell(_)) => self.merged(&[left.clone(), right.clone()], state),
            (Value::Items(own, first), Value::Items(more, second)) => {
                let items: Vec<Value<'s>> = own.iter().chain(more.iter()).cloned().collect();
                Value::Items(items.into(), first.clone().with(second))
            }
            _ => self.mixed(&[left.clone(), right.clone()], state),
        }
    }

    fn first_true(&mut self, values: &'s [Expr], state: &mut State<'s>) -> Value<'s> {
        let mut result: Option<Value<'s>> = None;
        for expr in values {
            let value = self.object(expr, state);
            let truth = self.is_true(&value, state);
            if truth == Some(false) && expr.span() != values.last().and_then(Expr::span) {
                continue;
            }
            result = Some(match result {
                None => value,
                Some(known) => self.either(state, known, &value),
            });
            if truth == Some(true) {
                break;
            }
        }
        result.unwrap_or_default()
    }

    fn name(&mut self, name: Name, span: Span, state: &mut State<'s>) -> Value<'s> {
        let value = match state.variables.get(name) {
            Some(value) => value.clone(),
            None => self.global(name, state),
        };
        self.personal(value, name, span, state)
    }

    /// A module's variable: its value, where that is a plain one.
    fn global(&mut self, name: Name, state: &mut State<'s>) -> Value<'s> {
        use crate::model::resolve::Entity;
        let Some(Entity::Global(owner, name)) = self.model.global(self.module(), name) else {
            return Value::default();
        };
        let Some(value) = self.model.global_value(owner, name) else {
            return Value::default();
        };
        if !matches!(
            value,
            Expr::Str(..) | Expr::Dict(..) | Expr::Seq(_) | Expr::Call(_) | Expr::Attr(_)
        ) {
            return Value::default();
        }
        let types = self.model.infer(owner, None, value);
        let is_object = types.all.iter().any(|ty| matches!(ty, Ty::Object { .. }));
        if is_object || self.module() != owner && matches!(value, Expr::Call(_)) {
            return Value::default();
        }
        let here = self.turn_to(owner);
        let value = self.expr(value, state);
        self.turn_to(here);
        value
    }

    fn attribute(&mut self, attr: &'s Attr, state: &mut State<'s>) -> Value<'s> {
        let base = self.object(&attr.base, state);
        let name = self.text(attr.name);
        let value = match &base {
            Value::Cell(_) => self.field(&base, attr.name, state),
            base => {
                let origin = self.origin(base, state);
                let origin = if PARTS_OF_PATHS.contains(&name) {
                    origin.without(&[Source::TempPath])
                } else {
                    origin
                };
                Value::Plain(origin.without(&[Source::Personal]))
            }
        };
        self.personal(value, attr.name, attr.span, state)
    }

    /// A field of an object, or what its class says of it.
    fn field(&mut self, object: &Value<'s>, name: Name, state: &mut State<'s>) -> Value<'s> {
        let Some(cell) = state.cells.get(object) else {
            return Value::default();
        };
        if let Some(entry) = cell.entries.get(self.text(name)) {
            return entry.value.clone();
        }
        let rest = cell.rest.clone();
        let default = match &rest {
            None => cell.class.and_then(|class| self.default_of(class, name, state)),
            Some(_) => None,
        };
        let text = self.text(name);
        let value = match default {
            Some(value) => value,
            // Somebody's dict, which may be filled up from here on.
            None if self.is_metadata(name) && rest.is_some() => {
                let dict = Cell {
                    rest,
                    ..Cell::default()
                };
                self.cell(dict, state)
            }
            None => return Value::Plain(rest.unwrap_or_default()),
        };
        let place = self.place_of_call();
        if let (Value::Cell(_), Some(cell)) = (&value, state.cells.get_mut(object)) {
            cell.set(text, value.clone(), place);
        }
        value
    }

    fn is_metadata(&self, name: Name) -> bool {
        let names = &self.vocabulary.records.artifact_metadata;
        names.iter().any(|row| row == self.text(name))
    }

    /// What a field of a class is when nobody gives it.
    pub(super) fn default_of(&mut self, class: ClassId, name: Name, state: &mut State<'s>) -> Option<Value<'s>> {
        let owner = self.model.ancestry(class).into_iter().find_map(|class| {
            let info = self.model.class(class);
            info.fields.get(&name).map(|field| (info.module, field.value))
        });
        let (module, value) = owner?;
        let value = value?;
        let here = self.turn_to(module);
        let value = self.object(value, state);
        self.turn_to(here);
        Some(value)
    }

    fn dict(&mut self, items: &'s [(Option<Expr>, Expr)], span: Span, state: &mut State<'s>) -> Value<'s> {
        let mut cell = Cell::default();
        for (key, value) in items {
            let given = self.expr(value, state);
            let place = self.place(value.span().unwrap_or(span));
            match key {
                None => {
                    let given = self.known(given, state);
                    match state.cells.get(&given) {
                        Some(other) => cell.extend(other),
                        None if given == Value::None => {}
                        None => {
                            let origin = self.origin(&given, state);
                            cell.rest = Some(cell.rest.take().unwrap_or_default().with(&opaque(origin, place)));
                        }
                    }
                }
                Some(key) => match self.key(key, state) {
                    Some(key) => {
                        if key == "id" {
                            self.note_dict_id(&given, place, state);
                        }
                        cell.set(key, given, place);
                    }
                    None => {
                        let origin = self.origin(&given, state).with(&Origin::of(Source::Opaque, place));
                        cell.rest = Some(cell.rest.take().unwrap_or_default().with(&origin));
                    }
                },
            }
        }
        self.cell(cell, state)
    }

    /// A new dict of these, the later over the earlier.
    pub(super) fn merged(&mut self, values: &[Value<'s>], state: &mut State<'s>) -> Value<'s> {
        let mut cell = Cell::default();
        for value in values {
            self.merge_into(&mut cell, value, state);
        }
        self.cell(cell, state)
    }

    pub(super) fn merge_into(&mut self, cell: &mut Cell<'s>, value: &Value<'s>, state: &mut State<'s>) {
        let value = self.known(value.clone(), state);
        match state.cells.get(&value) {
            Some(other) => cell.extend(other),
            None if value == Value::None => {}
            None => {
                let origin = self.origin(&value, state);
                cell.rest = Some(cell.rest.take().unwrap_or_default().with(&origin));
            }
        }
    }

    /// The literal key that an expression is, through constants.
    pub(super) fn key(&mut self, key: &'s Expr, state: &mut State<'s>) -> Option<&'s str> {
        if let Expr::Str(text, _) = key {
            return Some(self.text(*text));
        }
        match self.object(key, state) {
            Value::Text(text) => Some(text),
            _ => {
                let text = self.model.constant_text(self.module(), key)?;
                Some(self.text(self.model.intern(&text)))
            }
        }
    }

    fn index(&mut self, base: &'s Expr, key: &'s Expr, span: Span, state: &mut State<'s>) -> Value<'s> {
        let object = self.object(base, state);
        let value = match (&object, key) {
            (Value::Items(items, _), Expr::Int(index)) => {
                let item = usize::try_from(*index).ok().and_then(|index| items.get(index));
                item.cloned()
                    .unwrap_or_else(|| Value::Plain(self.origin(&object, state)))
            }
            (Value::Cell(_), key) => match self.key(key, state) {
                Some(name) => self.entry(&object, name, state),
                None => Value::Plain(self.origin(&object, state)),
            },
            (_, key) => {
                self.effect(key, state);
                Value::Plain(self.origin(&object, state).without(&[Source::Personal]))
            }
        };
        match key {
            Expr::Str(name, _) => self.personal(value, *name, span, state),
            _ => value,
        }
    }

    /// What a dict holds under a key.
    pub(super) fn entry(&self, object: &Value<'s>, key: &str, state: &State<'s>) -> Value<'s> {
        let Some(cell) = state.cells.get(object) else {
            return Value::default();
        };
        match cell.entries.get(key) {
            Some(entry) => entry.value.clone(),
            None => Value::Plain(cell.rest.clone().unwrap_or_default()),
        }
    }

    /// A value under a name that says what it is: a person's data. Constants are none.
    pub(super) fn personal(&mut self, value: Value<'s>, name: Name, span: Span, state: &mut State<'s>) -> Value<'s> {
        if self.needs.is_some() || !self.lookup.says(name, said::PERSONAL) {
            return value;
        }
        match self.known(value, state) {
            Value::Plain(origin) => Value::Plain(origin.with(&Origin::of(Source::Personal, self.place(span)))),
            other => other,
        }
    }
}

/// Where what cannot be seen into comes from.
fn opaque(origin: Origin, place: crate::model::Place) -> Origin {
    if origin.has(Source::Caller) {
        origin
    } else {
        origin.with(&Origin::of(Source::Opaque, place))
    }
}
