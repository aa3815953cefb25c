//! Which test files are read, and the tests in them.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::bind::exercising;
use super::gather::Gather;
use super::{Subject, Test};
use crate::model::Model;
use crate::source::walk::{Entry, is_test};
use crate::source::{File, Reader, Sources};

/// The tests that may be evidence for some ticket.
#[derive(Default)]
pub struct Tests {
    /// The paths of the files that were parsed, in order.
    pub(super) files: Vec<String>,
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
        let conftests = Conftests::new(sources, &reader);
        // A file is forgotten as soon as its tests are known.
        let read = crate::spread::over(model, &entries, |model, index| {
            let entry = &sources.entries[index];
            let stands_right = subjects.iter().any(|subject| subject.may_be_tested_in(&entry.path));
            let file = reader.read_if(entry, |bytes| {
                paths.is_match(bytes) || (stands_right && modules.is_match(bytes))
            })?;
            Some((
                file.path.clone(),
                Gather::new(model, &file, &conftests.above(&file.path)).tests(),
            ))
        });
        let (mut files, mut tests): (Vec<String>, Vec<Test>) = (Vec::new(), Vec::new());
        for (path, of_file) in read.into_iter().flatten() {
            let file = files.len();
            tests.extend(of_file.into_iter().map(|test| Test { file, ..test }));
            files.push(path);
        }
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

/// The `conftest.py` files of a tree, each read when a test below it is.
struct Conftests<'r, 'n> {
    reader: &'r Reader<'n>,
    all: Vec<(&'r Entry, OnceLock<Option<File>>)>,
}

impl<'r, 'n> Conftests<'r, 'n> {
    fn new(sources: &'r Sources, reader: &'r Reader<'n>) -> Self {
        let entries = sources.entries.iter();
        let all = entries.filter(|entry| entry.path.rsplit('/').next() == Some("conftest.py"));
        Self {
            reader,
            all: all.map(|entry| (entry, OnceLock::new())).collect(),
        }
    }

    /// Those in the folders above a file, in path order.
    fn above(&self, path: &str) -> Vec<&File> {
        let above = self.all.iter().filter(|(entry, _)| is_above(&entry.path, path));
        above
            .filter_map(|(entry, file)| file.get_or_init(|| self.reader.read_if(entry, |_| true)).as_ref())
            .collect()
    }
}

fn is_above(conftest: &str, path: &str) -> bool {
    let folder = conftest.strip_suffix("conftest.py").unwrap_or(conftest);
    path.starts_with(folder)
}
