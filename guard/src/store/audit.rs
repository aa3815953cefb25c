//! The audit chain.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::scope::Scope;
use super::{Backend, StoreFuture};
use crate::digest;

/// The hash of a record: SHA-256 over the hash before it, a bar, and the record's payload.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuditHash([u8; 32]);

/// A text that is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 lower-case hexadecimal digits")]
pub struct AuditHashError;

impl AuditHash {
    /// The hash of a payload that follows `previous`; the first record of a chain follows none.
    pub fn of(previous: Option<&Self>, payload: &str) -> Self {
        let mut hash = Sha256::new();
        if let Some(previous) = previous {
            hash.update(previous.to_string());
        }
        hash.update("|");
        hash.update(payload);
        Self(hash.finalize().into())
    }
}

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        digest::write(&self.0, f)
    }
}

impl fmt::Debug for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AuditHash {
    type Err = AuditHashError;

    fn from_str(text: &str) -> Result<Self, AuditHashError> {
        digest::read(text).map(Self).ok_or(AuditHashError)
    }
}

/// A record of a chain, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its number in its chain, from 1, without gaps.
    pub seq: u64,
    /// The hash of the record before it.
    pub previous: Option<AuditHash>,
    /// Its own hash.
    pub hash: AuditHash,
    /// What it says: canonical JSON.
    pub payload: String,
}

impl AuditRecord {
    /// The end of a chain whose last record this is.
    pub fn head(&self) -> AuditHead {
        AuditHead {
            seq: self.seq,
            hash: self.hash,
        }
    }
}

/// Where a chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// The number of the last record.
    pub seq: u64,
    /// Its hash.
    pub hash: AuditHash,
}

/// Keeps a chain of records for each scope. Nothing in it is ever changed or taken out.
pub trait AuditStore: Backend {
    /// Appends records in their order, in one step: all of them or none. Appending to one chain is sequential, whoever does
    /// it, so that each record follows the one before it and no other.
    ///
    /// Payloads are canonical JSON; they are kept and hashed byte for byte.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`](super::StoreError::Refused) for a payload over
    /// [`MAX_BODY_BYTES`](super::MAX_BODY_BYTES) or with a NUL.
    fn append<'a>(&'a self, scope: &'a Scope, payloads: Vec<String>) -> StoreFuture<'a, Vec<AuditRecord>>;

    /// Reads up to `limit` records with numbers above `after`, in order, as they are kept: a broken chain is read as it is.
    fn read<'a>(&'a self, scope: &'a Scope, after: u64, limit: usize) -> StoreFuture<'a, Vec<AuditRecord>>;

    /// Where the chain ends, from what is kept of it beside the records; `None` for a chain without any. A last record that
    /// is not this one was taken out or changed.
    fn head<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Option<AuditHead>>;

    /// Every scope that has a chain, in order.
    fn scopes(&self) -> StoreFuture<'_, Vec<Scope>>;
}

/// What every backend refuses alike.
pub(super) fn check_payloads(payloads: &[String]) -> Result<(), super::StoreError> {
    use super::StoreError::Refused;
    if payloads.iter().any(|payload| payload.len() > super::MAX_BODY_BYTES) {
        return Err(Refused("the payload of an audit record is over 256 KiB"));
    }
    if payloads.iter().any(|payload| payload.contains('\0')) {
        return Err(Refused(
            "the payload of an audit record holds a NUL, which JSON does not",
        ));
    }
    Ok(())
}

/// Records that follow a head, with their hashes.
pub(super) fn chain(head: Option<AuditHead>, payloads: Vec<String>) -> Vec<AuditRecord> {
    let (mut seq, mut previous) = head.map_or((0, None), |head| (head.seq, Some(head.hash)));
    let mut records = Vec::with_capacity(payloads.len());
    for payload in payloads {
        let hash = AuditHash::of(previous.as_ref(), &payload);
        seq += 1;
        records.push(AuditRecord {
            seq,
            previous,
            hash,
            payload,
        });
        previous = Some(hash);
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_contract() {
        // printf '|{}' | sha256sum, and the same after the first hash.
        let first = AuditHash::of(None, "{}");
        let second = AuditHash::of(Some(&first), "{}");
        assert_eq!(first.to_string(), FIRST);
        assert_eq!(second.to_string(), SECOND);
        assert_eq!(FIRST.parse(), Ok(first));
        for other in ["", "ab", &FIRST.to_uppercase(), &FIRST[1..]] {
            assert_eq!(other.parse::<AuditHash>(), Err(AuditHashError), "{other:?}");
        }
    }

    const FIRST: &str = "66b4a7abb122d8544f7e80257bcfa63fe630bd67217601fb08a6d06064a93a46";
    const SECOND: &str = "67b0ea9eaaab44d3602d724e8545772b08706a3b02fe4b0c4e9eb135f5585310";
}
