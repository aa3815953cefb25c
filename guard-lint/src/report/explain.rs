//! The explanation of a rule or a ticket.

use super::measure::{clean, clean_source, cut_end, paragraph, width};
use super::style::{FAINT, LEAD, STRONG, Style};

/// Prose wider than this is hard to read, however wide the terminal.
const MEASURE: usize = 100;

/// What `explain` shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// `GL301 bare-error`.
    pub title: String,
    /// What is explained: `rule`, `ticket`.
    pub kind: String,
    /// The documentation: headings, paragraphs, lists, quotations and code blocks of Markdown.
    pub body_markdown: String,
    /// Names and values that stand between the title and the body: severity, tickets, files.
    pub facts: Vec<(String, String)>,
}

/// The explanation, wrapped to the width. Code is never wrapped.
pub fn render(explanation: &Explanation, style: &Style) -> String {
    let room = style.width.min(MEASURE);
    let title = clean(&explanation.title);
    let mut out = format!(
        "{}  {}\n",
        style.paint(STRONG, &title),
        style.paint(FAINT, &clean(&explanation.kind))
    );
    let names = explanation
        .facts
        .iter()
        .map(|(name, _)| width(&clean(name)))
        .max()
        .unwrap_or(0);
    if !explanation.facts.is_empty() {
        out.push('\n');
    }
    for (name, value) in &explanation.facts {
        let name = clean(name);
        let blank = " ".repeat(names - width(&name) + 2);
        let name = format!("{}{blank}", style.paint(FAINT, &name));
        out.push_str(&paragraph(&name, names + 2, &clean(value), room));
    }
    let body = markdown(&explanation.body_markdown, room, style);
    if !body.is_empty() {
        out.push('\n');
        out.push_str(&body);
    }
    out
}

/// A block that is still being read: its prefix, and the text of its lines joined.
#[derive(Default)]
struct Block {
    indent: usize,
    bullet: String,
    text: String,
}

/// The small part of Markdown that rule documentation uses. Emphasis and code spans keep their marks, which read well
/// in a terminal too.
fn markdown(source: &str, room: usize, style: &Style) -> String {
    let mut out = String::new();
    let mut block = Block::default();
    let mut fence: Option<&str> = None;
    for line in source.lines() {
        let bare = line.trim_start();
        let indent = (line.len() - bare.len()).min(room / 2);
        if let Some(mark) = fence {
            if bare.starts_with(mark) {
                fence = None;
            } else {
                let code = format!("    {}", clean_source(line).replace('\t', "    "));
                out.push_str(&style.paint(LEAD, code.trim_end()));
                out.push('\n');
            }
            continue;
        }
        if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark)) {
            flush(&mut block, room, &mut out);
            fence = Some(mark);
        } else if bare.is_empty() {
            flush(&mut block, room, &mut out);
            if !out.is_empty() && !out.ends_with("\n\n") {
                out.push('\n');
            }
        } else if let Some(heading) = heading(bare) {
            flush(&mut block, room, &mut out);
            out.push_str(&style.paint(STRONG, &cut_end(&clean(heading), room, style)));
            out.push('\n');
        } else if let Some((mark, text)) = item(bare, style) {
            flush(&mut block, room, &mut out);
            block = Block {
                indent: indent + width(&mark),
                bullet: format!("{:indent$}{mark}", ""),
                text: text.to_owned(),
            };
        } else {
            block.text.push(' ');
            block.text.push_str(bare);
        }
    }
    flush(&mut block, room, &mut out);
    let kept = out.trim_end_matches('\n').len();
    out.truncate(kept);
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Writes the block that has come to its end.
fn flush(block: &mut Block, room: usize, out: &mut String) {
    let Block { indent, bullet, text } = std::mem::take(block);
    if !text.is_empty() || !bullet.is_empty() {
        out.push_str(&paragraph(&bullet, indent, &clean(&text), room));
    }
}

/// The text of `# a heading`.
fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let depth = line.len() - text.len();
    if (1..=6).contains(&depth) {
        text.strip_prefix(' ').map(str::trim)
    } else {
        None
    }
}

/// The mark and the text of an item: `- text`, `1. text`, `> text`.
fn item<'l>(line: &'l str, style: &Style) -> Option<(String, &'l str)> {
    if let Some(text) = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some((format!("{} ", style.bullet()), text));
    }
    if let Some(text) = line.strip_prefix("> ") {
        return Some(("  ".to_owned(), text));
    }
    let digits = line.find(|c: char| !c.is_ascii_digit())?;
    let text = line[digits..].strip_prefix(". ")?;
    (1..=3)
        .contains(&digits)
        .then(|| (format!("{}. ", &line[..digits]), text))
}

#[cfg(test)]
mod tests;
