//! Public keys from a JWKS document.
//!
//! ```
//! use guard::credential::jwks::{FileJwks, Jwks};
//! use guard::credential::jwt::JwtVerifier;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let jwks = Jwks::builder(FileJwks::new("/etc/engine/jwks.json")).build()?;
//! let verifier = JwtVerifier::with_jwks(jwks)
//!     .issuer("https://id.example.com/")
//!     .audience("engine")
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! A document may hold RSA keys of 2048 to 8192 bits, keys on P-256, and Ed25519 keys: RS256, ES256 and EdDSA. Entries of
//! another kind, for another use, too small, malformed, symmetric, or published with their private half are left out and
//! logged. Two usable keys with one `kid` make a document invalid, since the choice between them would be a guess.

mod builder;
mod document;
#[cfg(feature = "jwks-http")]
mod http;
mod source;
mod store;

use super::Cause;

pub(crate) use store::{Found, Patience, Refresh};

pub use builder::{JwksBuildError, JwksBuilder};
#[cfg(feature = "jwks-http")]
pub use http::{HttpJwks, HttpJwksError};
pub use source::{Fetch, FileJwks, JwksSource, StaticJwks};
pub use store::Jwks;

/// Why there are no keys, or no newer ones. The messages quote nothing of the document.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// Nothing has been fetched yet.
    #[error("the JWKS document has not been fetched yet")]
    NotFetched,
    /// The source failed.
    #[error("the JWKS document could not be fetched")]
    Fetch(#[source] Cause),
    /// The source took too long.
    #[error("the JWKS document did not come in time")]
    Timeout,
    /// The fetch panicked, or its runtime ended.
    #[error("fetching the JWKS document was interrupted")]
    Interrupted,
    /// A fetch needs a tokio runtime.
    #[error("the JWKS document is fetched on a tokio runtime, and none is entered here")]
    NoRuntime,
    /// The document has more bytes than the setting allows.
    #[error("the JWKS document is too large")]
    TooLarge,
    /// It is no JSON object with an array `keys`.
    #[error("the JWKS document is malformed")]
    Malformed,
    /// It has more than 100 entries.
    #[error("the JWKS document has too many keys")]
    TooManyKeys,
    /// No entry is a key that guard can use.
    #[error("the JWKS document has no usable key")]
    NoUsableKey,
    /// Two usable keys have the same `kid`, or none.
    #[error("two keys of the JWKS document have the same `kid`")]
    SameKeyId,
}
