//! The one JSON shape of an error, the optional one of a success, and the cause that stays inside.
//!
//! ```
//! use guard::code;
//! use guard::envelope::ErrorEnvelope;
//!
//! let error = ErrorEnvelope::builder(code::AUTH_TENANT_MISMATCH).resource_kind("chat").build();
//! let response = error.to_response();
//! assert_eq!(response.status(), 403);
//! assert_eq!(
//!     response.body(),
//!     r#"{"error":{"code":"auth.tenant_mismatch","message":"the requested tenant is not in the token","http_status":403,"gate":null,"action_name":null,"resource_kind":"chat","details":{}}}"#,
//! );
//! ```
//!
//! What a client may see and what only the log may see are different types: [`ErrorEnvelope`] is serialised whole, and
//! [`EngineError`] adds an [`InternalCause`] that has no way to the wire.
//!
//! With the feature `axum` the envelopes are responses of a handler. Return them alone: axum lets a handler put a status in
//! front of any response, as in `(StatusCode::OK, envelope)`, and that changes the status line and not the body.

mod builder;
mod engine_error;
mod error;
mod exact;
mod gate;
mod known;
mod response;
mod status;
mod success;
mod text;

pub use builder::ErrorEnvelopeBuilder;
pub use engine_error::{EngineError, InternalCause};
pub use error::ErrorEnvelope;
pub use gate::Gate;
pub use known::ValidationIssue;
pub(crate) use response::EnvelopeProof;
pub use status::{ErrorStatus, ErrorStatusError};
pub use success::Envelope;
pub use text::PublicText;
