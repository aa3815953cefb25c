//! Subjects: words that NATS takes, whatever ids hold.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::context::OpaqueId;
use crate::store::event::StreamKey;

/// Bytes of a hash, in threes, which are four characters. Subjects go with every message, so they are short. Of a stream there is enough that nobody finds another key with its word; kinds are few, and
/// written by those who build the engine.
const KIND: usize = 6;
const STREAM: usize = 15;

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
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..bytes])
}
