//! Hooks that may be missing where the source says why, and a test holds it to that.

use super::clause::{Answer, answer};
use super::record;
use super::work::Asking;
use crate::catalog::Check;
use crate::model::Place;
use crate::report::model::{ClauseVerdict, Evidence};
use crate::source::facts::Span;
use crate::source::walk::is_test;

/// How many lines around a sentence belong to it.
const AROUND: usize = 1;

/// Are these hooks there, or documented as not applicable?
pub(super) fn documented(asking: &Asking<'_, '_, '_, '_>, hooks: &[Check]) -> Answer {
    let mut answers: Vec<Answer> = hooks.iter().map(|hook| hooked(asking, hook)).collect();
    if answers.is_empty() {
        answers.push(said(asking, None).unwrap_or_else(|| {
            Answer::new(
                ClauseVerdict::Unmet,
                "nothing in the ticket's files says why it does not apply",
            )
        }));
    }
    super::clause::combine(answers)
}

fn hooked(asking: &Asking<'_, '_, '_, '_>, hook: &Check) -> Answer {
    let found = match hook {
        Check::Gate => answer(asking.judged, asking.endpoints, hook, asking.judge),
        hook => record::records(asking, hook),
    };
    let is_there = matches!(found.verdict, ClauseVerdict::Met | ClauseVerdict::NotApplicable);
    if is_there {
        return found;
    }
    said(asking, Some(hook)).unwrap_or_else(|| Answer {
        reason: format!("{}, and no word says why not", found.reason),
        ..found
    })
}

/// Where the source says that a hook does not apply. Without a test beside it, the words may be out of date.
fn said(asking: &Asking<'_, '_, '_, '_>, hook: Option<&Check>) -> Option<Answer> {
    let evidence = words_of(asking, hook)?;
    let (verdict, reason) = if has_test(asking) {
        (ClauseVerdict::Met, "the source says why it does not apply")
    } else {
        (
            ClauseVerdict::Partial,
            "the source says why it does not apply, and no test is beside it",
        )
    };
    let mut answer = Answer::new(verdict, format!("{reason} ({}:{})", evidence.file, evidence.line));
    answer.evidence.push(evidence);
    Some(answer)
}

/// A sentence of a comment, docstring or constant that says it. No phrase of the vocabulary can be code.
fn words_of(asking: &Asking<'_, '_, '_, '_>, hook: Option<&Check>) -> Option<Evidence> {
    let phrases = &asking.judged.analyzer.vocabulary().records.not_applicable;
    let word = match hook {
        Some(Check::Gate) => "gate",
        Some(Check::Budget) => "budget",
        Some(Check::Audit) => "audit",
        _ => "",
    };
    asking.modules().into_iter().find_map(|module| {
        let file = asking.judged.model.file(module);
        let lower = file.text.to_lowercase();
        let lines: Vec<&str> = lower.lines().collect();
        let line = (0..lines.len()).find(|index| {
            let around = &lines[index.saturating_sub(AROUND)..lines.len().min(index + AROUND + 1)];
            phrases.iter().any(|phrase| lines[*index].contains(phrase.as_str()))
                && around.iter().any(|line| line.contains(word))
        })?;
        let start = file.lines().get(line).copied().unwrap_or_default();
        let place = Place {
            module,
            span: Span { start, end: start },
        };
        Some(asking.judged.evidence(place, "says that it does not apply".to_owned()))
    })
}

/// Whether a test file stands beside one of the ticket's files: in its folder, or in a folder `tests` there.
fn has_test(asking: &Asking<'_, '_, '_, '_>) -> bool {
    let model = asking.judged.model;
    asking.modules().into_iter().any(|module| {
        let path = &model.file(module).path;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        model.sources.entries.iter().any(|entry| {
            let inside = match folder {
                "" => Some(entry.path.as_str()),
                folder => entry.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
            };
            is_test(&entry.path) && inside.is_some_and(|rest| rest.rsplit('/').next().is_some_and(is_test_file))
        })
    })
}

fn is_test_file(name: &str) -> bool {
    name.starts_with("test_") || name.ends_with("_test.py")
}
