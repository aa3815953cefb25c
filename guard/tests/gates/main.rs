//! The chain of gates, budget and audit, from outside: an engine on stores.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod audit;
mod budget;
mod chain;
mod house;
mod kill_switch;
mod own;
mod places;
mod stores;
#[path = "../layer/support.rs"]
#[allow(dead_code, reason = "the tests of the layer use the rest")]
mod support;
