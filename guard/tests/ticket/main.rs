//! Transport tickets, from outside.

#![cfg(feature = "ticket")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod cpython;
mod rules;
mod support;
