//! A stream over a WebSocket.

mod drive;
mod handshake;
mod hello;
mod origins;

pub(crate) use drive::{Socket, drive, refuse};
#[cfg(feature = "ticket")]
pub(crate) use handshake::EchoedProtocol;
pub(crate) use handshake::{Upgrade, judge};
pub(crate) use hello::{Hello, HelloFault};
pub use origins::Origins;
