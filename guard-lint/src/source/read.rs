//! One look at a file: what its bytes tell, and its facts where they tell of a router.

use std::fs;
use std::io::{self, Read};

use super::facts::Names;
use super::scan::{self, Proof};
use super::walk::{self, Entry};
use super::{File, depth, lines, python};
use crate::report::model::Unchecked;

/// The largest file that is read, in bytes. Hand-written modules stay far below it.
const LIMIT: u64 = 4 << 20;

/// What one look at a file says.
pub(super) struct Look {
    /// What would prove its source roots.
    pub(super) proofs: Vec<Proof>,
    /// Its facts, where it may define or use a router, an application or a route; or why it cannot be read.
    pub(super) seed: Result<Option<File>, Unchecked>,
}

/// Looks at a file. `buffer` is scratch space: most files are read, scanned and forgotten.
pub(super) fn look(entry: &Entry, names: &Names, buffer: &mut Vec<u8>) -> Look {
    // Tests run with a search path of their own: they are no seed, and prove no source root.
    if walk::is_test(&entry.path) {
        return Look {
            proofs: Vec::new(),
            seed: Ok(None),
        };
    }
    if let Err(reason) = fill(entry, buffer) {
        return Look {
            proofs: Vec::new(),
            seed: Err(reason),
        };
    }
    let seed = if scan::is_seed(buffer) {
        parse(entry, buffer, names).map(Some)
    } else {
        Ok(None)
    };
    Look {
        proofs: scan::proofs(&entry.path, buffer),
        seed,
    }
}

/// Reads a file that an import reached.
pub(super) fn read(entry: &Entry, names: &Names, buffer: &mut Vec<u8>) -> Result<File, Unchecked> {
    fill(entry, buffer)?;
    parse(entry, buffer, names)
}

/// Reads a file whose bytes are wanted; nothing for any other, and for one that cannot be read.
pub fn read_if(entry: &Entry, names: &Names, is_wanted: impl Fn(&[u8]) -> bool) -> Option<File> {
    let mut buffer = Vec::new();
    fill(entry, &mut buffer).ok()?;
    if !is_wanted(&buffer) {
        return None;
    }
    parse(entry, &buffer, names).ok()
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
        // One more than allowed, should the file grow meanwhile.
        file.take(LIMIT + 1).read_to_end(buffer).map_err(io)?;
    }
    let length = length.max(buffer.len() as u64);
    if length > LIMIT {
        return Err(fail(format!("{length} bytes; files over {LIMIT} bytes are not read")));
    }
    Ok(())
}

/// The text of these bytes.
pub(super) fn text<'b>(entry: &Entry, bytes: &'b [u8]) -> Result<&'b str, Unchecked> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = error.valid_up_to();
        Unchecked {
            file: entry.path.clone(),
            line: lines::starts(&bytes[..valid]).len() as u32,
            reason: format!("not UTF-8 from byte {valid} on; save it as UTF-8"),
        }
    })
}

fn parse(entry: &Entry, bytes: &[u8], names: &Names) -> Result<File, Unchecked> {
    let text = text(entry, bytes)?;
    if let Some(line) = depth::too_deep(text) {
        return Err(Unchecked {
            file: entry.path.clone(),
            line,
            reason: "nested deeper than Python allows; the file is not judged".to_owned(),
        });
    }
    let facts = python::facts(text, names);
    let lines = lines::starts(text.as_bytes());
    Ok(File {
        path: entry.path.clone(),
        text: text.to_owned(),
        lines,
        facts,
    })
}
