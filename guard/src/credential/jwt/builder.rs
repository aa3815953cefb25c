//! Builds a verifier, and refuses settings that are weak.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::cache::TokenCache;
use super::header::TokenTypes;
use super::keys::Keys;
use super::policy::{Expected, MAX_LEEWAY, Policy};
use super::secret::SecretRing;
use super::verifier::Inner;
use super::{JwtVerifier, SecretError, SharedSecret};
use crate::clock::{Clock, SystemClock};
use crate::credential::jwks::Jwks;

/// The most bytes that a token may have by any setting.
const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// Why the settings make no verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwtBuildError {
    /// The shared secrets.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Tokens of a JWKS document's keys, and no issuer.
    #[error("keys from a JWKS need the issuer they belong to")]
    IssuerMissing,
    /// Tokens of a JWKS document's keys, and no audience.
    #[error("keys from a JWKS need the audience that tokens must name: the same issuer signs tokens for others")]
    AudienceMissing,
    /// An issuer, an audience or a token type is empty.
    #[error("an issuer, an audience or a token type is empty")]
    EmptyName,
    /// More leeway than [`MAX_LEEWAY`].
    #[error("the leeway exceeds {} seconds", MAX_LEEWAY.as_secs())]
    Leeway,
    /// No lifetime, or no bytes, or more than 64 KiB of them.
    #[error("the largest lifetime or size of a token is out of range")]
    Limit,
}

/// Builds a [`JwtVerifier`]. `K` is the kind of its keys, which it has from the start: secrets, or a JWKS.
#[must_use]
pub struct JwtVerifierBuilder<K> {
    keys: K,
    issuers: Names,
    audiences: Names,
    leeway: Duration,
    max_lifetime: Duration,
    max_bytes: usize,
    types: TokenTypes,
    capacity: usize,
    without_exp: bool,
    clock: Arc<dyn Clock>,
}

/// What was said of `iss` or `aud`.
#[derive(Debug, Default)]
struct Names {
    accepted: Vec<SmolStr>,
    any: bool,
}

impl Names {
    fn expected(self) -> Expected {
        match self.accepted.is_empty() {
            true if self.any => Expected::Anything,
            true => Expected::Absent,
            false => Expected::OneOf(self.accepted),
        }
    }

    fn is_open(&self) -> bool {
        self.accepted.is_empty() && !self.any
    }
}

impl<K> JwtVerifierBuilder<K> {
    pub(super) fn new(keys: K) -> Self {
        Self {
            keys,
            issuers: Names::default(),
            audiences: Names::default(),
            leeway: Duration::ZERO,
            max_lifetime: Duration::from_secs(24 * 60 * 60),
            max_bytes: 8 * 1024,
            types: TokenTypes::default(),
            capacity: 10_000,
            without_exp: false,
            clock: Arc::new(SystemClock),
        }
    }

    /// Requires `iss` to be this, or another one that was named here. Without any, a token that has `iss` is refused.
    pub fn issuer(mut self, issuer: impl Into<SmolStr>) -> Self {
        self.issuers.accepted.push(issuer.into());
        self
    }

    /// Requires `aud` to name this, or another one that was named here. Without any, a token that has `aud` is refused.
    pub fn audience(mut self, audience: impl Into<SmolStr>) -> Self {
        self.audiences.accepted.push(audience.into());
        self
    }

    /// Takes tokens of any issuer and of none, unless one is named.
    pub fn dangerously_accept_any_issuer(mut self) -> Self {
        self.issuers.any = true;
        self
    }

    /// Takes tokens for any audience and for none, unless one is named. Amazon Cognito's access tokens have no `aud`.
    pub fn dangerously_accept_any_audience(mut self) -> Self {
        self.audiences.any = true;
        self
    }

