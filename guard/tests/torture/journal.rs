//! What a process was about to do, and what it was answered: one line of JSON each.
//!
//! A line is written by one call before the process goes on, so what a killed process wrote is there, but for half a line at
//! the end.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use guard::store::EventId;
use serde::{Deserialize, Serialize};

/// A charge ends in one of these ways, unless nobody ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    Settle(u64),
    Release,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Line {
    /// The stores are open.
    Open,
    /// So many events, numbered from `first` on, go to a stream.
    Append {
        stream: u64,
        writer: u64,
        first: u64,
        count: u64,
    },
    Appended {
        stream: u64,
        writer: u64,
        first: u64,
        ids: Vec<EventId>,
    },
    /// An amount is to be held.
    Reserve {
        key: String,
        account: String,
        amount: u64,
        expires: bool,
    },
    Reserved {
        key: String,
        held: bool,
    },
    /// A charge is to be ended.
    Finish {
        key: String,
        end: End,
    },
    Finished {
        key: String,
    },
    /// A ticket is to be used that ends then.
    Use {
        ticket: String,
        end: u64,
    },
    Used {
        ticket: String,
        first: bool,
    },
    /// So many records, numbered from `first` on, go to the chain.
    Record {
        writer: u64,
        first: u64,
        count: u64,
    },
    Recorded {
        writer: u64,
        first: u64,
        seq: u64,
        hashes: Vec<String>,
    },
    Put {
        policy: String,
        number: u64,
    },
    Stored {
        policy: String,
        number: u64,
        version: u64,
    },
}

/// Where a process writes its lines. Clones write into one file.
#[derive(Debug, Clone)]
pub(crate) struct Journal(Arc<Mutex<File>>);

impl Journal {
    pub(crate) fn create(path: &Path) -> Self {
        Self(Arc::new(Mutex::new(File::create_new(path).unwrap())))
    }

    pub(crate) fn say(&self, line: &Line) {
        let mut text = serde_json::to_string(line).unwrap();
        text.push('\n');
        self.0.lock().unwrap().write_all(text.as_bytes()).unwrap();
    }
}

/// The lines of a journal; none where its process was killed before it made one.
pub(crate) fn read(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
