//! A server, over real sockets.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod http1;
mod http2;
mod limits;
mod shutdown;
mod support;
