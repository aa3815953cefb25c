//! `IntoResponse` for the envelopes.
//!
//! axum lets a handler put a status in front of any response: `(StatusCode::OK, envelope)`. That changes the status line
//! and not the body. Return the envelope alone.

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};
use serde::Serialize;

use crate::envelope::{EngineError, Envelope, ErrorEnvelope};

impl IntoResponse for ErrorEnvelope {
    fn into_response(self) -> Response {
        self.to_response().map(Body::from)
    }
}

impl IntoResponse for EngineError {
    fn into_response(self) -> Response {
        self.to_response().map(Body::from)
    }
}

impl<T: Serialize> IntoResponse for Envelope<T> {
    fn into_response(self) -> Response {
        self.to_response().map(Body::from)
    }
}
