//! A JSON body.

use axum::extract::{FromRequest, OptionalFromRequest};
use axum::response::{IntoResponse, Response};
use axum_core::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use mime::Mime;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::problem::Problem;
use super::refusal::Refuse;
use super::unique::{self, Fault};
use crate::code;
use crate::envelope::{EngineError, ErrorEnvelope};

/// A JSON body, and a JSON response.
///
/// As the last argument of a handler it takes a body whose `Content-Type` is `application/json` or `application/*+json`;
/// see the [module](super) for what it refuses. `Option<Json<T>>` is `None` for a request without a body. In
/// `#[engine_route]` it asks for the key `body`.
///
/// As a response it is the value as it is, without the `{"data": …}` of [`Envelope`](crate::envelope::Envelope). A value
/// that cannot be written as JSON is `internal.error`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use]
pub struct Json<T>(pub T);

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ErrorEnvelope;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, ErrorEnvelope> {
        let refuse = Refuse::of(request.extensions());
        if !is_plain_json(request.headers()) {
            return Err(refuse.with(code::REQUEST_UNSUPPORTED_MEDIA_TYPE).build());
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                return refuse.with(code::REQUEST_TOO_LARGE).build();
            }
            let problem = Problem::new("body_incomplete", "the body could not be read to its end");
            refuse.invalid("body", &[], problem)
        })?;
        parse(&body, refuse).map(Self)
    }
}

impl<T, S> OptionalFromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ErrorEnvelope;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Option<Self>, ErrorEnvelope> {
        // By the body and not by its type, so that a body without one is refused and not overlooked.
        if http_body::Body::is_end_stream(request.body()) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                ([(CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => EngineError::internal(error).into_response(),
        }
    }
}

fn parse<T: DeserializeOwned>(body: &[u8], refuse: Refuse) -> Result<T, ErrorEnvelope> {
    unique::check(body).map_err(|fault| match fault {
        Fault::Syntax { line, column } => {
            let message = format!("the body is not JSON: line {line}, column {column}");
            refuse.invalid("body", &[], Problem::new("json_invalid", message))
        }
        Fault::Twice { path } => {
            let problem = Problem::new("duplicate", "the field is given twice");
            refuse.invalid("body", &path, problem)
        }
    })?;
    let mut document = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut document).map_err(|error| {
        let path: Vec<String> = error.path().iter().filter_map(segment).collect();
        refuse.invalid("body", &path, Problem::from_serde(&error.inner().to_string()))
    })
}

/// Enum variants stand in the document as names.
pub(super) fn segment(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { variant } => Some(variant.clone()),
        Segment::Unknown => None,
    }
}

/// One `Content-Type` of JSON, and no encoding: nothing decodes it, so one that is named would be believed by whoever
/// stands between.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else {
        return false;
    };
    !headers.contains_key(CONTENT_ENCODING) && content_type.to_str().is_ok_and(is_json)
}

/// `application/json` or `application/*+json`, with or without parameters.
fn is_json(content_type: &str) -> bool {
    content_type.parse::<Mime>().is_ok_and(|mime| {
        let is_json = mime.subtype() == mime::JSON || mime.suffix() == Some(mime::JSON);
        mime.type_() == mime::APPLICATION && is_json
    })
}
