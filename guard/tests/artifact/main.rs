//! Pipelines and their hashes: the same in Rust, Python and JavaScript.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a helper of a test may panic as a test may, and says what it skipped"
)]

mod properties;
mod vectors;
