//! `IntoResponse` for the envelopes.

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};
use serde::Serialize;

use crate::envelope::{EngineError, Envelope, ErrorEnvelope};
use crate::stream::Subscribe;

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

impl IntoResponse for Subscribe {
    fn into_response(self) -> Response {
        self.to_response()
    }
}
