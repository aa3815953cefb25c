//! Text that knows its line.

/// A part of a document. It may run over several lines, for wrapped list items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span<'a> {
    pub(super) text: &'a str,
    /// The line of its first character, from 1.
    pub(super) line: u32,
}

impl<'a> Span<'a> {
    /// The part from a byte offset on.
    pub(super) fn from(self, offset: usize) -> Self {
        let (before, text) = self.text.split_at(offset);
        let breaks = before.bytes().filter(|byte| *byte == b'\n').count();
        Self {
            text,
            line: self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX)),
        }
    }

    /// The part before a byte offset.
    pub(super) fn to(self, offset: usize) -> Self {
        Self {
            text: self.text.split_at(offset).0,
            line: self.line,
        }
    }

    pub(super) fn trim(self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        let span = self.from(start);
        Self {
            text: span.text.trim_end(),
            ..span
        }
    }

    pub(super) fn trim_start_matches<const N: usize>(self, chars: [char; N]) -> Self {
        self.from(self.text.len() - self.text.trim_start_matches(chars).len())
    }

    pub(super) fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// The parts between separators; a separator in `code` does not count.
    pub(super) fn split_outside_code(self, separators: &[char]) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut start = 0;
        let mut in_code = false;
        for (at, c) in self.text.char_indices() {
            in_code ^= c == '`';
            if !in_code && separators.contains(&c) {
                parts.push(self.to(at).from(start).trim());
                start = at + c.len_utf8();
            }
        }
        parts.push(self.from(start).trim());
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// The contents of each pair of backticks.
    pub(super) fn codes(self) -> Vec<Self> {
        let ticks: Vec<usize> = self.text.match_indices('`').map(|(at, _)| at).collect();
        ticks
            .chunks_exact(2)
            .map(|pair| self.to(pair[1]).from(pair[0] + 1).trim())
            .collect()
    }

    /// The words on one line, without the full stop at the end.
    pub(super) fn sentence(self) -> String {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        words.join(" ").trim_end_matches('.').trim_end().to_owned()
    }
}
