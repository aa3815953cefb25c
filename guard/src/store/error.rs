//! What goes wrong.

use std::error::Error;
use std::path::PathBuf;

use crate::credential::Cause;

/// Why a store gives no answer. None of it is for a client: whoever asks for a decision denies.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be reached, or does not answer in time. A change may have been made.
    #[error("the store cannot be reached")]
    Unavailable(#[source] Cause),
    /// Nothing more can be written: the disk or the quota is full. The change was not made.
    #[error("the store is full: free space, then try again")]
    Full(#[source] Cause),
    /// What it holds is not what this version writes.
    #[error("the store holds something that this version did not write: {0}")]
    Corrupt(String),
    /// The call is outside the store's limits. Nothing was changed.
    #[error("{0}")]
    Refused(&'static str),
    /// What was written did not come back after opening the place again.
    #[error("what was written was not there after opening the store again: {0}")]
    Unproven(&'static str),
}

impl StoreError {
    /// [`StoreError::Unavailable`] with this cause.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(Cause::new(cause))
    }

    /// [`StoreError::Full`] with this cause.
    pub fn full(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Full(Cause::new(cause))
    }
}

/// Why a store does not open. Each message says what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address is none of this backend's.
    #[error("the address of the store: {0}")]
    Address(String),
    /// Nobody answers there, or the login is refused.
    #[error("the store {place} cannot be reached; is it running, and is the address right?")]
    Unreachable {
        /// The place, without a password.
        place: String,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// A later version of this crate wrote it.
    #[error(
        "the store has schema version {found}, and this program knows up to {known}; run the version that wrote it, or a \
         later one"
    )]
    Schema {
        /// The version in the store.
        found: i64,
        /// The latest that this program knows.
        known: i64,
    },
    /// Another process writes the file.
    #[error(
        "{} is open in another process; stop that one, or open it with `shared` in both, or move to PostgreSQL",
        .0.display()
    )]
    InUse(PathBuf),
    /// The place works, and not as the guard needs it.
    #[error("the store {place}: {problem}")]
    Unsuitable {
        /// The place, without a password.
        place: String,
        /// What is wrong, and the mend.
        problem: String,
    },
    /// Making or reading the tables failed.
    #[error("the store opened, and its tables could not be made or read")]
    Tables(#[source] StoreError),
}
