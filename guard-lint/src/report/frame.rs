//! One finding as a code frame: what, where, how the request gets there, and how to mend it.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Padding, Renderer, Snippet};

use super::measure::{char_width, clean, clean_source, cut_end, width, wrap};
use super::model::{Evidence, Finding, Severity};
use super::sources::Sources;
use super::style::{BAD, FAINT, FAIR, LEAD, PLAIN, STRONG, Style};

/// Steps of a trace that are shown in full. A longer one keeps its first steps and its last, next to the fault.
const STEPS: usize = 4;
/// Lines of context above and below the place; the steps of a trace have none.
const CONTEXT: usize = 1;
/// Columns that the library keeps free around a mark and its label before it shifts the code out of view.
const MARGIN: usize = 13;
/// Columns that the frame's own gutter may take: a line number of six digits and the bar, and the marks of a cut.
const GUTTER: usize = 15;
/// A mark is never cut below this.
const SHORTEST: usize = 16;
/// Below this, wrapping and frames stop getting narrower: nobody reads them, and libraries may not expect it.
const NARROWEST: usize = 40;

/// The frame, ending in a line break.
pub fn render(finding: &Finding, sources: &dyn Sources, style: &Style) -> String {
    let room = style.width.max(NARROWEST);
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let code = clean(&finding.rule).into_owned();
    let head = width(&code) + "warning[]: ".len();
    let title = level.primary_title(wrapped(&finding.message, room, head)).id(code);

    let place = Place {
        file: &finding.file,
        line: finding.line,
        column: finding.column,
        end: Some((finding.end_line, finding.end_column)),
    };
    let name = cut_end(&clean(&finding.name), room / 2, style);
    let rule = |name: String| Level::NOTE.with_name("rule").message(name);
    let mut group = match place.excerpt(sources, CONTEXT, room, &name) {
        Some(excerpt) if excerpt.beside => title.element(excerpt.snippet(AnnotationKind::Primary, name)),
        Some(excerpt) => title
            .element(excerpt.snippet(AnnotationKind::Primary, String::new()))
            .element(rule(name)),
        None => title.element(place.origin()).element(rule(name)),
    };
    let note =
        |name: &'static str, text: &str| Level::NOTE.with_name(name).message(wrapped(text, room, name.len() + 9));
    if let Some(endpoint) = &finding.endpoint {
        group = group.element(note("endpoint", endpoint));
    }
    if !finding.tickets.is_empty() {
        group = group.element(note("tickets", &finding.tickets.join(", ")));
    }
    let help = (!finding.help.is_empty()).then(|| Level::HELP.message(wrapped(&finding.help, room, "help".len() + 9)));

    let mut groups = Vec::new();
    if finding.trace.is_empty() {
        groups.push(group.elements(help));
    } else {
        groups.push(group);
        let trace = trace(&finding.trace, sources, room);
        groups.push(match help {
            Some(help) => trace.element(Padding).element(help),
            None => trace,
        });
    }
    let mut out = renderer(style, room).render(&groups);
    out.push('\n');
    out
}

/// The calls that lead to the place, as a group of their own.
fn trace<'a>(steps: &[Evidence], sources: &dyn Sources, room: usize) -> Group<'a> {
    let mut group = Level::NOTE
        .secondary_title(wrapped(
            "the request gets there through these calls",
            room,
            "note: ".len(),
        ))
        .elements(Vec::<Origin<'a>>::new());
    // Leaving out a single step would take as much room as showing it.
    let hidden = if steps.len() > STEPS + 1 {
        steps.len() - STEPS
    } else {
        0
    };
    for (at, step) in steps.iter().enumerate() {
        if hidden > 0 && (STEPS - 1..STEPS - 1 + hidden).contains(&at) {
            if at == STEPS - 1 {
                group = group.element(Level::NOTE.no_name().message(format!("... {hidden} more calls ...")));
            }
            continue;
        }
        let place = Place {
            file: &step.file,
            line: step.line,
            column: step.column,
            end: None,
        };
        let number = format!("{}.", at + 1);
        let label = format!("{number} {}", clean(&step.message));
        group = match place.excerpt(sources, 0, room, &label) {
            Some(excerpt) if excerpt.beside => group.element(excerpt.snippet(AnnotationKind::Context, label)),
            Some(excerpt) => group
                .element(excerpt.snippet(AnnotationKind::Context, number))
                .element(remark(&label, room)),
            None => group.element(remark_at(&label, &place.text(), room)),
        };
    }
    group
}

/// A line of a group without a name of its own.
fn remark<'a>(text: &str, room: usize) -> Message<'a> {
    Level::NOTE.no_name().message(wrapped(text, room, GUTTER))
}

/// A remark with a place, which is never broken.
fn remark_at<'a>(text: &str, place: &str, room: usize) -> Message<'a> {
    let fits = width(text) + width(place) + GUTTER < room;
    let text = if fits {
        clean(text).into_owned()
    } else {
        wrapped(text, room, GUTTER)
    };
    let gap = if fits { " at " } else { "\nat " };
    Level::NOTE.no_name().message(format!("{text}{gap}{place}"))
}

/// A place in a file.
struct Place<'p> {
    file: &'p str,
    line: u32,
    column: u32,
    /// The last line and the column after the last character, where they are known.
    end: Option<(u32, u32)>,
}

