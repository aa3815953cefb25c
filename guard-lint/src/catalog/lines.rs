//! The grammar of lines: `- ID (CLASS) — Preconditions: … Files: … Acceptance: … Unblocks: …`, all in one list item.

use super::draft::Draft;
use super::error::Problem;
use super::field::{EMPHASIS, Field};
use super::head::Head;
use super::span::Span;

/// Reads a ticket's line. What stands before the first field is its title.
///
/// The draft stays open, so that fields may also follow as list items below the line.
pub(super) fn begin<'a>(
    head: Head<'a>,
    section: &str,
    indent: usize,
    problems: &mut Vec<(u32, Problem)>,
) -> Option<Draft<'a>> {
    let Some(rest) = head.rest else {
        problems.push((head.line, Problem::NotATicket(head.id.to_owned())));
        return None;
    };
    let marks = marks(rest);
    let title = marks.first().map_or(rest, |mark| rest.to(mark.start)).trim();
    let mut draft = Draft::new(head, title, section, Some(indent));
    for (index, mark) in marks.iter().enumerate() {
        let end = marks.get(index + 1).map_or(rest.text.len(), |next| next.start);
        let value = rest.to(end).from(mark.end).trim();
        let line = rest.from(mark.start).line;
        if let Err(problem) = draft.field(mark.field, line, value) {
            problems.push((line, problem));
        }
    }
    Some(draft)
}

/// Whether the text holds a field at all.
pub(super) fn has_field(text: Span<'_>) -> bool {
    !marks(text).is_empty()
}

/// A field's name and colon, as byte offsets.
struct Mark {
    field: Field,
    start: usize,
    end: usize,
}

/// Finds the fields' names: capitalised words before a colon, outside code.
fn marks(span: Span<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut in_code = false;
    for (at, c) in span.text.char_indices() {
        in_code ^= c == '`';
        if c == ':' && !in_code {
            marks.extend(mark(span.text, at));
        }
    }
    marks
}

fn mark(text: &str, colon: usize) -> Option<Mark> {
    let before = text[..colon].trim_end_matches(EMPHASIS);
    let start = before.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
    let name = &before[start..];
    let lead = text[..start].trim_end_matches(EMPHASIS);
    let apart = lead.is_empty() || lead.ends_with(|c: char| c.is_whitespace() || c == '—' || c == '–' || c == '.');
    if !apart || !name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let field = Field::named(name)?;
    let after = &text[colon + 1..];
    let end = text.len() - after.trim_start_matches(EMPHASIS).len();
    Some(Mark {
        field,
        start: lead.len(),
        end,
    })
}
