//! Issues HS256 tokens, for login routes and tests.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use smol_str::SmolStr;

use super::SharedSecret;
use super::compact::encode;
use crate::clock::{Clock, SystemClock};
use crate::credential::Identity;

/// The longest life of a token that is issued here.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Issues HS256 tokens that [`JwtVerifier`](super::JwtVerifier) and the Python engine verify. Each one ends.
#[derive(Debug, Clone)]
pub struct Hs256Issuer {
    secret: SharedSecret,
    lifetime: Duration,
    issuer: Option<SmolStr>,
    audience: Option<SmolStr>,
    clock: Arc<dyn Clock>,
}

/// Why no token is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// A lifetime of less than a second or more than a day.
    #[error("a token lives for 1 second to 24 hours")]
    Lifetime,
    /// The machine does not know the time.
    #[error("the time is not known")]
    NoTime,
    /// The claims cannot be written as JSON.
    #[error("the claims cannot be written as JSON")]
    Claims,
}

/// A token, fresh from its issuer. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    token: String,
    expires_at: u64,
}

impl IssuedToken {
    /// The token, for the bearer alone.
    pub fn expose_token(&self) -> &str {
        &self.token
    }

    /// Its `exp`: seconds since 1970-01-01T00:00:00Z.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// In the order of their names, as the Python engine writes them.
#[derive(Serialize)]
struct HeaderOut<'a> {
    alg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
    typ: &'static str,
}

#[derive(Serialize)]
struct ClaimsOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_tenant_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    exp: u64,
    iat: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    role_map: BTreeMap<&'a str, &'a str>,
    sub: &'a str,
    tenant_ids: Vec<&'a str>,
}

impl Hs256Issuer {
    /// Signs with this secret; tokens live for an hour.
    pub fn new(secret: SharedSecret) -> Self {
        Self {
            secret,
            lifetime: Duration::from_secs(60 * 60),
            issuer: None,
            audience: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// Another lifetime, in whole seconds.
    ///
    /// # Errors
    ///
    /// [`IssueError::Lifetime`] below a second or above a day.
    pub fn lifetime(mut self, lifetime: Duration) -> Result<Self, IssueError> {
        if lifetime < Duration::from_secs(1) || lifetime > MAX_LIFETIME {
            return Err(IssueError::Lifetime);
        }
        self.lifetime = lifetime;
        Ok(self)
    }

    /// The claim `iss`.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<SmolStr>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// The claim `aud`.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<SmolStr>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Another clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// A token for this user. Its `iat` is now and its `exp` a lifetime later, whatever the identity says of its end.
    ///
    /// # Errors
    ///
    /// [`IssueError`] where the time is not known.
    pub fn issue(&self, identity: &Identity) -> Result<IssuedToken, IssueError> {
        let now = self.clock.wall().ok_or(IssueError::NoTime)?.as_secs();
        let expires_at = now.saturating_add(self.lifetime.as_secs());
        let roles = identity
            .tenants()
            .filter_map(|tenant| Some((tenant.as_str(), identity.role_in(tenant)?)));
        let claims = ClaimsOut {
            aud: self.audience.as_deref(),
            default_tenant_id: identity.default_tenant().map(|tenant| tenant.as_str()),
            email: identity.email(),
            exp: expires_at,
            iat: now,
            iss: self.issuer.as_deref(),
            role_map: roles.collect(),
            sub: identity.user_id().as_str(),
            tenant_ids: identity.tenants().map(|tenant| tenant.as_str()).collect(),
        };
        let header = HeaderOut {
            alg: "HS256",
            kid: self.secret.id(),
            typ: "JWT",
        };
        let token = format!("{}.{}", part(&header)?, part(&claims)?);
        let signature = encode(self.secret.sign(token.as_bytes()).as_ref());
        Ok(IssuedToken {
            token: format!("{token}.{signature}"),
            expires_at,
        })
    }
}

fn part(document: &impl Serialize) -> Result<String, IssueError> {
    let json = serde_json::to_vec(document).map_err(|_| IssueError::Claims)?;
    Ok(encode(&json))
}
