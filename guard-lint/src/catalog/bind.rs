//! The table that binds a clause's words to checks.
//!
//! Rows are tried in order, the most particular first, and a word is read once: in "returns 410 `ErrorEnvelope`" the
//! row of cursors takes both words, so that the row of envelopes no longer sees one.
//!
//! A clause that begins with "tests" asks for tests. What the tests are about is asked by the ticket's other clauses,
//! and only the rows marked [`Reach::Everywhere`] are read in it as well: they bind what some ticket says nowhere else.

use std::collections::BTreeSet;

use super::Check;

/// One row: any of the phrases binds the clause to every check.
struct Row {
    reach: Reach,
    phrases: &'static [&'static str],
    gives: &'static [Gives],
}

/// Which clauses a row is read in.
#[derive(PartialEq, Eq)]
enum Reach {
    /// All but those that begin with "tests".
    Duties,
    /// All.
    Everywhere,
}

/// What a row binds to.
enum Gives {
    Is(Check),
    /// A missing-header status, whose number stands where the phrase has [`STATUS`].
    Status,
    /// One more field of the artifact's metadata.
    Meta(&'static str),
    /// The hooks that the clause names may be missing where the source says why.
    MayBeDocumented,
}

use Gives::{Is, MayBeDocumented, Meta, Status};
use Reach::{Duties, Everywhere};

/// In a phrase, stands for a three-digit status.
const STATUS: &str = "<status>";

/// Phrases are in lower case, without punctuation but `-` and `_` within words.
const ROWS: &[Row] = &[
    // WebSocket and stream errors, before the general rows can take their words.
    row(
        Duties,
        &[
            "envelope before close",
            "envelope before it closes",
            "envelope before closing",
        ],
        &[Is(Check::WsErrorBeforeClose)],
    ),
    row(
        Duties,
        &[
            "connection rejected without auth",
            "rejected without auth",
            "handshake without a credential",
        ],
        &[Is(Check::WsRejected)],
    ),
    row(
        Everywhere,
        &[
            "invalid cursor",
            "cursor validation",
            "unknown cursor",
            "cursor-invalid",
            "410 errorenvelope",
            "410 envelope",
            "410 error envelope",
        ],
        &[Is(Check::CursorEnvelope)],
    ),
    row(
        Duties,
        &[
            "<status> if headers missing",
            "<status> when headers are missing",
            "missing identity headers are answered with <status>",
        ],
        &[Status],
    ),
    // Envelopes.
    row(
        Duties,
        &["success envelope", "success wrapper", "success bodies"],
        &[Is(Check::SuccessEnvelope)],
    ),
    row(
        Everywhere,
        &[
            "errorenvelope",
            "error envelope",
            "envelope",
            "enveloped",
            "envelope-wrapped",
            "wrap returns",
            "wrap errors",
            "json structure",
            "canonical error",
            "canonical errors",
        ],
        &[Is(Check::Envelope)],
    ),
    // Identity.
    row(
        Duties,
        &["requestcontext auth", "request context and credential"],
        &[Is(Check::Identity), Is(Check::Credential)],
    ),
    row(Duties, &["credential", "verified token"], &[Is(Check::Credential)]),
    row(
        Duties,
        &[
            "requestcontext",
            "request context",
            "get_request_context",
            "identity",
            "x-mode",
            "x-tenant-id",
            "x-project-id",
            "x-app-id",
        ],
        &[Is(Check::Identity)],
    ),
    row(Duties, &["assert_context_matches"], &[Is(Check::ContextMatch)]),
    // A list of the scope's fields is what a request is held to: someone must establish them, and compare.
    row(
        Duties,
        &[
            "mode tenant project",
            "tenant mode project",
            "tenant project mode",
            "mode project app",
            "tenant mode",
            "mode tenant",
            "mode project",
        ],
        &[Is(Check::Identity), Is(Check::ContextMatch)],
    ),
    // Mounting, gates and records.
    row(Duties, &["mount"], &[Is(Check::Mount)]),
    row(Duties, &["feature flag"], &[Is(Check::FeatureFlag)]),
    row(
        Everywhere,
        &["gate_chain", "gatechain", "gate chain"],
        &[Is(Check::Gate)],
    ),
    row(Duties, &["budget", "budgetservice"], &[Is(Check::Budget)]),
    row(Duties, &["audit", "event_spine", "event spine"], &[Is(Check::Audit)]),
    row(
        Duties,
        &[
            "document na",
            "documented na",
            "documented as not applicable",
            "document why they do not apply",
        ],
        &[MayBeDocumented],
    ),
    // Storage. To resume after a restart takes both a store that survives it and a replay from it.
    row(
        Duties,
        &["restart resume", "resume after a restart", "resuming after a restart"],
        &[Is(Check::Durability), Is(Check::Replay)],
    ),
    row(
        Duties,
        &["durable backend", "durable store option"],
        &[Is(Check::DurableOption)],
    ),
    row(
        Duties,
        &[
            "durable",
            "durably",
            "no in-memory",
            "in-memory fallback",
            "no localmediastorage",
            "no local storage",
            "survive a restart",
        ],
        &[Is(Check::Durability)],
    ),
    row(Duties, &["replay", "replayed", "last-event-id"], &[Is(Check::Replay)]),
    row(
        Duties,
        &["fail fast", "fails fast", "no silent fallback", "refuse to start"],
        &[Is(Check::FailFast)],
    ),
    row(
        Everywhere,
        &["forbiddenbackendclass", "backend_forbidden", "forbidden backend class"],
        &[Is(Check::BackendForbidden)],
    ),
    // Artifacts.
    row(Duties, &["pipeline_hash"], &[Meta("pipeline_hash")]),
    row(Duties, &["backend_version"], &[Meta("backend_version")]),
    row(Duties, &["cache_key"], &[Meta("cache_key")]),
    row(
        Everywhere,
        &["deterministic", "stability", "stable"],
        &[Is(Check::Deterministic)],
    ),
    row(Everywhere, &["pii", "personal data"], &[Is(Check::Privacy)]),
    row(Duties, &["test", "tests", "verified"], &[Is(Check::Tests)]),
];

const fn row(reach: Reach, phrases: &'static [&'static str], gives: &'static [Gives]) -> Row {
    Row { reach, phrases, gives }
}

