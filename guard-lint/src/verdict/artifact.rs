//! Do artifacts carry their metadata, and is what they are hashed from the same on every run?

use std::collections::BTreeSet;

use super::clause::Answer;
use super::work::Asking;
use crate::catalog::Check;
use crate::lineage::value::Source;
use crate::lineage::{Creation, Key, Made};
use crate::model::Place;
use crate::report::model::{ClauseVerdict, Evidence};
use crate::vocabulary::{has_word, words};

/// How many places are shown of one kind.
const SHOWN: usize = 8;

/// Whether a field reaches a stored artifact.
#[derive(Clone, Copy, PartialEq)]
enum Reaches {
    Always,
    Sometimes,
    Never,
    Unknown,
}

/// Which artifacts carry which of these fields.
pub(super) fn metadata(asking: &Asking<'_, '_, '_, '_>, fields: &[String]) -> Answer {
    let mut trails = asking.stored();
    let mut stored = creations(trails.iter().flat_map(|trail| &trail.creations));
    // Where nothing is called an artifact, the rows that are written are what there is.
    if stored.is_empty() {
        trails = asking.trails();
        stored = creations(trails.iter().flat_map(|trail| &trail.rows));
    }
    let creations = concerned(asking, stored);
    if creations.is_empty() {
        return nothing(trails.iter().any(|trail| trail.cut));
    }
    let mut answer = Answer::new(ClauseVerdict::Met, String::new());
    let (mut present, mut lacking, mut unknown) = (0, 0, 0);
    let mut first = None;
    for creation in &creations {
        let mut missing = Vec::new();
        for field in fields {
            match reaches(creation, field) {
                Reaches::Always => present += 1,
                Reaches::Sometimes => {
                    present += 1;
                    lacking += 1;
                    missing.push(format!("`{field}` on some paths"));
                }
                Reaches::Never => {
                    lacking += 1;
                    missing.push(format!("`{field}`"));
                }
                Reaches::Unknown => unknown += 1,
            }
        }
        if !missing.is_empty() {
            let message = format!("{} lacks {}", name(creation), missing.join(" and "));
            first.get_or_insert(format!("{message}, stored at {}", asking.shown(creation.from)));
            let evidence = asking.judged.evidence(creation.from, message);
            if answer.evidence.len() < SHOWN && !answer.evidence.contains(&evidence) {
                answer.evidence.push(evidence);
            }
        }
    }
    answer.verdict = match (present, lacking, unknown) {
        (_, 0, 0) => ClauseVerdict::Met,
        (_, 0, _) => ClauseVerdict::Unknown,
        (0, _, _) => ClauseVerdict::Unmet,
        _ => ClauseVerdict::Partial,
    };
    let all: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    answer.reason = match answer.verdict {
        ClauseVerdict::Met => {
            answer.evidence = stamps(asking, &creations, fields);
            format!(
                "{} reach every stored artifact ({})",
                all.join(" and "),
                creations.len()
            )
        }
        ClauseVerdict::Unknown => "what fills the metadata cannot be followed".to_owned(),
        _ => first.unwrap_or_default(),
    };
    answer
}

/// Where each field is set, once.
fn stamps(asking: &Asking<'_, '_, '_, '_>, creations: &[Creation], fields: &[String]) -> Vec<Evidence> {
    let mut seen: BTreeSet<(Place, &str)> = BTreeSet::new();
    for creation in creations {
        for field in fields {
            if let Some(key) = creation.keys.get(field) {
                seen.insert((key.place, field));
            }
        }
    }
    let shown = seen.into_iter().take(SHOWN);
    shown
        .map(|(place, field)| asking.judged.evidence(place, format!("`{field}` is set here")))
        .collect()
}

fn nothing(cut: bool) -> Answer {
    if cut {
        let reason = "the calls from the ticket's files are too many to be followed";
        return Answer::new(ClauseVerdict::Unknown, reason);
    }
    Answer::new(ClauseVerdict::Unmet, "nothing in the ticket's files stores anything")
}

fn reaches(creation: &Creation, field: &str) -> Reaches {
    match creation.keys.get(field) {
        Some(key) if key.always => Reaches::Always,
        Some(_) => Reaches::Sometimes,
        None => match &creation.rest {
            Some(rest) if rest.has(Source::Opaque) => Reaches::Unknown,
            // What the caller hands in is no work of this code.
            _ => Reaches::Never,
        },
    }
}

fn name(creation: &Creation) -> String {
    match &creation.kind {
        Some(kind) => format!("the artifact `{kind}`"),
        None => "an artifact".to_owned(),
    }
}

/// All that is stored, each once.
fn creations<'t>(all: impl Iterator<Item = &'t Creation>) -> Vec<Creation> {
    let mut found: Vec<Creation> = Vec::new();
    for creation in all {
        let same = |other: &Creation| {
            other.from == creation.from
                && other.place == creation.place
                && other.kind == creation.kind
                && other.keys.keys().eq(creation.keys.keys())
        };
        if !found.iter().any(same) {
            found.push(creation.clone());
        }
    }
    found
}

