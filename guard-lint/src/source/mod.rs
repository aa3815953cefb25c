//! From a folder to the facts of every file that a router or an application can reach.
//!
//! All files are read once, in parallel, to find the source roots and the files that name a router, an application or a
//! route. Those are parsed at once, then what they import, and so on in waves; a file that nothing reaches is never parsed.

pub mod depth;
pub mod facts;
pub mod glance;
pub mod imports;
pub(crate) mod lines;
mod load;
pub mod names;
pub mod python;
mod read;
pub mod rust;
mod scan;
pub mod tree;
pub mod visit;
pub mod walk;

use std::sync::OnceLock;

pub use read::Reader;

use crate::report::model::Unchecked;
use facts::{Module, Names};
use tree::Tree;
use walk::Entry;

/// A parsed file.
#[derive(Debug)]
pub struct File {
    /// Relative to the root, `/`-separated.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its facts.
    pub facts: Module,
    /// What [`File::lines`] found: most files are never pointed at.
    lines: OnceLock<Vec<u32>>,
}

impl File {
    fn new(path: String, text: String, facts: Module) -> Self {
        Self {
            path,
            text,
            facts,
            lines: OnceLock::new(),
        }
    }

    /// The byte offset of each line's start.
    pub fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| lines::starts(self.text.as_bytes()))
    }

    /// The line and column, from 1, of a byte offset. Columns count characters.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.line(offset) as usize;
        let start = self.lines().get(line - 1).copied().unwrap_or(0) as usize;
        let before = self
            .text
            .get(start..(offset as usize).min(self.text.len()))
            .unwrap_or("");
        (line as u32, before.chars().count() as u32 + 1)
    }

    /// The line, from 1, of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.lines().partition_point(|start| *start <= offset).max(1) as u32
    }
}

/// The parsed part of a tree.
pub struct Sources {
    /// The strings of all facts.
    pub names: Names,
    /// The parsed files, in path order; Rust files after all others.
    pub files: Vec<File>,
    /// All files of the tree, parsed or not.
    pub entries: Vec<Entry>,
    /// The index into `files` of each entry that was parsed.
    pub parsed: Vec<Option<u32>>,
    /// Module names. Its file numbers are indices into `entries`.
    pub tree: Tree,
    /// What could not be read.
    pub unchecked: Vec<Unchecked>,
}
