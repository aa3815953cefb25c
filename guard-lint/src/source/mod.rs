//! From a folder to the facts of every file that a router or an application can reach.
//!
//! All files are read once, in parallel, to find the source roots and the files that name a router, an application or a
//! route. Those are parsed, then what they import, and so on in waves; a file that nothing reaches is never parsed.

pub mod depth;
pub mod facts;
pub mod imports;
pub mod python;
mod scan;
pub mod tree;
pub mod visit;
pub mod walk;

use std::path::Path;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::report::model::Unchecked;
use facts::{Module, Names};
use tree::Tree;
use walk::Entry;

/// The largest file that is parsed, in bytes. Hand-written modules stay far below it.
const FILE_LIMIT: u64 = 4 << 20;

/// A parsed file.
#[derive(Debug)]
pub struct File {
    /// Relative to the root, `/`-separated.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The byte offset of each line's start.
    pub lines: Vec<u32>,
    /// Its facts.
    pub facts: Module,
}

impl File {
    /// The line and column, from 1, of a byte offset. Columns count characters.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0) as usize;
        let before = self
            .text
            .get(start..(offset as usize).min(self.text.len()))
            .unwrap_or("");
        (line as u32, before.chars().count() as u32 + 1)
    }

    /// The line, from 1, of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.lines.partition_point(|start| *start <= offset).max(1) as u32
    }
}

/// The parsed part of a tree.
pub struct Sources {
    /// The strings of all facts.
    pub names: Names,
    /// The parsed files, in path order.
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

impl Sources {
    /// Reads the tree under `root`. `wanted` names paths, with or without `.py`, that are parsed whatever reaches them.
    pub fn load<'w>(
        root: &Path,
        exclude: &[String],
        wanted: impl IntoIterator<Item = &'w str>,
    ) -> Result<Self, ignore::Error> {
        let walked = walk::walk(root, exclude)?;
        let mut unchecked = walked.unchecked;
        let scanned: Vec<Scanned> = walked.files.par_iter().map(scan_entry).collect();
        let evidence = scanned.iter().flat_map(|scanned| scanned.roots.iter().cloned());
        let mut tree = Tree::new(walked.files.iter().map(|entry| entry.path.as_str()), evidence);
        let names = Names::default();

        let mut loaded: Vec<Option<File>> = Vec::new();
        loaded.resize_with(walked.files.len(), || None);
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        let mut wave: Vec<u32> = Vec::new();
        for (index, scanned) in scanned.iter().enumerate() {
            if let Some(reason) = &scanned.unread {
                unchecked.push(reason.clone());
                seen.insert(index as u32);
            } else if scanned.seed {
                wave.push(index as u32);
            }
        }
        drop(scanned);
        wave.extend(
            wanted
                .into_iter()
                .filter_map(|path| tree.file_at(path))
                .filter(|index| !seen.contains(index)),
        );
        wave.sort_unstable();
        wave.dedup();
        let mut pending = imports::Pending::default();
        while !wave.is_empty() {
            seen.extend(&wave);
            let parsed: Vec<_> = wave
                .par_iter()
                .map(|index| (*index, parse(&walked.files[*index as usize], &names)))
                .collect();
            for (index, result) in parsed {
                match result {
                    Ok(file) => {
                        pending.add(&file, &names, &mut tree);
                        loaded[index as usize] = Some(file);
                    }
                    Err(reason) => unchecked.push(reason),
                }
            }
            wave = pending.resolve(&tree);
            wave.retain(|index| !seen.contains(index) && !walk::is_test(&walked.files[*index as usize].path));
            wave.sort_unstable();
            wave.dedup();
        }

        let mut files = Vec::new();
        let parsed = loaded.into_iter().map(|file| {
            file.map(|file| {
                files.push(file);
                files.len() as u32 - 1
            })
        });
        let parsed = parsed.collect();
        for file in &files {
            unchecked.extend(syntax_errors(file));
        }
        unchecked.sort();
        Ok(Self {
            names,
            files,
            entries: walked.files,
            parsed,
            tree,
            unchecked,
        })
    }
}

/// What one look at a file's bytes says.
#[derive(Default)]
struct Scanned {
    /// Whether it may define or use a router, an application or a route.
    seed: bool,
    /// The source roots that its imports prove.
    roots: Vec<String>,
    /// Why it cannot be read.
    unread: Option<Unchecked>,
}

fn scan_entry(entry: &Entry) -> Scanned {
    let fail = |reason: String| Scanned {
        unread: Some(Unchecked {
            file: entry.path.clone(),
            line: 1,
            reason,
        }),
        ..Scanned::default()
    };
    match std::fs::metadata(&entry.open) {
        Ok(metadata) if metadata.len() > FILE_LIMIT => {
            return fail(format!(
                "{} bytes; files over {FILE_LIMIT} bytes are not read",
                metadata.len()
            ));
        }
        Ok(_) => {}
        Err(error) => return fail(error.to_string()),
    }
    match std::fs::read(&entry.open) {
        Ok(bytes) => Scanned {
            seed: !walk::is_test(&entry.path) && scan::is_seed(&bytes),
            roots: scan::proven_roots(&entry.path, &bytes),
            unread: None,
        },
        Err(error) => fail(error.to_string()),
    }
}

fn parse(entry: &Entry, names: &Names) -> Result<File, Unchecked> {
    let fail = |line: u32, reason: String| Unchecked {
        file: entry.path.clone(),
        line,
        reason,
    };
    let bytes = std::fs::read(&entry.open).map_err(|error| fail(1, error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = memchr::memchr_iter(b'\n', &error.as_bytes()[..valid]).count() as u32 + 1;
        fail(line, format!("not UTF-8 from byte {valid} on; save it as UTF-8"))
    })?;
    if let Some(line) = depth::too_deep(&text) {
        return Err(fail(line, "nested deeper than any Python program can be".to_owned()));
    }
    let facts = python::facts(&text, names);
    let starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1);
    let lines = std::iter::once(0).chain(starts).collect();
    Ok(File {
        path: entry.path.clone(),
        text,
        lines,
        facts,
    })
}

/// The first syntax error of each line that has one.
fn syntax_errors(file: &File) -> Vec<Unchecked> {
    let mut errors: Vec<Unchecked> = Vec::new();
    for (span, message) in &file.facts.errors {
        let line = file.line(span.start);
        if errors.last().is_none_or(|last| last.line != line) {
            let reason = format!("syntax error: {message}; the functions after it may be missing from this report");
            errors.push(Unchecked {
                file: file.path.clone(),
                line,
                reason,
            });
        }
    }
    errors
}
