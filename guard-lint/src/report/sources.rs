//! Where renderers get source text from, so that none of them reads a file.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Gives the text of a file by its path in the report. A frame whose text is not to be had shows the place alone.
pub trait Sources {
    /// The text of the file, decoded; `None` where it is not at hand.
    fn text(&self, path: &str) -> Option<Arc<str>>;
}

/// Texts held in memory.
#[derive(Debug, Clone, Default)]
pub struct SourceMap(BTreeMap<String, Arc<str>>);

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, replacing the text it had.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) {
        self.0.insert(path.into(), text.into());
    }
}

impl<P: Into<String>, T: Into<Arc<str>>> FromIterator<(P, T)> for SourceMap {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        Self(
            files
                .into_iter()
                .map(|(path, text)| (path.into(), text.into()))
                .collect(),
        )
    }
}

impl Sources for SourceMap {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.0.get(path).cloned()
    }
}

/// No sources at all: a report that was loaded from JSON, away from the tree it describes.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSources;

impl Sources for NoSources {
    fn text(&self, _path: &str) -> Option<Arc<str>> {
        None
    }
}
