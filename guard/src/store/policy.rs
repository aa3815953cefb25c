//! The policies of gates.

use std::fmt;

use super::scope::Scope;
use super::wake::Tail;
use super::{Backend, StoreFuture};
use crate::context::{OpaqueId, TenantId};
use crate::envelope::Gate;

/// Where a policy holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyScope {
    /// Everywhere.
    Everywhere,
    /// For a tenant, in every mode and project.
    Tenant(TenantId),
    /// In one scope.
    Scope(Scope),
}

/// Nothing, the tenant, or the scope: no two share a text.
impl fmt::Display for PolicyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => Ok(()),
            Self::Tenant(tenant) => tenant.fmt(f),
            Self::Scope(scope) => scope.fmt(f),
        }
    }
}

/// Which policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyKey {
    /// Whose.
    pub gate: Gate,
    /// Where it holds.
    pub scope: PolicyScope,
    /// What it is about, in words of the gate: an action, a surface, a metric; empty for all. At most 256 bytes.
    pub subject: String,
}

/// A policy, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which.
    pub key: PolicyKey,
    /// How often it was put: 1 for the first.
    pub version: u64,
    /// Its place in the order of all changes of the store. There may be gaps.
    pub revision: u64,
    /// What it says: JSON in words of the gate; `None` after it was taken back.
    pub body: Option<String>,
    /// Who put it.
    pub by: OpaqueId,
    /// When, in milliseconds since 1970-01-01T00:00:00Z, by the clock of whoever put it.
    pub at_ms: u64,
}

/// A change of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutPolicy {
    /// Which.
    pub key: PolicyKey,
    /// What it shall say; `None` takes it back. At most [`MAX_BODY_BYTES`](super::MAX_BODY_BYTES).
    pub body: Option<String>,
    /// The version that it replaces, 0 for none; `None` replaces whatever there is.
    pub expected: Option<u64>,
    /// Who puts it.
    pub by: OpaqueId,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: u64,
}

/// The answer to a [`PutPolicy`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It holds now.
    Stored(Policy),
    /// Somebody else was first: this is the version that there is, 0 for none. Nothing was changed.
    Conflict(u64),
}

/// Keeps the policies of gates: small documents with versions.
///
/// A process keeps its own copy: it makes a [`Tail`], reads [`changes`](Self::changes) from 0, waits for the tail, and reads
/// on from the last revision. A kill switch has to fall on every process within a second, so it also reads when the tail
/// slept for that long.
pub trait PolicyStore: Backend {
    /// A policy; `None` for one that was never put.
    fn get<'a>(&'a self, key: &'a PolicyKey) -> StoreFuture<'a, Option<Policy>>;

    /// Changes a policy, if its version is the expected one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`](super::StoreError::Refused) for a subject or body that is too long or holds a NUL.
    fn put(&self, policy: PutPolicy) -> StoreFuture<'_, Put>;

    /// Up to `limit` policies that changed after a revision, 0 for all, each as it is now, in the order of their revisions.
    ///
    /// Whoever has seen a revision has seen all changes up to it.
    fn changes(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<Policy>>;

    /// Wakes when policies may have changed, in this process or another one.
    fn watch(&self) -> Tail;
}

/// What every backend refuses alike.
pub(super) fn check_policy(policy: &PutPolicy) -> Result<(), super::StoreError> {
    use super::StoreError::Refused;
    if policy.key.subject.len() > 256 || policy.key.subject.contains('\0') {
        return Err(Refused("the subject of a policy has at most 256 bytes, without NUL"));
    }
    if policy
        .body
        .as_ref()
        .is_some_and(|body| body.len() > super::MAX_BODY_BYTES || body.contains('\0'))
    {
        return Err(Refused("the body of a policy has at most 256 KiB, without NUL"));
    }
    if i64::try_from(policy.at_ms).is_err() {
        return Err(Refused("the time of a policy is past all reckoning"));
    }
    Ok(())
}
