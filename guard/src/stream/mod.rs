//! Streams of durable events: replayed from a cursor, then live, without a gap and without a double.
//!
//! A route declares that it is a stream and of what. Its handler says which one the caller may follow; the guard does the
//! rest. An author publishes by naming the stream:
//!
#![cfg_attr(all(feature = "axum", feature = "macros"), doc = "```")]
#![cfg_attr(not(all(feature = "axum", feature = "macros")), doc = "```ignore")]
//! # use guard::credential::{TokenError, Verification, VerifyToken};
//! # struct Nobody;
//! # impl VerifyToken for Nobody {
//! #     fn verify(&self, _: &str, _: std::time::Duration) -> Verification {
//! #         Verification::Done(Err(TokenError::invalid("nobody gets in")))
//! #     }
//! # }
//! use std::sync::Arc;
//!
//! use axum::extract::Path;
//! use guard::context::{Mode, OpaqueId, ProjectId, TenantId};
//! use guard::engine_route;
//! use guard::layer::Settings;
//! use guard::registry::Engine;
//! use guard::store::{Memory, Scope, StreamKey};
//! use guard::stream::{StreamEvent, Streams, Subscribe};
//!
//! #[engine_route(
//!     method = GET,
//!     path = "/sse/chat/{thread_id}",
//!     router = "engines.chat.service.sse_transport",
//!     stream = sse("chat")
//! )]
//! async fn follow(Path(thread): Path<OpaqueId>) -> Subscribe {
//!     Subscribe::to(thread)
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! // In saas and enterprise this is an error: memory forgets.
//! let streams = Streams::builder(Arc::new(Memory::default()), [Mode::Lab])?.build();
//! let engine = Engine::new(Settings::new(Nobody).streams(streams.clone()), guard::routes![follow])?;
//!
//! let scope = Scope { tenant: TenantId::parse("t_acme")?, mode: Mode::Lab, project: ProjectId::parse("launch")? };
//! let thread = StreamKey { scope, kind: OpaqueId::parse("chat")?, id: OpaqueId::parse("th_1")? };
//! let event = StreamEvent::new("message", serde_json::json!({"text": "hello"}))?;
//! let cursor = streams.publish(&thread, &event).await?;
//! # let _ = (engine, cursor);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [The manual](crate::manual::streams) says what goes over the wire, and what a client has to do.

mod cursor;
mod event;
mod feed;
mod feeds;
mod first;
mod frame;
mod gate;
mod hub;
mod limits;
mod opening;
mod reader;
mod session;
mod sse;
mod subscribe;
#[cfg(feature = "ws")]
mod ws;

pub(crate) use cursor::GivenCursor;
pub use event::{EventError, Priority, StreamEvent};
pub use gate::{StreamGate, StreamInfo};
pub use hub::{Streams, StreamsBuilder};
pub use limits::StreamLimits;
#[cfg(feature = "ws")]
pub(crate) use opening::Opened;
pub(crate) use opening::Opening;
pub(crate) use session::Expiry;
pub use subscribe::Subscribe;
#[cfg(all(feature = "ticket", feature = "ws"))]
pub(crate) use ws::EchoedProtocol;
#[cfg(feature = "ws")]
pub use ws::Origins;
#[cfg(feature = "ws")]
pub(crate) use ws::{Hello, HelloFault, Upgrade, drive, judge, refuse};
