//! Where renderers get source text from, so that none of them reads a file.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::source::lines;

/// Gives lines of a file by its path in the report. A frame whose lines are not to be had shows the place alone.
pub trait Sources: Sync {
    /// These lines of the file, counted from 0, decoded and without their ends; those that it has. `None` where the file is
    /// not at hand.
    fn lines(&self, path: &str, lines: Range<usize>) -> Option<Vec<&str>>;
}

/// Texts held in memory.
#[derive(Debug, Clone, Default)]
pub struct SourceMap(BTreeMap<String, Text>);

/// A text with the byte offset of each line's start: a file with many findings is asked for many of its lines.
#[derive(Debug, Clone)]
struct Text {
    text: Box<str>,
    starts: Box<[u32]>,
}

impl Text {
    fn line(&self, line: usize) -> Option<&str> {
        let start = *self.starts.get(line)? as usize;
        let end = self.starts.get(line + 1).map_or(self.text.len(), |end| *end as usize);
        let line = self.text.get(start..end)?;
        // After the last line break stands no line.
        let exists = !line.is_empty();
        let line = line.strip_suffix('\n').unwrap_or(line);
        exists.then(|| line.strip_suffix('\r').unwrap_or(line))
    }
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, replacing the text it had.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<Box<str>>) {
        let text = text.into();
        let starts = lines::starts(text.as_bytes()).into();
        self.0.insert(path.into(), Text { text, starts });
    }
}

impl<P: Into<String>, T: Into<Box<str>>> FromIterator<(P, T)> for SourceMap {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        let mut map = Self::new();
        for (path, text) in files {
            map.insert(path, text);
        }
        map
    }
}

impl Sources for SourceMap {
    fn lines(&self, path: &str, lines: Range<usize>) -> Option<Vec<&str>> {
        let text = self.0.get(path)?;
        Some(lines.map_while(|line| text.line(line)).collect())
    }
}

/// No sources at all: a report that was loaded from JSON, away from the tree it describes.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSources;

impl Sources for NoSources {
    fn lines(&self, _path: &str, _lines: Range<usize>) -> Option<Vec<&str>> {
        None
    }
}
