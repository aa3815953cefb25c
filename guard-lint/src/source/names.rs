//! The strings of a run, each kept once.
//!
//! Most of a file's words were met before, in the same file or by the same thread; [`Recent`] knows those without asking
//! anyone. What it does not know it asks of [`Names`], which all threads share.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

/// How many parts the table has, each with a lock of its own.
const SHARDS: usize = 64;

/// How many names there is room for from the start: those of some thousand files.
const ROOM: usize = 28 << 10;

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
    /// All names.
    shards: [Mutex<Table>; SHARDS],
    /// What threads met that read nothing just now.
    idle: Mutex<Vec<Table>>,
}

/// Names by their texts, each beside its mark.
type Table = HashTable<(Mark, Name)>;

impl Default for Names {
    fn default() -> Self {
        Self {
            texts: boxcar::Vec::new(),
            shards: std::array::from_fn(|_| Mutex::new(HashTable::with_capacity(ROOM / SHARDS))),
            idle: Mutex::default(),
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
        self.intern_hashed(text, FxBuildHasher.hash_one(text))
    }

    fn intern_hashed(&self, text: &str, hash: u64) -> Name {
        let (mark, mut shard) = (Mark::of(hash), self.shard(hash));
        let found = shard.entry(
            mark.hash(),
            |known| self.is_it(known, mark, text),
            |(mark, _)| mark.hash(),
        );
        let entry = found.or_insert_with(|| (mark, self.add(text)));
        entry.get().1
    }

    /// The name of this text, if there is one.
    pub fn get(&self, text: &str) -> Option<Name> {
        let hash = FxBuildHasher.hash_one(text);
        self.find(&self.shard(hash), text, Mark::of(hash))
    }

    fn find(&self, table: &Table, text: &str, mark: Mark) -> Option<Name> {
        let found = table.find(mark.hash(), |known| self.is_it(known, mark, text));
        found.map(|(_, name)| *name)
    }

    fn is_it(&self, (beside, name): &(Mark, Name), mark: Mark, text: &str) -> bool {
        *beside == mark && self.resolve(*name) == text
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

    fn shard(&self, hash: u64) -> MutexGuard<'_, Table> {
        let shard = &self.shards[hash as usize % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Table>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, text: &str) -> Name {
        let index = self.texts.push(SmolStr::new(text));
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Name(number.unwrap_or(NonZeroU32::MAX))
    }
}

/// Half of a text's hash: a table that grows need not look at texts.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark(u32);

impl Mark {
    fn of(hash: u64) -> Self {
        Self((hash >> 32) as u32)
    }

    /// A table takes its place from the lowest bits and compares the highest first.
    fn hash(self) -> u64 {
        u64::from(self.0) << 32 | u64::from(self.0)
    }
}

/// The names that a thread met, and that others met before it.
pub struct Recent<'n> {
    names: &'n Names,
    known: RefCell<Table>,
}

impl<'n> Recent<'n> {
    /// What some thread met that is done.
    pub fn new(names: &'n Names) -> Self {
        let known = names.idle().pop();
        Self {
            names,
            known: RefCell::new(known.unwrap_or_default()),
        }
    }

    /// The names of all threads.
    pub fn all(&self) -> &'n Names {
        self.names
    }

    /// As [`Names::intern`].
    pub fn intern(&self, text: &str) -> Name {
        let hash = FxBuildHasher.hash_one(text);
        let mark = Mark::of(hash);
        let known = self.names.find(&self.known.borrow(), text, mark);
        known.unwrap_or_else(|| {
            let name = self.names.intern_hashed(text, hash);
            let mut known = self.known.borrow_mut();
            known.insert_unique(mark.hash(), (mark, name), |(mark, _)| mark.hash());
            name
        })
    }
}

impl Drop for Recent<'_> {
    fn drop(&mut self) {
        self.names.idle().push(self.known.take());
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
