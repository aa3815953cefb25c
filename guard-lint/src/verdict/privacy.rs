//! Does personal data stay out of the log?

use std::collections::BTreeSet;

use super::clause::Answer;
use super::work::Asking;
use crate::model::Place;
use crate::report::model::ClauseVerdict;

/// Does any log call that the ticket's files lead to get a person's data?
pub(super) fn privacy(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let trails = asking.trails();
    let logs: BTreeSet<(Place, Place)> = trails
        .iter()
        .flat_map(|trail| &trail.logs)
        .map(|log| (log.place, log.data))
        .collect();
    let mut answer = Answer::new(ClauseVerdict::Met, "no log call gets a person's data");
    for (place, data) in &logs {
        let message = format!("a person's data from {} is logged", asking.shown(*data));
        answer.evidence.push(asking.judged.evidence(*place, message));
    }
    if let Some((place, _)) = logs.first() {
        answer.verdict = ClauseVerdict::Unmet;
        answer.reason = format!("a person's data is logged at {}", asking.shown(*place));
    } else if trails.iter().any(|trail| trail.cut) {
        answer.verdict = ClauseVerdict::Unknown;
        "the calls from the ticket's files are too many to be followed".clone_into(&mut answer.reason);
    }
    answer.rules = &["GL503"];
    answer
}
