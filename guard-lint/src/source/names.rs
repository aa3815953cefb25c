//! The strings of a run, each kept once.
//!
//! Most of a file's words were met before, in the same file or by the same thread; [`Recent`] knows those without asking
//! anyone. What it does not know it asks of [`Names`], which all threads share.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;

/// How many parts the table has, each with a lock of its own.
const SHARDS: usize = 64;

/// An interned string. Compare it, resolve it through [`Names`], never order by it: its value depends on thread timing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name(NonZeroU32);

impl Name {
    /// Its number, from 0 on without gaps but for names that are being added.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// The interner that all files of one run share. What is added stays.
pub struct Names {
    /// By [`Name::index`]. A text is read without a lock.
    texts: boxcar::Vec<SmolStr>,
    /// The names by their text's hash, of which half stands beside each.
    shards: [Mutex<HashTable<(u32, Name)>>; SHARDS],
}

impl Default for Names {
    fn default() -> Self {
        Self {
            texts: boxcar::Vec::new(),
            shards: [const { Mutex::new(HashTable::new()) }; SHARDS],
        }
    }
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl Names {
    /// The name of this text, which is added if it is new.
    pub fn intern(&self, text: &str) -> Name {
        let hash = FxBuildHasher.hash_one(text);
        let mut shard = self.shard(hash);
        let is_it = |(beside, name): &(u32, Name)| *beside == hash as u32 && self.resolve(*name) == text;
        let found = shard.entry(hash, is_it, |(_, name)| FxBuildHasher.hash_one(self.resolve(*name)));
        let entry = found.or_insert_with(|| (hash as u32, self.add(text)));
        entry.get().1
    }

    /// The name of this text, if there is one.
    pub fn get(&self, text: &str) -> Option<Name> {
        let hash = FxBuildHasher.hash_one(text);
        let shard = self.shard(hash);
        let found = shard.find(hash, |(beside, name)| {
            *beside == hash as u32 && self.resolve(*name) == text
        });
        found.map(|(_, name)| *name)
    }

    /// The text of a name of this interner. Of another's it is some text or none.
    pub fn resolve(&self, name: Name) -> &str {
        self.texts.get(name.index()).map_or("", SmolStr::as_str)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.texts.count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, hash: u64) -> std::sync::MutexGuard<'_, HashTable<(u32, Name)>> {
        // The table takes its place from the lowest bits and its mark from the highest.
        let shard = &self.shards[(hash >> 40) as usize % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, text: &str) -> Name {
        let index = self.texts.push(SmolStr::new(text));
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Name(number.unwrap_or(NonZeroU32::MAX))
    }
}

/// The names that a thread met.
pub struct Recent<'n> {
    names: &'n Names,
    known: RefCell<FxHashMap<&'n str, Name>>,
}

impl<'n> Recent<'n> {
    /// Nothing was met yet.
    pub fn new(names: &'n Names) -> Self {
        Self {
            names,
            known: RefCell::default(),
        }
    }

    /// The names of all threads.
    pub fn all(&self) -> &'n Names {
        self.names
    }

    /// As [`Names::intern`].
    pub fn intern(&self, text: &str) -> Name {
        if let Some(known) = self.known.borrow().get(text) {
            return *known;
        }
        let name = self.names.intern(text);
        self.known.borrow_mut().insert(self.names.resolve(name), name);
        name
    }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::{Name, Names, Recent};

    #[test]
    fn threads_agree_on_every_name() {
        let names = Names::default();
        let texts: Vec<String> = (0..5_000)
            .map(|number| format!("{:x<1$}", number, number % 40))
            .collect();
        let of_thread = |turn: usize| -> Vec<Name> {
            let recent = Recent::new(&names);
            let mut given: Vec<(usize, Name)> = (0..texts.len())
                .map(|at| (at * 7 + turn * 1_001) % texts.len())
                .map(|at| (at, recent.intern(&texts[at])))
                .collect();
            given.sort_unstable_by_key(|(at, _)| *at);
            given.into_iter().map(|(_, name)| name).collect()
        };
        let given: Vec<Vec<Name>> = (0..4).into_par_iter().map(of_thread).collect();

        assert!(given.iter().all(|names| *names == given[0]));
        assert_eq!(names.len(), texts.len());
        for (text, name) in texts.iter().zip(&given[0]) {
            assert_eq!(names.resolve(*name), text);
            assert_eq!(names.get(text), Some(*name));
            assert!(name.index() < texts.len());
        }
        assert_eq!(names.get("never"), None);
    }
}
