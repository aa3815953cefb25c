//! Whether a chain is whole.

use std::fmt;

use crate::store::{AuditHash, AuditHead, AuditRecord, AuditStore, Scope, StoreError};

/// How many records are read at once.
const PAGE: usize = 1000;

/// What a chain is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Every record follows the one before it.
    Whole {
        /// Where it ends; `None` for a chain without a record. Note it somewhere else, and give it the next time: a chain that
        /// was cut off together with what the store knows of its end looks whole to whoever has no older end.
        head: Option<AuditHead>,
    },
    /// A record was changed, put in or taken out.
    Broken {
        /// The number of the first record that is not as it was written, or that should be there.
        seq: u64,
        /// What is wrong with it.
        fault: ChainFault,
    },
}

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainFault {
    /// It is not there.
    Missing,
    /// It does not follow the record before it.
    Previous,
    /// Its hash is not that of what it says.
    Hash,
    /// It is whole, and not the one that was there when its hash was noted.
    Replaced,
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "it is missing",
            Self::Previous => "it does not follow the record before it",
            Self::Hash => "its hash is not that of what it says",
            Self::Replaced => "it is not the one whose hash was noted",
        })
    }
}

/// Reads the chain of a scope from its first record and says whether it is whole, or which record is the first that is not.
///
/// `noted` is an end that somebody noted before, outside of the store; the chain must still hold it.
///
/// # Errors
///
/// What reading the store meets.
pub async fn verify(store: &dyn AuditStore, scope: &Scope, noted: Option<AuditHead>) -> Result<Verified, StoreError> {
    // Read first: what is appended meanwhile comes after it.
    let kept = store.head(scope).await?;
    let expected: Vec<AuditHead> = kept.into_iter().chain(noted).collect();
    let mut head: Option<AuditHead> = None;
    loop {
        let after = head.map_or(0, |head| head.seq);
        let records = store.read(scope, after, PAGE).await?;
        for record in &records {
            let seq = after_one(head);
            if let Some(fault) = fault(head, record, &expected) {
                return Ok(Verified::Broken { seq, fault });
            }
            head = Some(record.head());
        }
        if records.len() < PAGE {
            break;
        }
    }
    let last = head.map_or(0, |head| head.seq);
    if expected.iter().any(|head| head.seq > last) {
        let fault = ChainFault::Missing;
        return Ok(Verified::Broken { seq: last + 1, fault });
    }
    Ok(Verified::Whole { head })
}

fn after_one(head: Option<AuditHead>) -> u64 {
    head.map_or(1, |head| head.seq + 1)
}

fn fault(before: Option<AuditHead>, record: &AuditRecord, expected: &[AuditHead]) -> Option<ChainFault> {
    let previous: Option<AuditHash> = before.map(|before| before.hash);
    if record.seq != after_one(before) {
        return Some(ChainFault::Missing);
    }
    if record.previous != previous {
        return Some(ChainFault::Previous);
    }
    if record.hash != AuditHash::of(previous.as_ref(), &record.payload) {
        return Some(ChainFault::Hash);
    }
    let is_other = |head: &AuditHead| head.seq == record.seq && head.hash != record.hash;
    expected.iter().any(is_other).then_some(ChainFault::Replaced)
}
