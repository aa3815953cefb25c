//! The layer that holds a route to its facts.

mod admit;
mod bearer;
mod body;
mod compare;
mod core;
mod flags;
mod future;
#[cfg(feature = "ws")]
mod greet;
mod inner;
mod json;
mod limits;
mod path;
mod policy;
mod query;
mod refusal;
mod request_id;
mod respond;
mod service;
mod settings;
mod start;
mod stream;
mod table;
#[cfg(feature = "ticket")]
mod ticketed;
#[cfg(not(feature = "ticket"))]
#[path = "without_tickets.rs"]
mod ticketed;
mod tickets;

#[cfg(feature = "axum")]
pub(crate) use admit::resource_kind;
pub use body::GuardedBody;
pub(crate) use body::panic_text;
pub use flags::FlagProvider;
pub use future::ResponseFuture;
#[cfg(feature = "axum")]
pub(crate) use inner::sealed::Sealed;
pub use inner::{Detached, Finished, Inner};
pub use limits::Limits;
pub use service::{Guard, GuardLayer};
pub use settings::Settings;
pub use start::{StartError, StartErrors};
