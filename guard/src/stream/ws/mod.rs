//! A stream over a WebSocket.

mod drive;
mod handshake;
mod hello;
mod origins;

pub(crate) use drive::{Socket, drive, refuse};
pub(crate) use handshake::{EchoedProtocol, Upgrade, judge};
pub(crate) use hello::{Hello, HelloFault};
pub use origins::Origins;
