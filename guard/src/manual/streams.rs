//! Streams: what an author writes, what goes over the wire, and what a client has to do.
#![doc = include_str!("../../docs/manual/streams.md")]
//!
//! [`Origins`]: crate::stream
//! [`Server`]: crate::server::Server
//! [`Server::streams_of`]: crate::server::Server::streams_of
//! [`Settings::transport_tickets`]: crate::layer::Settings::transport_tickets
//! [`StreamGate`]: crate::stream::StreamGate
//! [`StreamLimits`]: crate::stream::StreamLimits
//! [`Streams`]: crate::stream::Streams
//! [`Streams::recheck`]: crate::stream::Streams::recheck
