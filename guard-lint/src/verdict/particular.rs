//! Checks that look at more than the endpoints: at the ticket's files, and at the words of its clause.

use super::clause::Answer;
use super::judge::{Judged, Judgement};
use super::{cursor, durability, fail_fast, flag, refusal, scope};
use crate::catalog::{Check, Ticket};
use crate::model::ModId;

/// A check as one clause of a ticket asks it.
pub(super) struct Question<'q, 'a, 'm, 's> {
    /// The program.
    pub(super) judged: &'q Judged<'a, 'm, 's>,
    /// The ticket.
    pub(super) ticket: &'q Ticket,
    /// The endpoints that the clause speaks of.
    pub(super) endpoints: &'q [&'q Judgement],
    /// The clause.
    pub(super) text: &'q str,
}

impl Question<'_, '_, '_, '_> {
    /// The ticket's files that are there and were read.
    pub(super) fn modules(&self) -> Vec<ModId> {
        super::subject::modules_of(self.judged.model, self.ticket)
    }
}

/// The answer, where this part of the table has one.
pub(super) fn answer(question: &Question<'_, '_, '_, '_>, check: &Check) -> Option<Answer> {
    match check {
        Check::ContextMatch => Some(scope::answer(question)),
        Check::CursorEnvelope => Some(cursor::answer(question)),
        Check::Durability => Some(durability::durable(question)),
        Check::Replay => Some(durability::replay(question)),
        Check::FailFast => Some(fail_fast::answer(question)),
        Check::FeatureFlag => Some(flag::answer(question)),
        Check::BackendForbidden => Some(refusal::answer(question)),
        _ => None,
    }
}
