//! What names say, each asked once.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::model::Model;
use crate::source::facts::Name;
use crate::vocabulary::{Vocabulary, has_word, starts_with};

/// How far up it stands whether something was asked.
const ASKED: u32 = 16;

/// A row of what changes a store.
pub(super) const WRITES: u32 = 1;
/// Its first word is one of changing something.
pub(super) const WRITE_VERB: u32 = 1 << 2;
/// It names a store.
pub(super) const STORE: u32 = 1 << 3;
/// It names something that is kept beside the work.
pub(super) const ASIDE: u32 = 1 << 4;
/// It names a gate.
pub(super) const GATE: u32 = 1 << 5;
/// A row of what records usage.
pub(super) const USAGE_ROW: u32 = 1 << 6;
/// A row of what writes an audit record.
pub(super) const AUDIT_ROW: u32 = 1 << 7;
/// Its first word is one of recording something.
pub(super) const RECORD_VERB: u32 = 1 << 8;
/// It names what keeps usage.
pub(super) const USAGE_WORD: u32 = 1 << 9;
/// It names what keeps audit records.
pub(super) const AUDIT_WORD: u32 = 1 << 10;
/// It names a person's data; a constant names none.
pub(super) const PERSONAL: u32 = 1 << 11;
/// A row of what stores an artifact.
pub(super) const ARTIFACT_STORE: u32 = 1 << 12;
/// It names a class of artifacts.
pub(super) const ARTIFACT_CLASS: u32 = 1 << 13;
/// A row of what logs.
pub(super) const LOG_METHOD: u32 = 1 << 14;
/// It names a logger.
pub(super) const LOG_WORD: u32 = 1 << 15;

/// What the names of a program say. Threads share it: what a name says does not depend on who asks.
#[derive(Default)]
pub(super) struct Said(Vec<AtomicU32>);

impl Said {
    /// Nothing was asked yet.
    pub(super) fn new(model: &Model<'_>) -> Self {
        let mut names = Vec::new();
        names.resize_with(model.names.len(), AtomicU32::default);
        Self(names)
    }

    /// Whether a name says any of these.
    pub(super) fn says(&self, name: Name, text: &str, words: &Vocabulary, what: u32) -> bool {
        // A name that came later than this list is asked every time.
        let known = self.0.get(name.index());
        let before = known.map_or(0, |said| said.load(Ordering::Relaxed));
        let new = what & !(before >> ASKED);
        if new == 0 {
            return before & what != 0;
        }
        let said = ask(text, words, new);
        if let Some(known) = known {
            known.fetch_or(said | new << ASKED, Ordering::Relaxed);
        }
        (before | said) & what != 0
    }
}

/// Which of these a name says.
fn ask(text: &str, words: &Vocabulary, what: u32) -> u32 {
    let records = &words.records;
    let is_row = |rows: &[String]| rows.iter().any(|row| row == text);
    let is_constant = || !text.chars().any(char::is_lowercase);
    let is_class = || text.trim_start_matches('_').starts_with(char::is_uppercase);
    let mut said = 0;
    for bit in (0..ASKED).map(|place| 1 << place).filter(|bit| what & bit != 0) {
        let says = match bit {
            WRITES => is_row(&words.writes),
            WRITE_VERB => starts_with(text, &words.write_verbs),
            STORE => has_word(text, &words.store_words),
            ASIDE => has_word(text, &words.aside_words),
            GATE => has_word(text, &words.gate_words),
            USAGE_ROW => is_row(&records.usage_records),
            AUDIT_ROW => is_row(&records.audit_records),
            RECORD_VERB => starts_with(text, &records.recording_verbs),
            USAGE_WORD => has_word(text, &records.usage_words),
            AUDIT_WORD => has_word(text, &records.audit_words),
            PERSONAL => has_word(text, &records.personal_words) && !is_constant(),
            ARTIFACT_STORE => is_row(&records.artifact_stores),
            ARTIFACT_CLASS => is_class() && has_word(text, &records.artifact_words),
            LOG_METHOD => is_row(&records.log_methods),
            LOG_WORD => has_word(text, &records.log_words),
            _ => false,
        };
        said |= if says { bit } else { 0 };
    }
    said
}