/// Those that a clause speaks of: a kind that shares a word with it; all, where none does.
fn concerned(asking: &Asking<'_, '_, '_, '_>, creations: Vec<Creation>) -> Vec<Creation> {
    let asked: BTreeSet<String> = asking
        .text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .flat_map(words)
        .flat_map(|word| [word.trim_end_matches('s').to_owned(), word])
        .collect();
    let named = |creation: &Creation| {
        let kind = creation.kind.as_deref();
        kind.is_some_and(|kind| words(kind).any(|word| asked.contains(&word)))
    };
    if creations.iter().any(named) {
        creations
            .into_iter()
            .filter(|creation| creation.kind.is_none() || named(creation))
            .collect()
    } else {
        creations
    }
}

/// Is what the ticket hashes, or what it makes ids of, the same on every run?
pub(super) fn deterministic(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let hash_words = &asking.judged.analyzer.vocabulary().records.hash_words;
    let checks = asking.ticket.clauses.iter().flat_map(|clause| &clause.checks);
    let fields: Vec<&String> = checks
        .filter_map(|check| match check {
            Check::ArtifactMeta(fields) => Some(fields),
            _ => None,
        })
        .flatten()
        .filter(|field| has_word(field, hash_words))
        .collect();
    if fields.is_empty() {
        ids(asking)
    } else {
        hashes(asking, &fields)
    }
}

fn hashes(asking: &Asking<'_, '_, '_, '_>, fields: &[&String]) -> Answer {
    let trails = asking.stored();
    let mut all = creations(trails.iter().flat_map(|trail| &trail.creations));
    // A hash over what its callers hand in is as stable as that.
    let modules = asking.modules();
    let is_theirs = |creation: &Creation| {
        let mut keys = fields.iter().filter_map(|field| creation.keys.get(*field));
        keys.any(|key| modules.contains(&key.place.module))
    };
    let elsewhere = asking.judged.walks.storing(asking.judged.analyzer);
    let elsewhere = creations(elsewhere.iter().flat_map(|trail| &trail.creations));
    all.extend(elsewhere.into_iter().filter(is_theirs));
    let keys = all.iter().flat_map(|creation| {
        fields
            .iter()
            .filter_map(move |field| Some((creation, creation.keys.get(*field)?)))
    });
    let (mut stable, mut unstable) = (0, 0);
    let mut answer = Answer::new(ClauseVerdict::Met, String::new());
    let mut first = None;
    let mut seen: BTreeSet<(Place, Place)> = BTreeSet::new();
    for (creation, key) in keys {
        if !seen.insert((creation.from, key.place)) {
            continue;
        }
        match key.origin.unstable().next() {
            None => stable += 1,
            Some((source, place)) => {
                unstable += 1;
                let message = unstable_hash(asking, creation, key, source, place);
                first.get_or_insert(message.clone());
                if answer.evidence.len() < SHOWN {
                    answer.evidence.push(asking.judged.evidence(creation.from, message));
                }
            }
        }
    }
    let names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    (answer.verdict, answer.reason) = match (stable, unstable) {
        (0, 0) => (
            ClauseVerdict::Unmet,
            format!("no stored artifact has {} to judge", names.join(" or ")),
        ),
        (_, 0) => (
            ClauseVerdict::Met,
            format!("{} depends on its input alone", names.join(" and ")),
        ),
        (0, _) => (ClauseVerdict::Unmet, first.unwrap_or_default()),
        (stable, unstable) => (
            ClauseVerdict::Partial,
            format!(
                "{unstable} of {} stored artifacts have an unstable hash; {}",
                stable + unstable,
                first.unwrap_or_default()
            ),
        ),
    };
    answer.rules = &["GL501", "GL502"];
    answer
}

fn unstable_hash(
    asking: &Asking<'_, '_, '_, '_>,
    creation: &Creation,
    key: &Key,
    source: Source,
    place: Place,
) -> String {
    format!(
        "the hash of {} that is set at {} is over {} from {}",
        name(creation),
        asking.shown(key.place),
        source.describe(),
        asking.shown(place)
    )
}

/// The ids of the objects that the ticket's files make.
fn ids(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let modules = asking.modules();
    let trails = asking.trails();
    let made = trails.iter().flat_map(|trail| &trail.made);
    let made: Vec<&Made> = made.filter(|made| modules.contains(&made.place.module)).collect();
    let mut seen: BTreeSet<(Place, &str)> = BTreeSet::new();
    let mut answer = Answer::new(ClauseVerdict::Met, String::new());
    let mut stable = 0;
    for made in made {
        if !seen.insert((made.place, &made.field)) {
            continue;
        }
        match made.origin.unstable().next() {
            None => stable += 1,
            Some((source, place)) => {
                let message = format!(
                    "`{}.{}` is made of {} from {}",
                    made.class,
                    made.field,
                    source.describe(),
                    asking.shown(place)
                );
                answer.evidence.push(asking.judged.evidence(made.place, message));
            }
        }
    }
    (answer.verdict, answer.reason) = match (stable, answer.evidence.first()) {
        (0, None) => (
            ClauseVerdict::Unknown,
            "the ticket's files make nothing with an id of its own that could be followed".to_owned(),
        ),
        (count, None) => (
            ClauseVerdict::Met,
            format!("the ids of all {count} objects depend on their input alone"),
        ),
        (0, Some(first)) => (ClauseVerdict::Unmet, first.message.clone()),
        (_, Some(first)) => (ClauseVerdict::Partial, first.message.clone()),
    };
    answer
}
