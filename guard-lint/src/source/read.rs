//! One look at a file: what its bytes tell, and its facts where they tell of a router.

use std::fs;
use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::names::{Names, Recent};
use super::scan::{self, Proof};
use super::walk::{self, Entry};
use super::{File, lines, python};
use crate::report::model::Unchecked;

/// The largest file that is read, in bytes. Hand-written modules stay far below it.
const LIMIT: u64 = 4 << 20;

/// What one look at a file says.
pub(super) struct Look {
    /// What would prove its source roots.
    pub(super) proofs: Vec<Proof>,
    /// Its facts, where it may define or use a router, an application or a route; or why it cannot be read.
    pub(super) seed: Result<Option<File>, Unchecked>,
    /// The bytes of any other file, should an import lead there.
    pub(super) bytes: Option<Vec<u8>>,
}

/// How many bytes are kept for that in all: those of three engines of fifteen hundred files. What is more is read again.
const ROOM: usize = 16 << 20;

/// Reads files, on any number of threads.
pub struct Reader<'n> {
    names: &'n Names,
    /// What no thread needs just now.
    idle: Mutex<Vec<Desk<'n>>>,
    /// How many bytes are kept.
    kept: AtomicUsize,
}

/// What a thread works with while it reads a file: most files are read, scanned and forgotten.
struct Desk<'n> {
    bytes: Vec<u8>,
    names: Recent<'n>,
}

impl<'n> Reader<'n> {
    /// Files whose names go to this interner.
    pub fn new(names: &'n Names) -> Self {
        Self {
            names,
            idle: Mutex::default(),
            kept: AtomicUsize::new(0),
        }
    }

    fn at_desk<R>(&self, work: impl FnOnce(&mut Desk<'n>) -> R) -> R {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let desk = idle().pop();
        let mut desk = desk.unwrap_or_else(|| Desk {
            bytes: Vec::new(),
            names: Recent::new(self.names),
        });
        let result = work(&mut desk);
        idle().push(desk);
        result
    }

    /// Looks at a file.
    pub(super) fn look(&self, entry: &Entry) -> Look {
        let mut look = Look {
            proofs: Vec::new(),
            seed: Ok(None),
            bytes: None,
        };
        // Tests run with a search path of their own: they are no seed, and prove no source root.
        if walk::is_test(&entry.path) {
            return look;
        }
        self.at_desk(|Desk { bytes, names }| {
            if let Err(reason) = fill(entry, bytes) {
                look.seed = Err(reason);
                return look;
            }
            look.proofs = scan::proofs(&entry.path, bytes);
            if scan::is_seed(bytes) {
                look.seed = parse(entry, bytes.clone(), names).map(Some);
            } else if self.kept.fetch_add(bytes.len(), Ordering::Relaxed) < ROOM {
                look.bytes = Some(bytes.clone());
            }
            look
        })
    }

    /// Reads a file that an import reached, whose bytes may have been kept.
    pub(super) fn read(&self, entry: &Entry, kept: Option<Vec<u8>>) -> Result<File, Unchecked> {
        self.at_desk(|Desk { bytes, names }| match kept {
            Some(kept) => parse(entry, kept, names),
            None => {
                fill(entry, bytes)?;
                parse(entry, bytes.clone(), names)
            }
        })
    }

    /// Reads a file whose bytes are wanted; nothing for any other, and for one that cannot be read.
    pub fn read_if(&self, entry: &Entry, is_wanted: impl Fn(&[u8]) -> bool) -> Option<File> {
        self.at_desk(|Desk { bytes, names }| {
            fill(entry, bytes).ok()?;
            if !is_wanted(bytes) {
                return None;
            }
            parse(entry, bytes.clone(), names).ok()
        })
    }
}

/// Reads a file's bytes.
pub(super) fn fill(entry: &Entry, buffer: &mut Vec<u8>) -> Result<(), Unchecked> {
    let fail = |reason: String| Unchecked {
        file: entry.path.clone(),
        line: 1,
        reason,
    };
    let io = |error: io::Error| fail(error.to_string());
    let file = fs::File::open(&entry.open).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    buffer.clear();
    if length <= LIMIT {
        buffer.reserve(length as usize + 1);
        // What says that it is empty need not be, and may be longer than allowed. What else is asked for is the length alone:
        // to see the end costs as much as to read.
        let wanted = if length == 0 { LIMIT + 1 } else { length };
        file.take(wanted).read_to_end(buffer).map_err(io)?;
    }
    let length = length.max(buffer.len() as u64);
    if length > LIMIT {
        return Err(fail(format!("{length} bytes; files over {LIMIT} bytes are not read")));
    }
    Ok(())
}

/// The text of these bytes.
pub(super) fn text(entry: &Entry, bytes: Vec<u8>) -> Result<String, Unchecked> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        Unchecked {
            file: entry.path.clone(),
            line: lines::starts(&error.as_bytes()[..valid]).len() as u32,
            reason: format!("not UTF-8 from byte {valid} on; save it as UTF-8"),
        }
    })
}

fn parse(entry: &Entry, bytes: Vec<u8>, names: &Recent<'_>) -> Result<File, Unchecked> {
    let text = text(entry, bytes)?;
    let facts = python::facts(&text, names).map_err(|line| Unchecked {
        file: entry.path.clone(),
        line,
        reason: "nested deeper than Python allows; the file is not judged".to_owned(),
    })?;
    Ok(File::new(entry.path.clone(), text, facts))
}

#[cfg(test)]
mod tests {
    use super::{Entry, Names, Reader};

    #[test]
    fn a_file_is_the_same_from_kept_bytes_and_read_again() {
        let path = std::env::temp_dir().join(format!("guard-lint-read-{}.py", std::process::id()));
        std::fs::write(&path, "def helper():\n    return 'ü'\n").unwrap();
        let entry = Entry {
            path: "helper.py".to_owned(),
            open: path.clone(),
        };
        let names = Names::default();
        let reader = Reader::new(&names);
        let look = reader.look(&entry);
        assert!(look.seed.unwrap().is_none() && look.bytes.is_some());
        let kept = reader.read(&entry, look.bytes).unwrap();
        let again = reader.read(&entry, None).unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!((&kept.text, kept.lines()), (&again.text, again.lines()));
        assert_eq!(kept.facts.functions[0].name, again.facts.functions[0].name);
    }
}
