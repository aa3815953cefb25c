//! The start of a ticket: its id, its class and the separator behind them.

use super::field::{self, EMPHASIS, Marker};
use super::lines;
use super::span::Span;
use crate::report::model::Family;

/// The prefixes of the families, with which a ticket's id begins.
const FAMILIES: [(&str, Family); 6] = [
    ("ENG-STD-", Family::EngStd),
    ("PR-HARD-", Family::PrHard),
    ("PR-ART-", Family::PrArt),
    ("PR-OBS-", Family::PrObs),
    ("PR-STREAM-", Family::PrStream),
    ("EX-", Family::Ex),
];

/// What may stand around an id without being part of it.
const MARKUP: [char; 5] = ['*', '_', '`', '[', ']'];

/// A hyphen and its longer sisters, and the colon.
const SEPARATORS: [char; 4] = [':', '-', '–', '—'];

/// Text that begins with a ticket's id, or with something close to one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) id: &'a str,
    /// The word in parentheses behind the id.
    pub(super) class: Option<Span<'a>>,
    /// What follows the separator; absent when there is no separator.
    pub(super) rest: Option<Span<'a>>,
    pub(super) line: u32,
}

impl<'a> Head<'a> {
    /// Reads the start of a span. `None` when it does not begin like a ticket.
    pub(super) fn read(span: Span<'a>) -> Option<Self> {
        Some(Self::parse(span)).filter(Self::is_likely)
    }

    /// Reads the start of a span whose first word is almost an id, as `abc-3` is. Only what follows can tell whether a
    /// ticket was meant.
    pub(super) fn read_almost(span: Span<'a>) -> Option<Self> {
        let almost = |head: &Self| {
            let id = head.id;
            (head.rest.is_some() || head.class.is_some())
                && id.starts_with(|c: char| c.is_ascii_alphabetic())
                && id.contains('-')
                && id.contains(|c: char| c.is_ascii_digit())
        };
        Some(Self::parse(span)).filter(almost)
    }

    fn parse(span: Span<'a>) -> Self {
        let span = span.trim();
        let start = span.trim_start_matches(['#', '*', '_', '`', '[']).trim();
        let length = start
            .text
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(start.text.len());
        let id = start.text[..length].trim_end_matches('-');
        let mut after = start.from(id.len()).trim_start_matches(MARKUP).trim();
        let mut class = None;
        if after.text.starts_with('(')
            && let Some(close) = after.text.find(')')
        {
            class = Some(after.to(close).from(1).trim());
            after = after.from(close + 1).trim_start_matches(MARKUP).trim();
        }
        let rest = after
            .text
            .starts_with(SEPARATORS)
            .then(|| after.trim_start_matches(SEPARATORS).trim_start_matches(EMPHASIS).trim());
        Self {
            id,
            class,
            rest,
            line: span.line,
        }
    }

    /// Whether an id is well formed: capitals and digits joined by `-`, the last part a number.
    pub(super) fn has_id(&self) -> bool {
        let mut parts = self.id.rsplit('-');
        let number = parts
            .next()
            .is_some_and(|last| !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()));
        let words: Vec<&str> = parts.collect();
        let word = |part: &&str| {
            part.starts_with(|c: char| c.is_ascii_uppercase())
                && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        number && !words.is_empty() && words.iter().all(word)
    }

    /// Whether a list item with this head is a ticket. An id of no known family needs a class or a field to prove it:
    /// `UTF-8: …` is a list item.
    pub(super) fn is_ticket_line(&self) -> bool {
        family_ignoring_case(self.id).is_some() || self.class.is_some() || self.has_field()
    }

    /// Whether a field of a ticket stands on the line.
    pub(super) fn has_field(&self) -> bool {
        self.rest.is_some_and(lines::has_field)
    }

    fn is_likely(&self) -> bool {
        let known = family_ignoring_case(self.id)
            .is_some_and(|prefix| self.id[prefix..].contains(|c: char| c.is_ascii_digit()));
        known || (self.has_id() && (self.rest.is_some() || self.class.is_some()))
    }
}

/// The family of an id.
pub(super) fn family(id: &str) -> Family {
    FAMILIES
        .iter()
        .find(|(prefix, _)| id.starts_with(prefix))
        .map_or(Family::Other, |(_, family)| *family)
}

/// The length of the family's prefix, whatever its case.
fn family_ignoring_case(id: &str) -> Option<usize> {
    let begins = |prefix: &str| {
        id.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    FAMILIES
        .iter()
        .map(|(prefix, _)| *prefix)
        .find(|prefix| begins(prefix))
        .map(str::len)
}

/// Whether a line must not be read as the continuation of the one above.
pub(super) fn stands_alone(line: Span<'_>) -> bool {
    let ticket = Head::read(line).is_some_and(|head| head.rest.is_some());
    let bold_field =
        line.text.starts_with("**") && field::marker(line).is_some_and(|found| matches!(found, Marker::Known(..)));
    ticket || bold_field
}
