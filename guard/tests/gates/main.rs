//! The chain of gates, budget and audit, from outside: an engine on stores.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod audit;
mod budget;
mod chain;
mod clock;
mod cut;
mod house;
mod kill_switch;
mod own;
mod places;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
#[path = "../stores/server.rs"]
mod server;
mod stores;
#[path = "../layer/support.rs"]
#[allow(dead_code, reason = "the tests of the layer use the rest")]
mod support;
mod telling;
