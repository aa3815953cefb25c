//! Who asks: the only source of identity.
//!
//! A [`VerifyToken`] turns a bearer token into an [`Identity`]. The layer calls it before anything else of a guarded
//! request is believed; headers then choose a scope that the identity has to allow.
//!
//! With the feature `jwt`, `jwt` verifies bearer JWTs and `jwks` keeps the public keys for them. [`membership`] asks whether
//! what a token said of a tenant still holds.

mod flight;
mod identity;
#[cfg(feature = "jwt")]
pub mod jwks;
#[cfg(feature = "jwt")]
pub mod jwt;
pub mod membership;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub use identity::{Identity, IdentityBuilder, IdentityError};

/// Verifies bearer tokens.
///
/// An implementation that finds its answer in memory returns [`Verification::Done`], which costs no allocation. The layer
/// itself compares [`Identity::expires_at`] with its own clock for every request, however old the answer is.
pub trait VerifyToken: Send + Sync + 'static {
    /// Judges a token. `now` is the time since 1970-01-01T00:00:00Z.
    fn verify(&self, token: &str, now: Duration) -> Verification;
}

impl<T: VerifyToken + ?Sized> VerifyToken for Arc<T> {
    fn verify(&self, token: &str, now: Duration) -> Verification {
        (**self).verify(token, now)
    }
}

/// What a verifier found.
pub type Verified = Result<Arc<Identity>, TokenError>;

/// The answer to a token, at once or later.
pub enum Verification {
    /// Known without waiting.
    Done(Verified),
    /// It takes a wait, for keys say.
    Later(Pin<Box<dyn Future<Output = Verified> + Send>>),
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(verified) => f.debug_tuple("Done").field(verified).finish(),
            Self::Later(_) => f.write_str("Later(..)"),
        }
    }
}

/// Why a token gives no identity. A client learns which of the three, and nothing of the cause.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Malformed, wrongly signed, of a wrong algorithm, or a claim is missing or wrong: `auth.token_invalid`.
    #[error("the token is invalid")]
    Invalid(#[source] Cause),
    /// Past its `exp`: `auth.token_expired`.
    #[error("the token has expired")]
    Expired,
    /// It cannot be judged now, because no keys could be had: `http.exception` with status 503. Nobody gets in.
    #[error("the token cannot be judged now")]
    Unavailable(#[source] Cause),
}

impl TokenError {
    /// [`TokenError::Invalid`] with this cause.
    pub fn invalid(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Invalid(Cause::new(cause))
    }

    /// [`TokenError::Unavailable`] with this cause.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(Cause::new(cause))
    }
}

/// A cause for the log. It must not quote the token.
#[derive(Debug, Clone)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    /// Takes an error or a text.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }

    /// The error inside, if it is of this type.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
