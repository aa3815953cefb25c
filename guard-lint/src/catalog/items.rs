//! The first step of both grammars: a document's lines become headings, list items and paragraphs.

use super::head;
use super::span::Span;

/// One heading, list item or paragraph.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) kind: Kind,
    /// How far the line is indented, in columns.
    pub(super) indent: usize,
    /// Without the marker and the check-box.
    pub(super) span: Span<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Heading,
    Bullet,
    Paragraph,
}

/// Something that hides text and was not closed.
pub(super) struct Unclosed {
    pub(super) what: &'static str,
    pub(super) line: u32,
}

/// Splits a document into its items. Comments and fenced code are passed over.
pub(super) fn split(text: &str) -> (Vec<Item<'_>>, Option<Unclosed>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        text,
        items: Vec::new(),
        open: None,
        hidden: None,
    };
    let mut start = 0;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        reader.line(start, line, number);
        start += line.len();
    }
    reader.close();
    let unclosed = reader.hidden.map(|hidden| Unclosed {
        what: hidden.what,
        line: hidden.line,
    });
    (reader.items, unclosed)
}

struct Reader<'a> {
    text: &'a str,
    items: Vec<Item<'a>>,
    open: Option<Open>,
    hidden: Option<Hidden>,
}

/// An item that the next line may continue, as byte offsets.
struct Open {
    kind: Kind,
    indent: usize,
    start: usize,
    end: usize,
    line: u32,
}

struct Hidden {
    what: &'static str,
    closer: &'static str,
    line: u32,
}

impl Reader<'_> {
    fn line(&mut self, start: usize, line: &str, number: u32) {
        let body = line.trim();
        if let Some(hidden) = &self.hidden {
            if body.contains(hidden.closer) {
                self.hidden = None;
            }
        } else if let Some((what, closer)) = hides(body) {
            self.close();
            // A comment may close on its own line; a fence cannot.
            if closer != "-->" || !body.contains(closer) {
                self.hidden = Some(Hidden {
                    what,
                    closer,
                    line: number,
                });
            }
        } else if body.is_empty() || is_rule(body) {
            self.close();
        } else {
            self.text_line(start, line, number);
        }
    }

    fn text_line(&mut self, start: usize, line: &str, number: u32) {
        let end = start + line.trim_end().len();
        let content = line.trim_start();
        let (kind, marker) = kind(content);
        // A line that begins a ticket or a field is never a continuation, even where Markdown would say so: it would
        // vanish into the item above.
        let continues = kind == Kind::Paragraph
            && !head::stands_alone(Span {
                text: content,
                line: number,
            });
        if continues && let Some(open) = self.open.as_mut().filter(|open| open.kind != Kind::Heading) {
            open.end = end;
            return;
        }
        self.close();
        let start = start + line.len() - content.len() + marker;
        self.open = Some(Open {
            kind,
            indent: indent(line),
            start: start.min(end),
            end,
            line: number,
        });
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let mut span = Span {
            text: &self.text[open.start..open.end],
            line: open.line,
        }
        .trim();
        if open.kind == Kind::Bullet {
            span = without_box(span);
        } else if open.kind == Kind::Heading {
            span.text = span.text.trim_end_matches('#').trim_end();
        }
        self.items.push(Item {
            kind: open.kind,
            indent: open.indent,
            span,
        });
    }
}

/// Whether a line is a rule, as `---`.
fn is_rule(body: &str) -> bool {
    body.len() >= 3 && ['-', '*', '_', '='].iter().any(|sign| body.chars().all(|c| c == *sign))
}

fn hides(body: &str) -> Option<(&'static str, &'static str)> {
    if body.starts_with("<!--") {
        Some(("comment", "-->"))
    } else if body.starts_with("```") {
        Some(("code block", "```"))
    } else if body.starts_with("~~~") {
        Some(("code block", "~~~"))
    } else {
        None
    }
}

/// The kind of a line, and the length of its marker in bytes.
fn kind(content: &str) -> (Kind, usize) {
    let hashes = content.len() - content.trim_start_matches('#').len();
    if (1..=6).contains(&hashes) && content[hashes..].starts_with(char::is_whitespace) {
        return (Kind::Heading, hashes);
    }
    match bullet(content) {
        Some(marker) => (Kind::Bullet, marker),
        None => (Kind::Paragraph, 0),
    }
}

/// The length of `- `, `* `, `+ `, `1. ` or `1) `, without the space.
fn bullet(content: &str) -> Option<usize> {
    let digits = content.len() - content.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = &content[digits..];
    let signs: &[char] = if digits == 0 { &['-', '*', '+'] } else { &['.', ')'] };
    let after = rest.strip_prefix(signs)?;
    (after.is_empty() || after.starts_with(char::is_whitespace)).then_some(digits + 1)
}

fn without_box(span: Span<'_>) -> Span<'_> {
    if ["[ ]", "[x]", "[X]"].iter().any(|mark| span.text.starts_with(mark)) {
        span.from(3).trim()
    } else {
        span
    }
}

fn indent(line: &str) -> usize {
    line.chars()
        .take_while(|c| c.is_whitespace())
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum()
}
