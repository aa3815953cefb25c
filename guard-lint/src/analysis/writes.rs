//! Writes: what changes something that outlives the request.

use super::flow::Frame;
use super::state::State;
use super::summary::{Strength, Write};
use super::value::{Facts, Tags, Val};
use crate::model::types::Ty;
use crate::source::facts::{Expr, Span};

impl<'s> Frame<'_, 's> {
    /// A change of a container that may outlive the request: an attribute of a store-like object, or a module's variable.
    pub(super) fn change_container(&mut self, container: &'s Expr, value: &Val, span: Span, state: &mut State) {
        if !value.tags.has(Tags::SHARED) {
            return;
        }
        let (holder, name) = match container {
            Expr::Attr(attr) => (self.holder(&attr.base), self.text(attr.name)),
            Expr::Name(name, _) => (None, self.text(*name)),
            _ => return,
        };
        let known = &self.analyzer.known;
        let lasting = match (&holder, container) {
            // In a class, its name tells whether its objects last.
            (Some(class), _) => known.is_store(class) && !known.is_aside(class),
            (None, Expr::Name(..)) => true,
            (None, _) => false,
        };
        if lasting && !known.is_aside(name) {
            self.write(span, Strength::Object, format!("`{name}` is changed"), state);
        }
    }

    /// The class name of `self` or of a typed object.
    fn holder(&self, base: &Expr) -> Option<String> {
        let types = self.model.infer(self.module, Some(self.function), base);
        types.all.iter().find_map(|ty| match ty {
            Ty::Object { class, .. } => Some(self.text(self.model.class_facts(*class).name).to_owned()),
            _ => None,
        })
    }

    /// Notes a write here.
    pub(super) fn write(&mut self, span: Span, strength: Strength, what: String, state: &mut State) {
        let at = self.witness(span, what);
        self.own_write(
            Write {
                at,
                strength,
                unsure: false,
            },
            state,
        );
    }

    /// Notes a write that happens at this very point.
    pub(super) fn own_write(&mut self, write: Write, state: &mut State) {
        if write.strength > Strength::Aside && !state.must.has(Facts::IDENTITY) {
            state.may = state.may.with(Facts::EARLY_WRITE);
        }
        self.note_write(write, state);
    }

    /// Notes a write, gated or not. What is kept beside the work needs no gate.
    pub(super) fn note_write(&mut self, mut write: Write, state: &mut State) {
        if !state.must.has(Facts::GATE) && write.strength > Strength::Aside {
            write.unsure |= state.may.has(Facts::ASKED_UNKNOWN);
            if state.may.has(Facts::REFUSAL_CAUGHT) {
                self.swallow_refusals();
            }
            if self
                .summary
                .ungated
                .as_ref()
                .is_none_or(|old| write.strength > old.strength)
            {
                self.summary.ungated = Some(write.clone());
            }
            state.may = state.may.with(Facts::WROTE);
        }
        self.keep_write(write);
    }

    /// Keeps the first write of the greatest strength.
    pub(super) fn keep_write(&mut self, write: Write) {
        if self
            .summary
            .write
            .as_ref()
            .is_none_or(|old| write.strength > old.strength)
        {
            self.summary.write = Some(write);
        }
    }
}