/// The checks of a clause, sorted. Empty when no row knows any of its words.
pub(super) fn checks(clause: &str) -> Vec<Check> {
    let lower = clause.to_lowercase();
    let mut words = words(&lower);
    let of_tests = matches!(words.first(), Some(Some("test" | "tests")));
    let mut bound = Bound::default();
    if of_tests {
        bound.checks.insert(Check::Tests);
    }
    for row in ROWS.iter().filter(|row| !of_tests || row.reach == Everywhere) {
        for phrase in row.phrases {
            while let Some(status) = take(&mut words, phrase) {
                row.gives.iter().for_each(|gives| bound.add(gives, status));
            }
        }
    }
    bound.finish()
}

/// What the rows have given so far.
#[derive(Default)]
struct Bound {
    checks: BTreeSet<Check>,
    meta: BTreeSet<&'static str>,
    may_be_documented: bool,
}

impl Bound {
    fn add(&mut self, gives: &Gives, status: Option<u16>) {
        match gives {
            Is(check) => {
                self.checks.insert(check.clone());
            }
            Status => self.checks.extend(status.map(Check::MissingHeaderStatus)),
            Meta(field) => {
                self.meta.insert(field);
            }
            MayBeDocumented => self.may_be_documented = true,
        }
    }

    fn finish(mut self) -> Vec<Check> {
        if !self.meta.is_empty() {
            self.checks
                .insert(Check::ArtifactMeta(self.meta.into_iter().map(str::to_owned).collect()));
        }
        if self.may_be_documented {
            let is_hook = |check: &Check| matches!(check, Check::Gate | Check::Budget | Check::Audit);
            let (hooks, mut others): (BTreeSet<_>, BTreeSet<_>) = self.checks.into_iter().partition(is_hook);
            others.insert(Check::Documented(hooks.into_iter().collect()));
            self.checks = others;
        }
        self.checks.into_iter().collect()
    }
}

/// The words of a clause; a word that a row has taken becomes `None`.
fn words(lower: &str) -> Vec<Option<&str>> {
    lower
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .map(|word| word.trim_matches('-'))
        .filter(|word| !word.is_empty())
        .map(Some)
        .collect()
}

/// Takes a phrase out of the words. Gives the status that stood in its place for one.
fn take(words: &mut [Option<&str>], phrase: &str) -> Option<Option<u16>> {
    let wanted: Vec<&str> = phrase.split(' ').collect();
    let fits = |window: &[Option<&str>]| {
        window
            .iter()
            .zip(&wanted)
            .all(|(word, wanted)| word.is_some_and(|word| same(word, wanted)))
    };
    let start = words.windows(wanted.len()).position(fits)?;
    let taken = &mut words[start..start + wanted.len()];
    let status = taken
        .iter()
        .zip(&wanted)
        .find(|(_, wanted)| **wanted == STATUS)
        .and_then(|(word, _)| status(word.as_ref()?));
    taken.fill(None);
    Some(status)
}

fn same(word: &str, wanted: &str) -> bool {
    if wanted == STATUS {
        status(word).is_some()
    } else {
        word == wanted
    }
}

fn status(word: &str) -> Option<u16> {
    word.parse().ok().filter(|status| (400..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A phrase that an earlier row robs of a word, or that is not spelt as words are, would bind nothing.
    #[test]
    fn every_phrase_can_bind() {
        for row in ROWS {
            for phrase in row.phrases {
                let bound = checks(&format!("Do {}.", phrase.replace(STATUS, "422")));
                for gives in row.gives {
                    let met = match gives {
                        Is(check) => bound.contains(check),
                        Status => bound.contains(&Check::MissingHeaderStatus(422)),
                        Meta(field) => bound.contains(&Check::ArtifactMeta(vec![(*field).to_owned()])),
                        MayBeDocumented => bound.contains(&Check::Documented(Vec::new())),
                    };
                    assert!(met, "{phrase}: {bound:?}");
                }
            }
        }
    }

    #[test]
    fn words_that_no_row_knows_bind_nothing() {
        assert_eq!(checks("Make it faster"), []);
        assert_eq!(checks("Answer 999 if headers missing"), []);
    }

    #[test]
    fn phrases_are_whole_words() {
        assert_eq!(checks("Remount the budgeting screen of the audits"), []);
    }

    #[test]
    fn a_tests_clause_asks_for_what_is_said_nowhere_else() {
        assert_eq!(checks("tests assert budget calls with identity"), [Check::Tests]);
        assert_eq!(checks("Tests ensure no PII logging"), [Check::Privacy, Check::Tests]);
    }
}
