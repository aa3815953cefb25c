//! The engine over real sockets, and the program as a process.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod errors;
mod journey;
mod process;
mod support;
