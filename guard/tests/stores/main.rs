//! Every backend against the suites of its traits, and what is its own.

#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

#[cfg(feature = "object-store")]
mod archive;
#[cfg(all(feature = "sqlite", target_os = "linux"))]
mod full_disk;
mod memory;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "nats"))]
mod server;
#[cfg(feature = "sqlite")]
mod sqlite;
mod support;
mod upkeep;
