//! Bearer JWTs.
//!
//! ```
//! use guard::context::{OpaqueId, TenantId};
//! use guard::credential::jwt::{Hs256Issuer, JwtVerifier, SharedSecret};
//! use guard::credential::{Identity, Verification, VerifyToken as _};
//! use guard::clock::{Clock as _, SystemClock};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = SharedSecret::new("a secret of at least thirty-two bytes")?;
//! let verifier = JwtVerifier::with_shared_secrets([secret.clone()]).build()?;
//!
//! let tenant = TenantId::parse("t_acme")?;
//! let identity = Identity::builder(OpaqueId::parse("u_1")?).tenant(tenant.clone()).role(&tenant, "owner").build()?;
//! let issued = Hs256Issuer::new(secret).issue(&identity)?;
//!
//! let now = SystemClock.wall().ok_or("no time")?;
//! let Verification::Done(verified) = verifier.verify(issued.expose_token(), now) else { panic!("nothing to wait for") };
//! assert_eq!(verified?.role_in(&tenant), Some("owner"));
//! # Ok(())
//! # }
//! ```
//!
//! # What is refused
//!
//! | of a token | rule |
//! |---|---|
//! | form | three non-empty parts of canonical unpadded base64url, at most 8 KiB |
//! | header | a JSON object, no member twice, `alg` of the key and never a choice, `typ` absent, `JWT` or `at+jwt`; no `jku x5u jwk x5c crit zip b64 enc epk apu apv cty p2s p2c` |
//! | signature | compared before any claim is read |
//! | `exp` | required, an unsigned integer; from `exp` + leeway on the token has expired |
//! | `nbf`, `iat` | unsigned integers where present, not in the future beyond the leeway |
//! | lifetime | at most a day from `iat`, or else from now |
//! | `iss`, `aud` | as configured; where nothing is configured, absent |
//! | `sub` | required, 1 to 128 bytes of visible ASCII |
//! | `tenant_ids`, `role_map`, `default_tenant_id` | well-formed tenants, roles and default among `tenant_ids`; else the whole token is refused |
//!
//! A token without `kid` is tried against every shared secret, but against a public key only where there is just one.
//! Refused tokens are not remembered.

mod algorithm;
mod builder;
mod cache;
mod claims;
mod compact;
mod header;
mod issue;
mod issuers;
mod json;
mod keys;
mod policy;
mod refusal;
mod secret;
mod verifier;

pub(crate) use algorithm::{PublicKey, bits};
pub(crate) use header::MAX_KEY_ID_BYTES;

pub use algorithm::Algorithm;
pub use builder::{JwtBuildError, JwtVerifierBuilder};
pub use issue::{Hs256Issuer, IssueError, IssuedToken};
pub use issuers::{Issuers, IssuersError};
pub use policy::MAX_LEEWAY;
pub use refusal::Refusal;
pub use secret::{MIN_SECRET_BYTES, SecretError, SharedSecret};
pub use verifier::JwtVerifier;
