//! The grammar of headings: `### ID: Title`, then one list item for each field, its values inline or as items below.

use super::draft::Draft;
use super::error::Problem;
use super::field::{self, Marker};
use super::head::Head;
use super::items::Item;
use super::span::Span;

/// Begins a ticket at its heading. The title is what follows the separator.
pub(super) fn begin<'a>(head: Head<'a>, section: &str) -> Result<Draft<'a>, Problem> {
    let title = head.rest.ok_or_else(|| Problem::NotATicket(head.id.to_owned()))?;
    Ok(Draft::new(head, title, section, None))
}

/// Takes a list item or paragraph below the ticket's first line.
pub(super) fn add<'a>(draft: &mut Draft<'a>, item: &Item<'a>) -> Result<(), Problem> {
    match field::marker(item.span) {
        Some(Marker::Known(field, value)) => draft.field(field, item.span.line, value),
        Some(Marker::Unknown(name)) => Err(Problem::UnknownField(name.to_owned())),
        None => draft.value(item.span),
    }
}

/// Whether a span names a field, known or not.
pub(super) fn is_field(span: Span<'_>) -> bool {
    field::marker(span).is_some()
}

/// Whether a span is a field that tickets have.
pub(super) fn is_known_field(span: Span<'_>) -> bool {
    matches!(field::marker(span), Some(Marker::Known(..)))
}

/// Judges text outside tickets: only a bold field name shows that it was meant to be inside one.
pub(super) fn stray(span: Span<'_>) -> Result<(), Problem> {
    match field::marker(span) {
        Some(Marker::Known(field, _)) if span.text.starts_with("**") => Err(Problem::StrayField(field)),
        _ => Ok(()),
    }
}
