//! The verifier.

use std::sync::Arc;
use std::time::Duration;

use super::cache::{Entry, Hit, TokenCache};
use super::claims::Claims;
use super::compact::Compact;
use super::header::{Header, TokenTypes};
use super::keys::{Checked, Keys};
use super::policy::{Expected, Judgement, Policy};
use super::{JwtVerifierBuilder, Refusal, SharedSecret};
use crate::clock::Clock;
use crate::credential::jwks::{Jwks, Patience, Refresh};
use crate::credential::{TokenError, Verification, Verified, VerifyToken};

/// Verifies bearer JWTs with shared secrets or with the keys of a JWKS document, never with both.
///
/// A token is judged in this order: size, form, header, signature, and only then its claims. Clones share keys and cache.
#[derive(Debug, Clone)]
pub struct JwtVerifier {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) keys: Keys,
    pub(super) types: TokenTypes,
    pub(super) policy: Policy,
    pub(super) cache: TokenCache,
    pub(super) max_bytes: usize,
    pub(super) clock: Arc<dyn Clock>,
}

/// What a token came to without waiting.
enum Step {
    Done(Verified),
    Wait(Refresh),
}

impl JwtVerifier {
    /// A verifier of HS256 tokens. Every secret of the list is good: put the new one beside the old to rotate.
    pub fn with_shared_secrets(
        secrets: impl IntoIterator<Item = SharedSecret>,
    ) -> JwtVerifierBuilder<Vec<SharedSecret>> {
        JwtVerifierBuilder::new(secrets.into_iter().collect())
    }

    /// A verifier of RS256, ES256 and EdDSA tokens.
    pub fn with_jwks(jwks: Jwks) -> JwtVerifierBuilder<Jwks> {
        JwtVerifierBuilder::new(jwks)
    }

    pub(super) fn from_inner(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// Forgets every verified token: the next request with it is judged anew.
    pub fn forget_verified(&self) {
        self.inner.cache.clear();
    }

    /// The issuers that `iss` may name, where they are configured.
    pub(super) fn issuers(&self) -> Option<&[smol_str::SmolStr]> {
        match &self.inner.policy.issuer {
            Expected::OneOf(names) => Some(names),
            Expected::Absent | Expected::Anything => None,
        }
    }

    pub(super) fn refuses_any_issuer(&self) -> bool {
        matches!(self.inner.policy.issuer, Expected::Absent)
    }

    pub(super) fn max_bytes(&self) -> usize {
        self.inner.max_bytes
    }

    /// The answer of the cache alone.
    pub(super) fn cached(&self, token: &str, now: Duration) -> Option<Verified> {
        let inner = &self.inner;
        if token.len() > inner.max_bytes {
            return None;
        }
        match inner.cache.get(token, inner.keys.generation()?, now.as_secs())? {
            Hit::Verified(identity) => Some(Ok(identity)),
            Hit::Expired => Some(Err(TokenError::Expired)),
        }
    }

    pub(super) fn verify_uncached(&self, token: &str, now: Duration) -> Verification {
        match self.inner.judge(token, now, Patience::Wait) {
            Step::Done(verified) => Verification::Done(verified),
            Step::Wait(refresh) => {
                let (inner, token) = (Arc::clone(&self.inner), token.to_owned());
                let asked = inner.clock.monotonic();
                Verification::Later(Box::pin(async move {
                    refresh.landed().await;
                    // The caller's time, and what has passed since.
                    let now = now + inner.clock.monotonic().saturating_sub(asked);
                    match inner.judge(&token, now, Patience::None) {
                        Step::Done(verified) => verified,
                        Step::Wait(_) => Err(TokenError::unavailable("the keys are still being fetched")),
                    }
                }))
            }
        }
    }
}

impl VerifyToken for JwtVerifier {
    fn verify(&self, token: &str, now: Duration) -> Verification {
        match self.cached(token, now) {
            Some(verified) => Verification::Done(verified),
            None => self.verify_uncached(token, now),
        }
    }
}

impl Inner {
    fn judge(&self, token: &str, now: Duration, patience: Patience) -> Step {
        match self.try_judge(token, now, patience) {
            Ok(step) => step,
            Err(refusal) => Step::Done(Err(refusal.into())),
        }
    }

    fn try_judge(&self, token: &str, now: Duration, patience: Patience) -> Result<Step, Refusal> {
        if token.len() > self.max_bytes {
            return Err(Refusal::TooLong);
        }
        let compact = Compact::split(token)?;
        let header = compact.header()?;
        let header = Header::parse(&header)?;
        self.types.check(&header)?;
        let generation = match self.keys.check(&header, &compact, patience) {
            Checked::Right { generation } => generation,
            Checked::Refused(refusal) => return Err(refusal),
            Checked::Wait(refresh) => return Ok(Step::Wait(refresh)),
            Checked::Unavailable(cause) => return Ok(Step::Done(Err(TokenError::Unavailable(cause)))),
        };
        let payload = compact.payload()?;
        match self.policy.judge(Claims::parse(&payload)?, now.as_secs()) {
            Ok((identity, window)) => {
                let identity = Arc::new(identity);
                let entry = Entry {
                    identity: Arc::clone(&identity),
                    window,
                    generation,
                };
                self.cache.insert(token, entry);
                Ok(Step::Done(Ok(identity)))
            }
            Err(Judgement::Expired) => Ok(Step::Done(Err(TokenError::Expired))),
            Err(Judgement::Refused(refusal)) => Err(refusal),
        }
    }
}
