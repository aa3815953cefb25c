//! Streams, from outside: behind an engine, and on sockets.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod cursors;
#[path = "../gates/cut.rs"]
mod cut;
mod ends;
#[cfg(feature = "testing")]
mod kit;
mod seam;
mod sockets;
mod sse;
mod support;
#[cfg(feature = "ticket")]
mod tickets;
#[cfg(all(feature = "ticket", feature = "ws"))]
mod websocket;
