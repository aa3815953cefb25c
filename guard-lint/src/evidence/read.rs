//! Which test files are read, and the tests in them.

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::bind::exercising;
use super::gather::Gather;
use super::{Subject, Test};
use crate::model::Model;
use crate::source::walk::is_test;
use crate::source::{File, Reader, Sources};

/// The tests that may be evidence for some ticket.
#[derive(Default)]
pub struct Tests {
    /// The files that were parsed, in path order.
    pub(super) files: Vec<File>,
    /// Their tests, by file and place.
    pub(super) tests: Vec<Test>,
    /// For each subject: the tests that exercise it.
    pub(super) exercising: Vec<Vec<usize>>,
}

impl Tests {
    /// Reads the tests that name what one of these subjects is about.
    pub fn read(model: &Model<'_>, each: &[Option<Subject>]) -> Self {
        let subjects: Vec<&Subject> = each.iter().flatten().collect();
        let paths: FxHashSet<String> = subjects.iter().flat_map(|subject| subject.path_needles()).collect();
        let modules: FxHashSet<String> = subjects.iter().flat_map(|subject| subject.module_needles()).collect();
        if paths.is_empty() && modules.is_empty() {
            return Self::default();
        }
        let (sources, reader) = (model.sources, Reader::new(model.names));
        // Without a search for them all at once, nothing is wanted.
        let (Ok(paths), Ok(modules)) = (AhoCorasick::new(&paths), AhoCorasick::new(&modules)) else {
            return Self::default();
        };
        let entries: Vec<usize> = (0..sources.entries.len())
            .filter(|index| is_test_file(&sources.entries[*index].path))
            .collect();
        let parsed = entries.par_iter().filter_map(|index| {
            let entry = &sources.entries[*index];
            let stands_right = subjects.iter().any(|subject| subject.may_be_tested_in(&entry.path));
            reader.read_if(entry, |bytes| {
                paths.is_match(bytes) || (stands_right && modules.is_match(bytes))
            })
        });
        let files: Vec<File> = parsed.collect();
        let conftests = conftests(sources, &reader, &files);
        let tests = crate::spread::over(model, &(0..files.len()).collect::<Vec<_>>(), |model, index| {
            let above: Vec<&File> = conftests
                .iter()
                .filter(|conftest| is_above(&conftest.path, &files[index].path))
                .collect();
            Gather::new(model, &files[index], &above).tests(index)
        });
        let tests: Vec<Test> = tests.into_iter().flatten().collect();
        let exercising = each.par_iter().map(|subject| {
            let subject = subject.as_ref();
            subject.map_or_else(Vec::new, |subject| exercising(&files, &tests, subject))
        });
        let exercising = exercising.collect();
        Self {
            files,
            tests,
            exercising,
        }
    }
}

/// A file that pytest collects by default.
fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_test(path) && (name.starts_with("test_") || name.ends_with("_test.py"))
}

/// The `conftest.py` of each folder above one of these files.
fn conftests(sources: &Sources, reader: &Reader<'_>, files: &[File]) -> Vec<File> {
    let wanted = sources.entries.iter().filter(|entry| {
        entry.path.rsplit('/').next() == Some("conftest.py")
            && files.iter().any(|file| is_above(&entry.path, &file.path))
    });
    wanted.filter_map(|entry| reader.read_if(entry, |_| true)).collect()
}

fn is_above(conftest: &str, path: &str) -> bool {
    let folder = conftest.strip_suffix("conftest.py").unwrap_or(conftest);
    path.starts_with(folder)
}
