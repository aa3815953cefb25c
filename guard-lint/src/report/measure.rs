//! Text as a terminal shows it: how wide it is, where it may break, and what must never reach the screen.

use std::borrow::Cow;

use anstyle::Style as Paint;
use unicode_width::UnicodeWidthChar;

use super::style::Style;

/// The columns a character takes, never too few: a variation selector can widen the character before it.
pub(crate) fn char_width(c: char) -> usize {
    match c {
        '\u{fe0f}' => 1,
        _ => c.width().unwrap_or(1),
    }
}

/// The columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// A visible stand-in for a character that a terminal would obey instead of showing; `None` where it is harmless.
///
/// Escape sequences begin with a C0 or C1 control. The directional and zero-width characters make a text look like
/// another one (<https://trojansource.codes>).
fn visible(c: char) -> Option<char> {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('␡'),
        _ if c.is_control() => Some('\u{fffd}'),
        '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => Some('\u{fffd}'),
        _ => None,
    }
}

/// The text on one line, safe to print: breaks and tabs become spaces, every other control a visible sign.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    clean_but(text, |c| matches!(c, '\n' | '\r' | '\t').then_some(' '))
}

/// Source text, safe to print. Characters map one to one, so columns hold; tabs and line feeds stay.
pub(crate) fn clean_source(text: &str) -> Cow<'_, str> {
    clean_but(text, |c| matches!(c, '\n' | '\t').then_some(c))
}

fn clean_but(text: &str, first: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    if text.chars().all(|c| visible(c).is_none()) {
        return Cow::Borrowed(text);
    }
    text.chars()
        .map(|c| first(c).or_else(|| visible(c)).unwrap_or(c))
        .collect()
}

/// The longest start of a text that fits; the end is cut.
pub(crate) fn cut_end(text: &str, room: usize, style: &Style) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let (ellipsis, room) = ellipsis_within(room, style);
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += char_width(c);
        if used > room {
            break;
        }
        kept.push(c);
    }
    format!("{}{ellipsis}", kept.trim_end())
}

/// The longest end of a text that fits; the start is cut. For dotted names and paths, whose end says most.
pub(crate) fn cut_start(text: &str, room: usize, style: &Style) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let (ellipsis, room) = ellipsis_within(room, style);
    let mut start = text.len();
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += char_width(c);
        if used > room {
            break;
        }
        start = at;
    }
    // `...` before `.routes` would read as four dots.
    format!("{ellipsis}{}", text[start..].trim_start_matches(['.', '/']))
}

fn ellipsis_within(room: usize, style: &Style) -> (&'static str, usize) {
    let ellipsis = style.ellipsis();
    let ellipsis = &ellipsis[..if ellipsis.is_ascii() {
        ellipsis.len().min(room)
    } else if room == 0 {
        0
    } else {
        ellipsis.len()
    }];
    (ellipsis, room - width(ellipsis))
}

/// Breaks a text into lines that fit, at spaces, and inside a word only where it is longer than a line.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let gap = usize::from(used > 0);
        let wide = width(word);
        if used + gap + wide <= room {
            push(&mut lines, if gap == 1 { " " } else { "" });
            push(&mut lines, word);
            used += gap + wide;
            continue;
        }
        for piece in pieces(word, room) {
            if used > 0 {
                lines.push(String::new());
            }
            used = width(&piece);
            push(&mut lines, &piece);
        }
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

/// A word in pieces that fit, broken after a separator of paths and names where there is one.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for c in word.chars() {
        // A character wider than the whole line cannot be shown at all.
        let c = if char_width(c) > room { '?' } else { c };
        while width(&piece) + char_width(c) > room {
            let at = piece
                .rfind('/')
                .or_else(|| piece.rfind(['.', '_', '-', ',', ':']))
                .map_or(piece.len(), |at| at + 1);
            // A break that leaves a stub is worse than one inside a name.
            let at = if at * 2 < piece.len() { piece.len() } else { at };
            let rest = piece.split_off(at);
            pieces.push(std::mem::replace(&mut piece, rest));
        }
        piece.push(c);
    }
    pieces.push(piece);
    pieces
}

/// A paragraph after a prefix: every line but the first is indented by `indent`, the columns that the prefix takes on
/// the screen, which its colours do not count towards. Ends in a line break.
pub(crate) fn paragraph(prefix: &str, indent: usize, text: &str, room: usize) -> String {
    let mut out = String::from(prefix);
    for (at, line) in wrap(text, room.saturating_sub(indent)).iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Parts in a row, each in its colour, on as many lines as they need; the following ones are indented.
pub(crate) fn flow(parts: &[(Paint, String)], indent: usize, style: &Style) -> String {
    let mut out = String::new();
    let mut used = indent;
    for (at, (paint, part)) in parts.iter().enumerate() {
        let dot = if at == 0 { "" } else { style.dot() };
        // The dot after it stays on its line.
        let next = if at + 1 < parts.len() {
            width(style.dot().trim_end())
        } else {
            0
        };
        if at > 0 && used + width(dot) + width(part) + next > style.width {
            out.push_str(dot.trim_end());
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            used = indent;
        } else {
            out.push_str(dot);
            used += width(dot);
        }
        out.push_str(&style.paint(*paint, part));
        used += width(part);
    }
    out
}

/// `1 error`, `2 errors`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASCII: Style = Style::plain();

    #[test]
    fn controls_become_signs_and_columns_hold() {
        let hostile = "a\u{1b}[31m\u{9b}1m\tb\u{202e}\n";
        assert_eq!(clean(hostile), "a␛[31m\u{fffd}1m b\u{fffd} ");
        assert_eq!(clean_source(hostile).chars().count(), hostile.chars().count());
        assert_eq!(clean_source("a\tb"), "a\tb");
    }

    #[test]
    fn a_cut_never_exceeds_its_room() {
        let unicode = Style { unicode: true, ..ASCII };
        for room in 0..12 {
            for text in ["engines.chat.routes", "日本語の道", "❤\u{fe0f}❤\u{fe0f}❤\u{fe0f}"] {
                for style in [ASCII, unicode] {
                    assert!(width(&cut_end(text, room, &style)) <= room);
                    assert!(width(&cut_start(text, room, &style)) <= room);
                }
            }
        }
        assert_eq!(cut_start("engines.chat.routes", 14, &ASCII), "...chat.routes");
        assert_eq!(cut_end("engines.chat.routes", 14, &unicode), "engines.chat.…");
    }

    #[test]
    fn long_words_break_after_separators() {
        assert_eq!(
            wrap("in engines/chat/service/routes.py", 16),
            ["in", "engines/chat/", "service/", "routes.py"]
        );
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        // What is left after a break has no room for a wide character yet.
        assert_eq!(wrap("-a日", 2), ["-", "a", "日"]);
        assert_eq!(wrap("日本", 1), ["?", "?"]);
        assert_eq!(wrap("", 9), [""]);
    }
}
