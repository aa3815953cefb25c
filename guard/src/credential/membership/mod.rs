//! Whether a token's word on a tenant still holds.
//!
//! A token lives on after its bearer has left a tenant. A [`MembershipLookup`] knows better, and [`CachedMembership`] keeps
//! it from being asked for every request.

mod cached;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use smol_str::SmolStr;

pub use cached::{CachedMembership, CachedMembershipBuilder, MembershipBuildError};

use super::Cause;
use crate::context::{OpaqueId, TenantId};

/// Knows the members of tenants.
pub trait MembershipLookup: Send + Sync + 'static {
    /// The role of a user in a tenant.
    fn lookup(&self, user: &OpaqueId, tenant: &TenantId) -> MembershipAnswer;
}

impl<T: MembershipLookup + ?Sized> MembershipLookup for Arc<T> {
    fn lookup(&self, user: &OpaqueId, tenant: &TenantId) -> MembershipAnswer {
        (**self).lookup(user, tenant)
    }
}

/// A role, `None` for no member, or why it is not known, in which case nobody gets in.
pub type MembershipResult = Result<Option<SmolStr>, MembershipUnavailable>;

/// The answer to a lookup, at once or later.
pub enum MembershipAnswer {
    /// Known without waiting.
    Done(MembershipResult),
    /// It takes a wait, for a database say.
    Later(Pin<Box<dyn Future<Output = MembershipResult> + Send>>),
}

impl fmt::Debug for MembershipAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(result) => f.debug_tuple("Done").field(result).finish(),
            Self::Later(_) => f.write_str("Later(..)"),
        }
    }
}

/// The members of a tenant are not known now.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the membership cannot be looked up now")]
pub struct MembershipUnavailable(#[source] Cause);

impl MembershipUnavailable {
    /// With this cause, for the log.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Cause::new(cause))
    }
}
