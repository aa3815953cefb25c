//! Every backend against the suites of its traits.

#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod memory;
