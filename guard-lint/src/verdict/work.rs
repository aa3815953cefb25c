//! Clauses about what the work leaves behind: artifacts, hashes, ids, records, logs, stores. They are asked of the
//! functions in the ticket's files, which need not answer requests.

use std::sync::Arc;

use super::clause::{Answer, Judge};
use super::judge::{Judged, Judgement};
use super::{artifact, documented, durable, privacy, record, subject};
use crate::catalog::{Check, Ticket};
use crate::lineage::{Trail, roots};
use crate::model::{ModId, Place};
use crate::report::model::ClauseVerdict;

/// Who asks.
pub(super) struct Asking<'q, 'a, 'm, 's> {
    /// The program.
    pub(super) judged: &'q Judged<'a, 'm, 's>,
    /// The ticket.
    pub(super) ticket: &'q Ticket,
    /// The endpoints that the clause speaks of.
    pub(super) endpoints: &'q [&'q Judgement],
    /// The clause's text.
    pub(super) text: &'q str,
    /// Where the envelope is judged.
    pub(super) judge: Judge,
}

impl Asking<'_, '_, '_, '_> {
    /// The files that the ticket names.
    pub(super) fn modules(&self) -> Vec<ModId> {
        subject::modules_of(self.judged.model, self.ticket)
    }

    /// The walks from where the work of the ticket's files begins.
    pub(super) fn trails(&self) -> Vec<Arc<Trail>> {
        let functions = roots(self.judged.model, &self.modules());
        let walk = |function| self.judged.walks.of(self.judged.analyzer, function);
        functions.into_iter().map(walk).collect()
    }

    /// The artifacts that are stored from there.
    pub(super) fn stored(&self) -> Vec<Arc<Trail>> {
        let functions = roots(self.judged.model, &self.modules());
        let walk = |function| self.judged.walks.stored(self.judged.analyzer, function);
        functions.into_iter().map(walk).collect()
    }

    /// `file:line`.
    pub(super) fn shown(&self, place: Place) -> String {
        let evidence = self.judged.evidence(place, String::new());
        format!("{}:{}", evidence.file, evidence.line)
    }
}

/// The answer to a check of this kind; none to any other.
pub(super) fn answer(asking: &Asking<'_, '_, '_, '_>, check: &Check) -> Option<Answer> {
    let ours = matches!(
        check,
        Check::ArtifactMeta(_)
            | Check::Deterministic
            | Check::Budget
            | Check::Audit
            | Check::Documented(_)
            | Check::Privacy
            | Check::DurableOption
    );
    if !ours {
        return None;
    }
    if asking.modules().is_empty() {
        return Some(Answer::new(
            ClauseVerdict::Unknown,
            "none of the ticket's files is a Python module that could be read, and values are followed in Python alone",
        ));
    }
    Some(match check {
        Check::ArtifactMeta(fields) => artifact::metadata(asking, fields),
        Check::Deterministic => artifact::deterministic(asking),
        Check::Budget | Check::Audit => record::records(asking, check),
        Check::Documented(hooks) => documented::documented(asking, hooks),
        Check::Privacy => privacy::privacy(asking),
        _ => durable::option(asking),
    })
}