    /// How far the clocks of issuer and verifier may differ: none by default, at most [`MAX_LEEWAY`], in whole seconds.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// The longest life of a token, from its `iat` or else from now: a day by default.
    pub fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.max_lifetime = lifetime;
        self
    }

    /// The longest token: 8 KiB by default, at most 64 KiB.
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The header's `typ` must be one of these, ASCII case aside, or absent: `JWT` and `at+jwt` by default.
    pub fn token_types<T: Into<SmolStr>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.types.accepted = types.into_iter().map(Into::into).collect();
        self
    }

    /// Refuses tokens without `typ` too. With the one type `at+jwt`, an id token of the same issuer is no access token:
    /// RFC 9068.
    pub fn require_token_type(mut self) -> Self {
        self.types.required = true;
        self
    }

    /// How many verified tokens are remembered: 10 000 by default, none with 0.
    pub fn cache_capacity(mut self, tokens: usize) -> Self {
        self.capacity = tokens;
        self
    }

    /// Another clock. It tells only how long a fetch of keys took; the time of a request is the caller's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    fn finish(self, keys: impl FnOnce(K) -> Result<Keys, JwtBuildError>) -> Result<JwtVerifier, JwtBuildError> {
        let names = [&self.issuers.accepted, &self.audiences.accepted, &self.types.accepted];
        if names.into_iter().flatten().any(|name| name.is_empty()) {
            return Err(JwtBuildError::EmptyName);
        }
        if self.leeway > MAX_LEEWAY {
            return Err(JwtBuildError::Leeway);
        }
        let sized = (1..=MAX_TOKEN_BYTES).contains(&self.max_bytes);
        if !sized || self.max_lifetime.as_secs() == 0 {
            return Err(JwtBuildError::Limit);
        }
        Ok(JwtVerifier::from_inner(Inner {
            keys: keys(self.keys)?,
            types: self.types,
            policy: Policy {
                issuer: self.issuers.expected(),
                audience: self.audiences.expected(),
                leeway: self.leeway.as_secs(),
                max_lifetime: self.max_lifetime.as_secs(),
                without_exp: self.without_exp,
            },
            cache: TokenCache::new(self.capacity),
            max_bytes: self.max_bytes,
            clock: self.clock,
        }))
    }
}

impl JwtVerifierBuilder<Vec<SharedSecret>> {
    /// Takes tokens without `exp`, as the Python engine mints them. They never end; an identity from one has no
    /// [`expires_at`](crate::credential::Identity::expires_at), which is good for mode lab alone.
    pub fn dangerously_accept_tokens_without_exp(mut self) -> Self {
        self.without_exp = true;
        self
    }

    /// The verifier.
    ///
    /// # Errors
    ///
    /// [`JwtBuildError`], by the name of what is wrong.
    pub fn build(self) -> Result<JwtVerifier, JwtBuildError> {
        self.finish(|secrets| Ok(Keys::Shared(SecretRing::new(secrets)?)))
    }
}

impl JwtVerifierBuilder<Jwks> {
    /// The verifier.
    ///
    /// # Errors
    ///
    /// [`JwtBuildError`], by the name of what is wrong. Issuer and audience have to be named: a JWKS signs for more than
    /// one reader.
    pub fn build(self) -> Result<JwtVerifier, JwtBuildError> {
        if self.issuers.is_open() {
            return Err(JwtBuildError::IssuerMissing);
        }
        if self.audiences.is_open() {
            return Err(JwtBuildError::AudienceMissing);
        }
        self.finish(|jwks| Ok(Keys::Public(jwks)))
    }
}

impl<K> fmt::Debug for JwtVerifierBuilder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtVerifierBuilder")
            .field("issuers", &self.issuers)
            .field("audiences", &self.audiences)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> JwtVerifierBuilder<Vec<SharedSecret>> {
        JwtVerifier::with_shared_secrets([SharedSecret::new([b's'; 32]).unwrap()])
    }

    #[test]
    fn weak_settings_are_refused() {
        let refused = |builder: JwtVerifierBuilder<Vec<SharedSecret>>| builder.build().unwrap_err();
        assert_eq!(refused(JwtVerifier::with_shared_secrets([])), SecretError::Empty.into());
        assert_eq!(
            refused(builder().leeway(Duration::from_millis(30_001))),
            JwtBuildError::Leeway
        );
        assert_eq!(refused(builder().issuer("")), JwtBuildError::EmptyName);
        assert_eq!(refused(builder().audience("")), JwtBuildError::EmptyName);
        assert_eq!(refused(builder().token_types([""])), JwtBuildError::EmptyName);
        assert_eq!(refused(builder().max_token_bytes(0)), JwtBuildError::Limit);
        assert_eq!(refused(builder().max_token_bytes(65_537)), JwtBuildError::Limit);
        assert_eq!(refused(builder().max_lifetime(Duration::ZERO)), JwtBuildError::Limit);
        assert!(builder().leeway(MAX_LEEWAY).build().is_ok());
    }
}
