//! The extractors, alone and against axum's.

#![cfg(feature = "axum")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod differential;
mod guarded;
mod refusals;
mod support;
