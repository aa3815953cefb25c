//! Reading a tree: seeds first, then what they import, in waves.

use std::path::Path;

use rayon::prelude::*;

use super::imports::Imports;
use super::names::Names;
use super::read::Reader;
use super::tree::Tree;
use super::walk::{self, Entry};
use super::{File, Sources, rust};
use crate::report::model::Unchecked;

impl Sources {
    /// Reads the tree under `root`. `wanted` names paths, with or without `.py`, that are parsed whatever reaches them.
    pub fn load<'w>(
        root: &Path,
        exclude: &[String],
        wanted: impl IntoIterator<Item = &'w str>,
    ) -> Result<Self, ignore::Error> {
        let names = Names::default();
        let reader = Reader::new(&names);
        let (sender, receiver) = std::sync::mpsc::channel();
        let (rust_sender, rust_receiver) = std::sync::mpsc::channel();
        // Files are looked at while the walk goes on.
        let unchecked = rayon::in_place_scope(|scope| {
            walk::walk(root, exclude, |entry| {
                if rust::load::is_rust(&entry.path) {
                    let sender = rust_sender.clone();
                    scope.spawn(move |_| {
                        if let Some(found) = rust::load::look(entry) {
                            // The receiver outlives the scope.
                            let _ = sender.send(found);
                        }
                    });
                    return;
                }
                let (sender, reader) = (sender.clone(), &reader);
                scope.spawn(move |_| {
                    let look = reader.look(&entry);
                    // The receiver outlives the scope.
                    let _ = sender.send((entry, look));
                });
            })
        })?;
        drop((sender, rust_sender));
        let mut looked: Vec<_> = receiver.into_iter().collect();
        looked.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        let (mut entries, mut looks): (Vec<Entry>, Vec<_>) = looked.into_iter().unzip();
        let proofs = looks.iter_mut().flat_map(|look| std::mem::take(&mut look.proofs));
        let tree = Tree::new(entries.iter().map(|entry| entry.path.as_str()), proofs);

        let mut loader = Loader::new(&entries, &names, &reader, tree);
        loader.unchecked = unchecked;
        loader.bytes = looks.iter_mut().map(|look| look.bytes.take()).collect();
        let seeds = looks.into_iter().enumerate();
        let mut wave = loader.keep(seeds.filter_map(|(index, look)| Some((index as u32, look.seed.transpose()?))));
        let mut wanted: Vec<u32> = wanted
            .into_iter()
            .filter_map(|path| loader.tree.file_at(path))
            .collect();
        loader.unseen(&mut wanted);
        wave.extend(loader.read(wanted));
        while !wave.is_empty() {
            let next = loader.reach(&wave);
            wave = loader.read(next);
        }
        let Loader {
            files: loaded,
            tree,
            mut unchecked,
            ..
        } = loader;
        drop(reader);
        let mut files = Vec::new();
        let mut parsed = Vec::with_capacity(loaded.len());
        for file in loaded {
            parsed.push(file.is_some().then_some(files.len() as u32));
            files.extend(file);
        }
        unchecked.extend(files.iter().flat_map(syntax_errors));
        // Rust files come last: no name of a Python module leads to one.
        let (rust, unread) = rust::load::parse(rust_receiver.into_iter().collect(), &names);
        for (entry, file) in rust {
            entries.push(entry);
            parsed.push(file.is_some().then_some(files.len() as u32));
            files.extend(file);
        }
        unchecked.extend(unread);
        unchecked.sort();
        Ok(Self {
            names,
            files,
            entries,
            parsed,
            tree,
            unchecked,
        })
    }
}

/// What is read so far.
struct Loader<'l, 'n> {
    entries: &'l [Entry],
    names: &'l Names,
    reader: &'l Reader<'n>,
    tree: Tree,
    /// By entry.
    files: Vec<Option<File>>,
    /// The bytes that were kept, by entry.
    bytes: Vec<Option<Vec<u8>>>,
    /// The entries that were read or are not to be.
    seen: Vec<bool>,
    /// What each parsed file imports: a package that a later file shows to stand for another leads its imports elsewhere.
    imports: Vec<(u32, Imports)>,
    unchecked: Vec<Unchecked>,
}

impl<'l, 'n> Loader<'l, 'n> {
    fn new(entries: &'l [Entry], names: &'l Names, reader: &'l Reader<'n>, tree: Tree) -> Self {
        let mut files = Vec::new();
        files.resize_with(entries.len(), || None);
        // Tests are no part of what runs, even where something imports them.
        let seen = entries.iter().map(|entry| walk::is_test(&entry.path)).collect();
        Self {
            entries,
            names,
            reader,
            tree,
            files,
            bytes: Vec::new(),
            seen,
            imports: Vec::new(),
            unchecked: Vec::new(),
        }
    }

    /// Reads these entries; those that were parsed.
    fn read(&mut self, entries: Vec<u32>) -> Vec<u32> {
        let entries: Vec<_> = entries
            .into_iter()
            .map(|index| (index, self.bytes[index as usize].take()))
            .collect();
        let files = entries
            .into_par_iter()
            .map(|(index, bytes)| (index, self.reader.read(&self.entries[index as usize], bytes)));
        let files: Vec<_> = files.collect();
        self.keep(files)
    }

    /// Keeps what was read; the entries that were parsed.
    fn keep(&mut self, read: impl IntoIterator<Item = (u32, Result<File, Unchecked>)>) -> Vec<u32> {
        let mut wave = Vec::new();
        for (index, file) in read {
            self.seen[index as usize] = true;
            match file {
                Ok(file) => {
                    self.files[index as usize] = Some(file);
                    wave.push(index);
                }
                Err(reason) => self.unchecked.push(reason),
            }
        }
        wave
    }

    /// The entries that the imports of these files reach, and were not read yet, in order.
    fn reach(&mut self, wave: &[u32]) -> Vec<u32> {
        let (files, names, tree, entries) = (&self.files, self.names, &self.tree, self.entries);
        let gathered = wave.par_iter().filter_map(|index| {
            let imports = Imports::of(files[*index as usize].as_ref()?, names, tree);
            let reached = imports.reach(&entries[*index as usize].path, tree);
            Some((*index, imports, reached))
        });
        let gathered: Vec<_> = gathered.collect();
        let (mut reached, mut aliased) = (Vec::new(), false);
        for (index, imports, files) in gathered {
            if let Some(target) = &imports.stands_for {
                aliased |= self.tree.alias(&self.entries[index as usize].path, target.clone());
            }
            reached.extend(files);
            self.imports.push((index, imports));
        }
        if aliased {
            let tree = &self.tree;
            let again = self
                .imports
                .par_iter()
                .flat_map_iter(|(index, imports)| imports.reach(&entries[*index as usize].path, tree));
            reached.par_extend(again);
        }
        self.unseen(&mut reached);
        reached
    }

    /// Leaves the entries that were not read yet, in order, and marks them.
    fn unseen(&mut self, entries: &mut Vec<u32>) {
        entries.retain(|index| !std::mem::replace(&mut self.seen[*index as usize], true));
        entries.sort_unstable();
    }
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
