//! Holds an engine against the contract: in process, and over a socket. For tests.
//!
//! [`Conformance`] sends requests with one fault each to every route of a [`Manifest`](crate::registry::Manifest) and
//! compares the answers with the contract's. No handler of a guarded route is called, since each fault must be refused before
//! one is; what a good request does is the business of the engine's own tests. The [`Report`] adds up by check and by ticket.
//!
//! ```
//! use std::time::Duration;
//!
//! use guard::context::OpaqueId;
//! use guard::credential::{Identity, TokenError, Verification, VerifyToken};
//! use guard::layer::Settings;
//! use guard::registry::{Engine, Route};
//! use guard::testing::{Claims, Conformance};
//!
//! /// Tokens like `user.tenant.role.end`, which nobody signs.
//! struct Plain;
//!
//! impl VerifyToken for Plain {
//!     fn verify(&self, token: &str, _: Duration) -> Verification {
//!         let parts: Vec<&str> = token.split('.').collect();
//!         let [user, tenant, role, end] = parts[..] else {
//!             return Verification::Done(Err(TokenError::invalid("not four parts")));
//!         };
//!         let identity = (|| {
//!             let tenant: guard::context::TenantId = tenant.parse().ok()?;
//!             let identity = Identity::builder(user.parse().ok()?).tenant(tenant.clone()).role(&tenant, role);
//!             identity.expires_at(end.parse().ok()?).build().ok()
//!         })();
//!         Verification::Done(identity.map(Into::into).ok_or(TokenError::invalid("a part is malformed")))
//!     }
//! }
//!
//! #[guard::engine_route(method = GET, path = "/masks/{mask_id}", router = "engines.video_mask.routes")]
//! async fn mask() -> &'static str {
//!     "a mask"
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let engine = Engine::new(Settings::new(Plain), guard::routes![mask])?;
//! let mint = |claims: &Claims| Ok(format!("{}.{}.{}.{}", claims.user, claims.tenant, claims.role, claims.expires_at));
//! let report = Conformance::new(engine.manifest(), mint).run(engine.clone()).await;
//! report.assert_ok();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`attacks`] sends requests that no HTTP library would make to a server that runs, the user's own included.

mod answer;
mod attacks;
mod check;
mod checks;
mod conformance;
mod mint;
mod probe;
mod report;
pub mod stores;

pub use attacks::{Attacked, Target, attack_names, attacks};
pub use check::Check;
pub use conformance::{Conformance, conformance};
pub use mint::{Claims, MintError, MintToken};
pub use report::{NotChecked, Outcome, Report, Row};