impl Place<'_> {
    /// The place in words.
    fn text(&self) -> String {
        format!("{}:{}:{}", clean(self.file), self.line, self.column)
    }

    /// The place without its text.
    fn origin<'a>(&self) -> Origin<'a> {
        Origin::path(clean(self.file).into_owned())
            .line(self.line as usize)
            .char_column(self.column as usize)
    }

    /// The lines around the place; `None` where the text is not at hand or has no such line.
    fn excerpt(&self, sources: &dyn Sources, context: usize, room: usize, label: &str) -> Option<Excerpt> {
        let line = (self.line as usize).checked_sub(1)?;
        let first = line.saturating_sub(context);
        let lines = sources.lines(self.file, first..line + 1 + context)?;
        let place = clean_source(lines.get(line - first)?).into_owned();
        let from = byte_of(&place, self.column.saturating_sub(1) as usize);
        let to = match self.end {
            // A range over several lines is marked to the end of its first: the caret says where to look.
            Some((end_line, _)) if end_line > self.line => place.trim_end().len(),
            Some((_, end_column)) => byte_of(&place, end_column.saturating_sub(1) as usize),
            None => from + name_length(&place[from..]),
        };
        let indent = place.len() - place.trim_start().len();
        let taken = GUTTER + MARGIN + width(label) + display_width(&place[indent.min(from)..from]);
        let span = from..clamp(&place, from, to, room.saturating_sub(taken).max(SHORTEST));
        // Context longer than a line of the terminal is noise; only the place itself is worth a window into it.
        let around = |line: &str| cut_source(&clean_source(line), room.saturating_sub(GUTTER));
        let above = lines.iter().take(line - first).map(|line| around(line));
        let below = lines.iter().skip(line - first + 1).map(|line| around(line));
        let before: usize = above.clone().map(|line| line.len() + 1).sum();
        let shown: Vec<String> = above.chain([place.clone()]).chain(below).collect();
        let marked = display_width(&place[..span.end]) + 1 + width(label);
        Some(Excerpt {
            beside: marked <= room.saturating_sub(GUTTER),
            path: clean(self.file).into_owned(),
            line_start: first + 1,
            span: before + span.start..before + span.end,
            source: shown.join("\n"),
        })
    }
}

/// A few lines of a file with one place marked.
struct Excerpt {
    path: String,
    line_start: usize,
    source: String,
    span: Range<usize>,
    /// Whether the label has room beside the mark. The library never wraps a label, and scrolls the code to show it.
    beside: bool,
}

impl Excerpt {
    fn snippet<'a>(self, kind: AnnotationKind, label: String) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        Snippet::source(self.source)
            .path(self.path)
            .line_start(self.line_start)
            .fold(false)
            .annotation(kind.span(self.span).label((!label.is_empty()).then_some(label)))
    }
}

/// The byte where a character of a line starts; the line's end where it has no such character.
fn byte_of(line: &str, character: usize) -> usize {
    line.char_indices().nth(character).map_or(line.len(), |(at, _)| at)
}

/// How long the dotted name at the start of a text is.
fn name_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | ':')))
        .unwrap_or(text.len())
}

/// The end of a span that is neither before its start nor further away than the room allows.
fn clamp(line: &str, from: usize, to: usize, room: usize) -> usize {
    let mut end = from;
    let mut used = 0;
    for c in line[from..to.max(from)].chars() {
        used += display_width_of(c);
        if used > room {
            break;
        }
        end += c.len_utf8();
    }
    end
}

/// The columns a character of source text takes in a frame, where a tab is four spaces.
fn display_width_of(c: char) -> usize {
    if c == '\t' { 4 } else { char_width(c) }
}

fn display_width(text: &str) -> usize {
    text.chars().map(display_width_of).sum()
}

/// A line of context, cut where the terminal ends.
fn cut_source(line: &str, room: usize) -> String {
    line[..clamp(line, 0, line.len(), room)].to_owned()
}

/// A message on as many lines as it needs beside a prefix.
fn wrapped(text: &str, room: usize, prefix: usize) -> String {
    wrap(&clean(text), room.saturating_sub(prefix).max(20)).join("\n")
}

fn renderer(style: &Style, room: usize) -> Renderer {
    let decor = if style.unicode {
        DecorStyle::Unicode
    } else {
        DecorStyle::Ascii
    };
    // `term_width` bounds the code alone; the gutter comes on top of it.
    let base = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    }
    .decor_style(decor)
    .hyperlink(false)
    .term_width(room.saturating_sub(GUTTER));
    if !style.color {
        return base;
    }
    base.error(BAD)
        .warning(FAIR.bold())
        .note(LEAD)
        .info(LEAD)
        .help(LEAD.bold())
        .line_num(FAINT)
        .context(LEAD)
        .emphasis(STRONG)
        .none(PLAIN)
}

#[cfg(test)]
mod tests;
