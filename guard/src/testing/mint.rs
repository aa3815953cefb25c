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

#[cfg(feature = "jwt")]
mod hs256 {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Claims, MintError, MintToken};
    use crate::clock::Clock;
    use crate::credential::Identity;
    use crate::credential::jwt::Hs256Issuer;

    /// The lives of the tokens.
    const LIFETIME: Duration = Duration::from_secs(600);

    /// A clock that stands at the second at which a token was issued.
    #[derive(Debug)]
    struct At(Duration);

    impl Clock for At {
        fn wall(&self) -> Option<Duration> {
            Some(self.0)
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
    }

    /// With the issuer's secret, `iss` and `aud`. A forged token has another signature.
    impl MintToken for Hs256Issuer {
        fn mint(&self, claims: &Claims) -> Result<String, MintError> {
            let issued_at = Duration::from_secs(claims.expires_at).saturating_sub(LIFETIME);
            let identity = Identity::builder(claims.user.clone())
                .tenant(claims.tenant.clone())
                .role(&claims.tenant, &*claims.role)
                .build()?;
            let issuer = self.clone().lifetime(LIFETIME)?.clock(Arc::new(At(issued_at)));
            Ok(issuer.issue(&identity)?.expose_token().to_owned())
        }

        fn forge(&self, claims: &Claims) -> Result<Option<String>, MintError> {
            let token = self.mint(claims)?;
            let (signed, signature) = token.rsplit_once('.').unwrap_or((&token, ""));
            // The first character is six bits of the signature, so another one is another signature and still canonical.
            let first = if signature.starts_with('A') { 'B' } else { 'A' };
            Ok(Some(format!(
                "{signed}.{first}{}",
                signature.get(1..).unwrap_or_default()
            )))
        }
    }
}
