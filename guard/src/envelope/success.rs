//! The envelope of a success.

use serde::{Deserialize, Serialize};

/// `{"data": ...}`.
///
/// Deserialising refuses any other key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope<T> {
    /// What the handler answers.
    pub data: T,
}

impl<T> Envelope<T> {
    /// Wraps `data`.
    pub const fn new(data: T) -> Self {
        Self { data }
    }
}
