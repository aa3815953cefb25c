//! Methods of dicts and of models, on values whose content is known.

use std::collections::BTreeMap;

use super::Walker;
use super::bind::Given;
use super::state::State;
use super::value::{Cell, Origin, Source, Value};
use crate::source::facts::{ArgKind, Expr};

impl<'s> Walker<'_, 's> {
    /// Keyword arguments as entries.
    pub(super) fn fill(&mut self, cell: &mut Cell<'s>, given: &Given<'s>, state: &mut State<'s>) {
        for (arg, value) in given.call.args.iter().zip(&given.values) {
            match arg.kind {
                ArgKind::Keyword(name) => {
                    let span = arg.value.span().unwrap_or(given.call.span);
                    cell.set(self.text(name), value.clone(), self.place(span));
                }
                ArgKind::DoubleStar => self.merge_into(cell, value, state),
                ArgKind::Position | ArgKind::Star => {}
            }
        }
    }

    /// A method of a dict, or one that every model has. None where it is not known.
    pub(super) fn method_of_cell(
        &mut self,
        object: &Value<'s>,
        name: &str,
        given: &Given<'s>,
        state: &mut State<'s>,
    ) -> Option<Value<'s>> {
        let cell = state.cells.get(object)?;
        let is_dict = cell.class.is_none() && cell.name.is_empty();
        match name {
            "model_dump" | "dict" | "to_dict" | "as_dict" if !is_dict => Some(self.copied(object, true, state)),
            "model_copy" if !is_dict => Some(self.model_copy(object, given, state)),
            "copy" => Some(self.copied(object, false, state)),
            "model_dump_json" | "json" if !is_dict => Some(Value::Plain(self.origin(object, state))),
            _ if !is_dict => None,
            "update" => {
                self.updated(object, given, state);
                Some(Value::None)
            }
            "setdefault" => {
                let key = self.key(given.expr(0)?, state)?;
                let value = given.position(1).cloned().unwrap_or(Value::None);
                let place = self.place(given.call.span);
                state.cells.get_mut(object)?.set_default(key, value, place);
                Some(self.entry(object, key, state))
            }
            "get" => {
                let Some(key) = given.expr(0).and_then(|key| self.key(key, state)) else {
                    return Some(Value::Plain(self.origin(object, state)));
                };
                let known = state.cells.get(object)?.entries.get(key).map(|entry| entry.always);
                let value = self.entry(object, key, state);
                match (known, given.position(1)) {
                    (Some(true), _) | (_, None) => Some(value),
                    (_, Some(other)) => Some(self.either(state, value, &other.clone())),
                }
            }
            "pop" => {
                let value = match given.expr(0).and_then(|key| self.key(key, state)) {
                    Some(key) => {
                        let value = self.entry(object, key, state);
                        let place = self.place(given.call.span);
                        state.cells.get_mut(object)?.remove(key, place);
                        value
                    }
                    None => Value::Plain(self.origin(object, state)),
                };
                Some(value)
            }
            "clear" => {
                let cell = state.cells.get_mut(object)?;
                (cell.entries, cell.rest) = (BTreeMap::default(), None);
                Some(Value::None)
            }
            "items" | "keys" | "values" => Some(Value::Plain(self.origin(object, state))),
            _ => None,
        }
    }

    fn model_copy(&mut self, object: &Value<'s>, given: &Given<'s>, state: &mut State<'s>) -> Value<'s> {
        let copy = self.copied(object, false, state);
        if let Some(update) = given.keyword(self, "update").cloned()
            && let Some(changes) = self.cell_of(&update, state)
            && let Some(cell) = state.cells.get_mut(&copy)
        {
            cell.extend(&changes);
        }
        copy
    }

    /// `d.update(other, key=value)`.
    fn updated(&mut self, object: &Value<'s>, given: &Given<'s>, state: &mut State<'s>) {
        let mut changes = Cell::default();
        if let Some(other) = given.position(0) {
            let other = self.known(other.clone(), state);
            if let Value::Plain(_) = other {
                // Whatever it holds may take the place of what is there.
                let place = self.place(given.call.span);
                let origin = self.origin(&other, state);
                changes.rest = Some(if origin.has(Source::Caller) {
                    origin
                } else {
                    origin.with(&Origin::of(Source::Opaque, place))
                });
            } else {
                self.merge_into(&mut changes, &other, state);
            }
        }
        self.fill(&mut changes, given, state);
        if let Some(cell) = state.cells.get_mut(object) {
            cell.extend(&changes);
        }
    }

    /// `hash.update(more)`, `items.append(one)`: what is added to a value that has a name.
    pub(super) fn added_to(&mut self, given: &Given<'s>, state: &mut State<'s>) {
        let Expr::Attr(attr) = &given.call.func else { return };
        let Expr::Name(variable, _) = &attr.base else { return };
        let name = self.text(attr.name);
        if !matches!(name, "update" | "append" | "extend" | "add" | "insert") {
            return;
        }
        let Some(old) = state.variables.get(*variable).cloned() else {
            return;
        };
        let old = self.known(old, state);
        let new = match old {
            Value::Plain(_) => {
                let mut all = given.values.clone();
                all.push(old);
                self.mixed(&all, state)
            }
            Value::Items(items, origin) if name == "append" => {
                let items: Vec<Value<'s>> = items.iter().chain(&given.values).cloned().collect();
                Value::Items(items.into(), origin)
            }
            Value::Items(items, origin) => {
                let more = self.origins(&given.values, state);
                Value::Items(items, origin.with(&more))
            }
            other => other,
        };
        state.variables.insert(*variable, new);
    }
}
