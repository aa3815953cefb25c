//! Streams, from outside: behind an engine, and on sockets.

#![allow(clippy::print_stderr, reason = "a test of many cases says which it is at")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod cursors;
#[path = "../gates/cut.rs"]
mod cut;
mod ends;
#[cfg(feature = "testing")]
mod kit;
#[cfg(feature = "sqlite")]
mod logs;
#[cfg(feature = "sqlite")]
#[path = "../torture/place.rs"]
mod place;
mod seam;
#[cfg(all(feature = "sqlite", any(feature = "postgres", feature = "nats")))]
#[path = "../stores/server.rs"]
mod server;
mod sockets;
mod sse;
mod support;
#[cfg(feature = "ticket")]
mod tickets;
#[cfg(all(feature = "ticket", feature = "ws"))]
mod websocket;
