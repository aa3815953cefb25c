//! Usage and audit records, and what is logged.

use std::collections::BTreeSet;

use super::Walker;
use super::bind::Given;
use super::lookup::holder;
use super::said;
use super::state::State;
use super::value::{Source, Value};
use crate::model::{FnId, Place};
use crate::source::facts::{ArgKind, Expr};

/// A usage or audit record.
#[derive(Debug, Clone)]
pub struct Emission {
    /// The call.
    pub place: Place,
    /// [`USAGE`](super::state::USAGE) or [`AUDIT`](super::state::AUDIT).
    pub what: u8,
    /// The names under which it gets values, in its arguments and in what they hold.
    pub ids: BTreeSet<String>,
    /// Whether it gets the request's context, which has the caller's own ids.
    pub context: bool,
}

/// A log call that gets a person's data.
#[derive(Debug, Clone)]
pub struct Log {
    /// The call.
    pub place: Place,
    /// Where the data comes in.
    pub data: Place,
    /// The function that holds the call.
    pub function: FnId,
}

impl<'s> Walker<'_, 's> {
    pub(super) fn note_emission(&mut self, given: &Given<'s>, state: &mut State<'s>) {
        let what = self.lookup.emission(given.call);
        let mut ids = BTreeSet::new();
        let mut context = false;
        for (arg, value) in given.call.args.iter().zip(&given.values) {
            if let ArgKind::Keyword(name) = arg.kind {
                ids.insert(self.text(name).to_owned());
            }
            if let Some(last) = holder(&arg.value) {
                ids.insert(self.text(last).to_owned());
            }
            context |= self.is_context(&arg.value);
            self.names_in(value, state, &mut ids, 4);
        }
        self.trail.emissions.push(Emission {
            place: self.place(given.call.span),
            what,
            ids,
            context,
        });
        state.happens(what);
    }

    /// The names under which a value holds others.
    fn names_in(&mut self, value: &Value<'s>, state: &mut State<'s>, names: &mut BTreeSet<String>, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match &self.known(value.clone(), state) {
            value @ Value::Cell(_) => {
                let Some(cell) = state.cells.get(value).cloned() else {
                    return;
                };
                for (name, entry) in &cell.entries {
                    if self.known(entry.value.clone(), state) != Value::None {
                        names.insert((*name).to_owned());
                    }
                    self.names_in(&entry.value, state, names, depth);
                }
            }
            Value::Items(items, _) => {
                for item in items.iter() {
                    self.names_in(item, state, names, depth);
                }
            }
            _ => {}
        }
    }

    /// Whether an argument is the request's context, by its type or by its name.
    fn is_context(&self, expr: &Expr) -> bool {
        use crate::model::types::Ty;
        let types = self.model.infer(self.module(), self.function(), expr);
        let by_type = types.all.iter().any(|ty| match ty {
            Ty::Object { class, .. } => {
                let name = self.text(self.model.class_facts(*class).name);
                self.vocabulary.contexts.iter().any(|row| row == name)
            }
            _ => false,
        });
        let last = holder(expr).map_or("", |name| self.text(name));
        by_type || matches!(last, "ctx" | "context" | "request_context")
    }

    pub(super) fn note_log(&mut self, given: &Given<'s>, state: &mut State<'s>) {
        if self.needs.is_some() {
            return;
        }
        let logs = match &given.call.func {
            Expr::Attr(attr) => {
                self.lookup.says(attr.name, said::LOG_METHOD)
                    && holder(&attr.base).is_some_and(|holder| self.lookup.says(holder, said::LOG_WORD))
            }
            Expr::Name(name, _) => self.text(*name) == "print",
            _ => false,
        };
        if !logs {
            return;
        }
        let personal = given
            .values
            .iter()
            .find_map(|value| self.origin(value, state).place(Source::Personal));
        if let (Some(data), Some(function)) = (personal, self.function()) {
            self.trail.logs.push(Log {
                place: self.place(given.call.span),
                data,
                function,
            });
        }
    }
}
