//! The layer, from outside.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod attacks_body;
mod attacks_build;
mod attacks_errors;
mod attacks_headers;
mod attacks_heads;
mod attacks_labels;
mod attacks_routing;
mod differential;
mod flags;
mod gates;
mod house;
#[cfg(feature = "testing")]
mod kit;
mod membership;
mod oracle;
mod order;
mod outcomes;
mod properties;
mod service;
#[cfg(feature = "testing")]
mod sockets;
mod support;
