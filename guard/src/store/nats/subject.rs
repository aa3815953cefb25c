//! Subjects: words that NATS takes, whatever ids hold.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::context::OpaqueId;
use crate::store::event::StreamKey;

/// Bytes of a hash. Subjects go with every message, so they are short; of a stream there is enough that nobody finds another
/// key with its word.
const KIND: usize = 8;
const STREAM: usize = 16;

/// The subject of a stream.
pub(super) fn of_stream(prefix: &str, stream: &StreamKey) -> String {
    let (kind, stream) = (word(stream.kind.as_str(), KIND), word(&stream.to_string(), STREAM));
    format!("{prefix}.{kind}.{stream}")
}

/// The subjects of all streams of a kind.
pub(super) fn of_kind(prefix: &str, kind: &OpaqueId) -> String {
    format!("{prefix}.{}.*", word(kind.as_str(), KIND))
}

/// A subject of no stream, and a text that nothing else has.
pub(super) fn proof(prefix: &str) -> (String, String) {
    (format!("{prefix}.proof"), Uuid::new_v4().to_string())
}

/// So many bytes of a text's hash.
fn word(text: &str, bytes: usize) -> String {
    let mut word = String::with_capacity(2 * bytes);
    for byte in &Sha256::digest(text)[..bytes] {
        // Writing to a text cannot fail.
        let _ = write!(word, "{byte:02x}");
    }
    word
}
