//! The layer, from outside.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod order;
mod support;
