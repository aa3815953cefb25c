//! The Rust files of a tree: all are parsed, or none where no word of theirs belongs to an engine.
//!
//! Which module a file is, its parents say; so one file cannot be read without those above it.

use rayon::prelude::*;

use super::facts as lower;
use crate::report::model::Unchecked;
use crate::source::File;
use crate::source::facts::Names;
use crate::source::read::{fill, text};
use crate::source::walk::{Entry, is_test};

/// A file as it was found: its bytes, or why they could not be read.
pub(in crate::source) type Found = (Entry, Result<Vec<u8>, Unchecked>);

/// Whether a path is a Rust file's.
pub(in crate::source) fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

/// Reads a file's bytes. Tests and benchmarks are no part of what runs.
pub(in crate::source) fn look(entry: Entry) -> Option<Found> {
    if is_test(&entry.path) || entry.path.split('/').any(|folder| folder == "benches") {
        return None;
    }
    let mut bytes = Vec::new();
    let read = fill(&entry, &mut bytes).map(|()| bytes);
    Some((entry, read))
}

/// Parses the files, in path order.
pub(in crate::source) fn parse(mut found: Vec<Found>, names: &Names) -> (Vec<(Entry, Option<File>)>, Vec<Unchecked>) {
    let is_seed = |(_, read): &Found| read.as_ref().is_ok_and(|bytes| super::is_seed(bytes));
    if !found.iter().any(is_seed) {
        return (Vec::new(), Vec::new());
    }
    found.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    let parsed: Vec<(Entry, Result<File, Unchecked>)> = found
        .into_par_iter()
        .map(|(entry, read)| {
            let file = read.and_then(|bytes| file(&entry, bytes, names));
            (entry, file)
        })
        .collect();
    let mut unchecked = Vec::new();
    let files = parsed.into_iter().map(|(entry, file)| match file {
        Ok(file) => (entry, Some(file)),
        Err(reason) => {
            unchecked.push(reason);
            (entry, None)
        }
    });
    let files = files.collect();
    (files, unchecked)
}

fn file(entry: &Entry, bytes: Vec<u8>, names: &Names) -> Result<File, Unchecked> {
    let text = text(entry, bytes)?;
    let facts = lower(&text, names).map_err(|(line, reason)| Unchecked {
        file: entry.path.clone(),
        line,
        reason,
    })?;
    Ok(File::new(entry.path.clone(), text, facts))
}
