//! Subjects: words that NATS takes, whatever ids hold.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::context::OpaqueId;
use crate::store::event::StreamKey;

/// The subject of a stream.
pub(super) fn of_stream(prefix: &str, stream: &StreamKey) -> String {
    format!("{prefix}.{}.{}", word(stream.kind.as_str()), word(&stream.to_string()))
}

/// The subjects of all streams of a kind.
pub(super) fn of_kind(prefix: &str, kind: &OpaqueId) -> String {
    format!("{prefix}.{}.*", word(kind.as_str()))
}

/// A subject of no stream, and a text that nothing else has.
pub(super) fn proof(prefix: &str) -> (String, String) {
    (format!("{prefix}.proof"), Uuid::new_v4().to_string())
}

/// The whole hash: nobody finds two texts with one word.
fn word(text: &str) -> String {
    let mut word = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        // Writing to a text cannot fail.
        let _ = write!(word, "{byte:02x}");
    }
    word
}
