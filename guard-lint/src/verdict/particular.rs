//! Checks that look at more than the endpoints: at the ticket's files, and at the words of its clause.

use super::clause::Answer;
use super::work::Asking;
use super::{cursor, durability, fail_fast, flag, refusal, scope};
use crate::catalog::Check;

/// The answer, where this part of the table has one.
pub(super) fn answer(asking: &Asking<'_, '_, '_, '_>, check: &Check) -> Option<Answer> {
    match check {
        Check::ContextMatch => Some(scope::answer(asking)),
        Check::CursorEnvelope => Some(cursor::answer(asking)),
        Check::Durability => Some(durability::durable(asking)),
        Check::Replay => Some(durability::replay(asking)),
        Check::FailFast => Some(fail_fast::answer(asking)),
        Check::FeatureFlag => Some(flag::answer(asking)),
        Check::BackendForbidden => Some(refusal::answer(asking)),
        _ => None,
    }
}
