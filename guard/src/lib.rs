//! The engine contract as Rust types.
//!
//! | module | what it holds |
//! |---|---|
//! | [`code`] | every error code of the contract, with its status and the situation it stands for |
//! | [`envelope`] | the one JSON shape of an error, the optional one of a success, and the cause that stays inside |
//! | [`context`] | typed tenant, project, app, surface and mode, and the one function that reads them from headers |
//! | [`route`] | facts about a route, written by `#[engine_route]` and listed at run time |
//!
//! # What this version does not do
//!
//! It authenticates nobody. There is no credential check, no gate, no budget, no audit chain and no layer that puts an
//! envelope on a framework's own errors: a handler calls these types itself. [`context::ScopeHeaders`] holds what a
//! request *asks for*, never who asks.
//!
//! # Features
//!
//! None is on by default. `axum` implements `IntoResponse` for the envelopes; `macros` re-exports `#[engine_route]`.

#![forbid(unsafe_code)]

#[cfg(feature = "axum")]
#[doc(hidden)]
pub mod __private;
pub mod clock;
pub mod code;
pub mod context;
pub mod credential;
pub mod envelope;
#[cfg(feature = "axum")]
pub mod extract;
pub mod gate;
pub mod layer;
pub mod manifest;
#[cfg(all(feature = "axum", feature = "jwt", feature = "macros", feature = "server", feature = "ticket"))]
pub mod manual;
#[cfg(feature = "axum")]
pub mod registry;
pub mod route;
#[cfg(feature = "server")]
pub mod server;
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
