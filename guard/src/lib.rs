//! The engine contract as Rust types, and one layer that enforces it on every route of an axum engine.
//!
//! A request reaches a handler when its credential was verified, its headers name a scope that the credential allows, what
//! it repeats of that scope agrees, and the gates of its action let it pass. Every refusal, and every error of a handler, is
//! one JSON shape with a code that programs can read.
//!
//! ```
//! use guard::context::RequestContext;
//! use guard::credential::jwt::{JwtVerifier, SharedSecret};
//! use guard::engine_route;
//! use guard::envelope::Envelope;
//! use guard::layer::Settings;
//! use guard::registry::Engine;
//!
//! #[engine_route(method = GET, path = "/whoami", router = "engines.whoami.routes")]
//! async fn whoami(context: RequestContext) -> Envelope<String> {
//!     Envelope::new(context.user_id().to_string())
//! }
//!
//! let secret = SharedSecret::new("a secret of at least thirty-two bytes")?; // AUTH_JWT_SIGNING
//! let tokens = JwtVerifier::with_shared_secrets([secret]).build()?;
//! let engine = Engine::new(Settings::new(tokens), guard::routes![whoami])?;
//! # let _ = engine;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Start with the [manual]**: its [quick start](manual::quick_start) is a whole engine in one file, and it says
//! [what is missing](manual#what-is-missing) in this version.
//!
//! # Modules
//!
//! | module | what it holds |
//! |---|---|
//! | [`manual`] | the manual |
//! | [`registry`] | the engine: a list of routes, mounted behind the guard |
//! | [`layer`] | the guard: a tower layer, its settings and limits |
//! | [`context`] | who asks and in which scope: typed ids, and the function that reads them from headers |
//! | [`credential`] | the only source of identity: the verifier of tokens, JWTs and their keys, memberships |
//! | [`gate`] | the chain that stands before a change: six gates on policies, or one that the engine brings |
//! | [`budget`] | what a call may cost, held before its handler runs and settled after |
//! | [`audit`] | what was decided and what came of it, in a chain that shows a change |
//! | [`envelope`] | the one JSON shape of an error, the optional one of a success, and the cause that stays inside |
//! | [`artifact`] | what an artifact was made of and by what: `pipeline_hash`, `backend_version`, `cache_key` |
//! | [`code`] | every error code of the contract, with its status and the situation it stands for |
//! | [`extract`] | `Json`, `Query` and `Path` that refuse with an envelope |
//! | [`route`], [`manifest`] | facts about routes, as `#[engine_route]` writes them, and as JSON |
//! | [`server`] | HTTP/1.1 and HTTP/2 with limits, and an orderly end |
//! | [`ticket`] | transport tickets, for clients that cannot set headers |
//! | [`stream`] | streams of events: replay from a cursor, then live |
//! | [`store`] | where events, used tickets, budget, audit and policies are kept |
//! | `testing` | holds an engine against the contract, in tests |
//! | [`clock`] | time, injected |
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `axum` | yes | [`registry`], [`extract`], `IntoResponse` for the envelopes |
//! | `macros` | yes | [`engine_route`](macro@engine_route) and [`routes!`] |
//! | `jwt` | yes | [`credential::jwt`], [`credential::jwks`] |
//! | `server` | yes | [`server`] |
//! | `ticket` | yes | [`ticket`] |
//! | `jwks-http` | no | fetches a JWKS document over HTTPS |
//! | `guardctl` | no | the command `guardctl`, which sets policies and verifies the audit |
//! | `sqlite` | no | `store::sqlite`: every kind of state in one file |
//! | `postgres` | no | `store::postgres`: every kind of state in PostgreSQL |
//! | `nats` | no | `store::nats`: the event log in NATS JetStream |
//! | `object-store` | no | `store::archive`: audit and usage kept for years, in S3 and what speaks like it |
//! | `ws` | no | streams over WebSockets |
//! | `testing` | no | `testing`, for `[dev-dependencies]` |
//!
//! No feature weakens a check, so another crate that turns one on changes nothing for yours. What is lax is a
//! setting, and says so in its name. Without any feature there are still the types, the [`layer`] and the [`manifest`].
//!
//! # Rust version
//!
//! 1.88; with the features `sqlite`, `postgres` and `guardctl` 1.94, which sqlx needs. A later one is needed only with a new
//! minor version.

#![forbid(unsafe_code)]

#[cfg(feature = "axum")]
#[doc(hidden)]
pub mod __private;
mod action;
pub mod artifact;
pub mod audit;
pub mod budget;
pub mod clock;
pub mod code;
pub mod context;
pub mod credential;
mod digest;
pub mod envelope;
#[cfg(feature = "axum")]
pub mod extract;
pub mod gate;
pub mod layer;
pub mod manifest;
#[cfg(all(
    feature = "axum",
    feature = "jwt",
    feature = "macros",
    feature = "server",
    feature = "ticket"
))]
pub mod manual;
#[cfg(feature = "axum")]
pub mod registry;
pub mod route;
#[cfg(feature = "server")]
pub mod server;
pub mod store;
pub mod stream;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "ticket")]
pub mod ticket;

#[cfg(feature = "axum")]
mod axum;

#[cfg(feature = "macros")]
pub use guard_macros::engine_route;
#[cfg(all(feature = "axum", feature = "macros"))]
pub use guard_macros::routes;

/// Keeps the README's example compiling.
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../README.md")]
struct Readme;
