//! Gates: the chain, its kinds one by one, and what only running can tell.

use super::flow::Frame;
use super::state::State;
use super::summary::{ExitKind, Gate, Summary};
use super::value::{Facts, Null, Tags, Val};
use crate::model::FnId;
use crate::source::facts::Span;

impl<'s> Frame<'_, 's> {
    /// Notes that a gate is asked here.
    pub(super) fn note_gate(&mut self, span: Span, what: impl Into<String>, unbindable: Option<String>, state: &State) {
        let at = self.witness(span, what);
        let after_write = state.may.has(Facts::WROTE);
        self.summary.gates.push(Gate {
            at,
            unbindable,
            swallowed: false,
            settled: false,
            passed_over: false,
            after_write,
        });
    }

    /// Whether a function is the question to a gate. What is only called so, and whose body can neither refuse nor answer,
    /// is none.
    pub(super) fn is_gate(&self, function: FnId, summary: &Summary) -> bool {
        let idle = summary.exits.is_empty() && summary.opaque.is_none() && summary.returns.null == Null::Always;
        self.analyzer.known.is_gate_method(self.model, function) && (!idle || self.model.is_abstract(function))
    }

    /// The gate itself: its refusals leave, its own bookkeeping is no write.
    pub(super) fn pass_gate(
        &mut self,
        span: Span,
        function: FnId,
        summary: &Summary,
        values: &[Option<Val>],
        state: &mut State,
    ) -> Val {
        let here = self.place(span);
        self.note_gate(span, self.model.function_name(function), None, state);
        for exit in &summary.exits {
            let exit = self.substitute(exit, here, function, values);
            self.exit(exit);
        }
        // A gate that cannot raise answers with a decision, which the caller must look at.
        let refuses = summary
            .exits
            .iter()
            .any(|exit| matches!(exit.kind, ExitKind::Http | ExitKind::Other));
        let mut value = summary.returns.clone();
        (value.params, value.same_as) = (0, None);
        if refuses || summary.returns.null == Null::Always {
            state.learn(Facts::GATE);
        } else {
            value.tags = value.tags.with(Tags::DECISION);
        }
        value
    }

    /// One kind of gate that is asked by itself, and can refuse.
    pub(super) fn pass_kind(&mut self, span: Span, function: FnId, summary: &Summary, state: &mut State) {
        let refuses = summary
            .exits
            .iter()
            .any(|exit| matches!(exit.kind, ExitKind::Http | ExitKind::Other));
        if refuses && let Some(kind) = self.analyzer.known.gate_kind(self.model, function) {
            state.learn(Facts::kind_of_gate(kind));
        }
        self.complete_chain(span, function, state);
    }

    /// All kinds of gates, one after the other, are the chain.
    fn complete_chain(&mut self, span: Span, function: FnId, state: &mut State) {
        let kinds = self.analyzer.known.gate_kinds();
        let all = (0..kinds).fold(Facts::NONE, |all, kind| all.with(Facts::kind_of_gate(kind)));
        if kinds > 0 && state.must.has(all) && !state.must.has(Facts::GATE) {
            self.note_gate(span, self.model.function_name(function), None, state);
            state.learn(Facts::GATE);
        }
    }

    /// After a refusal was caught, something is written all the same.
    pub(super) fn swallow_refusals(&mut self) {
        for gate in self.summary.gates.iter_mut().filter(|gate| gate.settled) {
            gate.swallowed = true;
        }
    }
}
