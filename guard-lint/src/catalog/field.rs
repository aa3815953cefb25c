//! The fields that a ticket may have, in either grammar.

use std::fmt;

use super::span::Span;

/// A field of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the field's own name")]
pub enum Field {
    Router,
    Files,
    Class,
    Preconditions,
    Scope,
    Acceptance,
    Unblocks,
    Reason,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Field {
    /// The field of this name; singular and plural are the same.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "router" | "routers" => Self::Router,
            "file" | "files" => Self::Files,
            "class" => Self::Class,
            "precondition" | "preconditions" => Self::Preconditions,
            "scope" => Self::Scope,
            "acceptance" => Self::Acceptance,
            "unblocks" => Self::Unblocks,
            "reason" => Self::Reason,
            _ => return None,
        })
    }
}

/// How a span begins, seen as a field.
pub(super) enum Marker<'a> {
    /// `**Files**: value`, `Files: value` or `**Files:** value`.
    Known(Field, Span<'a>),
    /// A bold name with a colon that is no field: most likely one misspelt.
    Unknown(&'a str),
}

/// Reads the field's name at the start of a span.
pub(super) fn marker(span: Span<'_>) -> Option<Marker<'_>> {
    let body = span.trim_start_matches(EMPHASIS);
    let colon = body.text.find(':')?;
    let name = body.text[..colon].trim_end_matches(EMPHASIS);
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    let bold = body.text.len() < span.text.len();
    match Field::named(name) {
        Some(field) => Some(Marker::Known(
            field,
            body.from(colon + 1).trim_start_matches(EMPHASIS).trim(),
        )),
        None if bold => Some(Marker::Unknown(name)),
        None => None,
    }
}

/// The characters of Markdown's emphasis.
pub(super) const EMPHASIS: [char; 2] = ['*', '_'];
