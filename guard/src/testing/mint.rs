//! Credentials for probes.

use std::error::Error;

use crate::context::{OpaqueId, TenantId};

/// What a token is to say. It names no default tenant, or a missing tenant header would be none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The user.
    pub user: OpaqueId,
    /// The only tenant.
    pub tenant: TenantId,
    /// The role in it.
    pub role: String,
    /// The second since 1970-01-01T00:00:00Z at which it ends. It may lie in the past.
    pub expires_at: u64,
}

/// Why there is no token.
pub type MintError = Box<dyn Error + Send + Sync>;

/// Mints tokens that the engine's verifier accepts. A closure from [`Claims`] to a token is one.
pub trait MintToken {
    /// A token that says this.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being made. The checks that need it then fail.
    fn mint(&self, claims: &Claims) -> Result<String, MintError>;

    /// A token that says this and that nobody signed, or signed with another key; `None` where nobody signs at all.
    ///
    /// # Errors
    ///
    /// As [`MintToken::mint`].
    fn forge(&self, claims: &Claims) -> Result<Option<String>, MintError> {
        let _ = claims;
        Ok(None)
    }
}

impl<F: Fn(&Claims) -> Result<String, MintError>> MintToken for F {
    fn mint(&self, claims: &Claims) -> Result<String, MintError> {
        self(claims)
    }
}
