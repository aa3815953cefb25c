//! Does every path that changes something also leave a usage or audit record, with the ids that the ticket names?

use std::sync::Arc;

use super::clause::Answer;
use super::endpoint::Effect;
use super::work::Asking;
use crate::catalog::Check;
use crate::lineage::state::{AUDIT, USAGE, WROTE, Ways};
use crate::lineage::{Emission, Trail, roots};
use crate::model::FnId;
use crate::report::model::ClauseVerdict;
use crate::vocabulary::{has_word, words};

/// The ids that a ticket may name.
const IDS: [&str; 8] = [
    "request_id",
    "run_id",
    "trace_id",
    "step_id",
    "surface",
    "project",
    "tenant",
    "user_id",
];

/// Are usage or audit records written on every path that changes something?
pub(super) fn records(asking: &Asking<'_, '_, '_, '_>, check: &Check) -> Answer {
    let (what, noun) = match check {
        Check::Budget => (USAGE, "usage"),
        _ => (AUDIT, "an audit record"),
    };
    let wanted = wanted_ids(asking, check);
    let mut answer = Answer::new(ClauseVerdict::Met, String::new());
    let (mut yes, mut partly, mut no, mut cut) = (0, 0, 0, 0);
    let mut first: Option<String> = None;
    for (function, trail, must_write) in subjects(asking) {
        let ways = trail.exits.iter().fold(Ways::NONE, |ways, (_, more)| ways.or(*more));
        let changes = if must_write && !ways.any(WROTE) { 0 } else { WROTE };
        if !ways.any(changes) {
            continue;
        }
        let name = asking.judged.model.function_name(function);
        let bare = trail
            .exits
            .iter()
            .find(|(_, ways)| ways.any_without(changes, what))
            .map(|(place, _)| *place);
        let problem = match bare {
            Some(_) if trail.cut => {
                cut += 1;
                continue;
            }
            Some(place) if ways.any(what) => {
                partly += 1;
                (place, format!("`{name}` does not record {noun} on every path"))
            }
            Some(_) => {
                no += 1;
                let place = asking.judged.model.function_place(function);
                (place, format!("`{name}` does not record {noun}"))
            }
            None => match lacking(asking, &trail, what, &wanted) {
                None => {
                    yes += 1;
                    continue;
                }
                Some((emission, missing)) => {
                    partly += 1;
                    (emission.place, format!("the record of {noun} lacks `{missing}`"))
                }
            },
        };
        let (place, message) = problem;
        first.get_or_insert(format!("{message} ({})", asking.shown(place)));
        answer.evidence.push(asking.judged.evidence(place, message));
    }
    let all = yes + partly + no;
    (answer.verdict, answer.reason) = match (yes, partly, no, cut) {
        (0, 0, 0, 0) => (
            ClauseVerdict::NotApplicable,
            "nothing in the ticket's files changes anything".to_owned(),
        ),
        (_, 0, 0, 0) => (
            ClauseVerdict::Met,
            format!("every path that changes something records {noun} ({all})"),
        ),
        (_, 0, 0, _) => (
            ClauseVerdict::Unknown,
            "the calls from the ticket's files are too many to be followed".to_owned(),
        ),
        (0, 0, _, _) => (ClauseVerdict::Unmet, first.unwrap_or_default()),
        _ => (
            ClauseVerdict::Partial,
            format!("{yes} of {all} operations record {noun}; {}", first.unwrap_or_default()),
        ),
    };
    answer
}

/// The functions that are asked, with their walks, and whether they are known to change something: the handlers of the
/// ticket's endpoints, or where its files answer no requests what begins in them.
fn subjects(asking: &Asking<'_, '_, '_, '_>) -> Vec<(FnId, Arc<Trail>, bool)> {
    let judged = asking.judged;
    let walk = |function| judged.walks.recorded(judged.analyzer, function);
    if asking.endpoints.is_empty() {
        let functions = roots(judged.model, &asking.modules()).into_iter();
        return functions.map(|function| (function, walk(function), false)).collect();
    }
    let mut found: Vec<FnId> = Vec::new();
    for endpoint in asking
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.effect != Effect::Reads && judged.found(endpoint).is_none())
    {
        let handler = judged.route(endpoint).handler;
        if !found.contains(&handler) {
            found.push(handler);
        }
    }
    let found = found.into_iter();
    found.map(|function| (function, walk(function), true)).collect()
}

/// The ids that the ticket names where it speaks of these records.
fn wanted_ids(asking: &Asking<'_, '_, '_, '_>, check: &Check) -> Vec<&'static str> {
    let word = if *check == Check::Budget { "budget" } else { "audit" };
    let clauses = asking.ticket.clauses.iter().map(|clause| clause.text.to_lowercase());
    let about: Vec<String> = clauses.filter(|text| text.contains(word)).collect();
    let says = |id: &&str| {
        about.iter().any(|text| {
            let mut tokens = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            tokens.any(|token| token == *id)
        })
    };
    IDS.into_iter().filter(says).collect()
}

/// A record that does not get an id.
fn lacking<'t>(
    asking: &Asking<'_, '_, '_, '_>,
    trail: &'t Trail,
    what: u8,
    wanted: &[&'static str],
) -> Option<(&'t Emission, &'static str)> {
    let from_context = &asking.judged.analyzer.vocabulary().records.context_ids;
    let has = |emission: &Emission, id: &str| {
        let word = [id.strip_suffix("_id").unwrap_or(id).to_owned()];
        emission.ids.iter().any(|own| has_word(own, &word))
            || (emission.context && words(id).next().is_some_and(|first| from_context.contains(&first)))
    };
    let ours = |emission: &&Emission| emission.what == what;
    let mut pairs = trail
        .emissions
        .iter()
        .filter(ours)
        .flat_map(|emission| wanted.iter().map(move |id| (emission, *id)));
    pairs.find(|(emission, id)| !has(emission, id))
}
