//! The engine over real sockets, and the program as a process.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a helper of a test may panic as a test may, and says what it skipped"
)]

mod browser;
mod errors;
mod follower;
mod journey;
mod process;
mod program;
mod renders;
mod restart;
#[path = "../../../../guard/tests/stores/server.rs"]
mod server;
mod streams;
mod support;
mod two_servers;
