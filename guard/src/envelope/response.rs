//! From an envelope to a response.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde::Serialize;

#[cfg(feature = "ws")]
use super::ErrorStatus;
use super::{Envelope, ErrorEnvelope};
#[cfg(feature = "ws")]
use crate::code;

/// What is sent when a body cannot be serialised; a test holds it equal to the envelope of `internal.error`.
const INTERNAL_ERROR: &str = r#"{"error":{"code":"internal.error","message":"something went wrong inside","http_status":500,"gate":null,"action_name":null,"resource_kind":null,"details":{}}}"#;

/// In the extensions of a response that was made of an envelope: what it was made with. Only this crate can make one, so the
/// layer sends this and need not look at what became of the response's own status and body on the way.
#[derive(Debug, Clone)]
pub(crate) struct EnvelopeProof {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl ErrorEnvelope {
    /// The response: the status line is `http_status`, the content type `application/json`.
    ///
    /// Headers that some codes call for (`Allow`, `WWW-Authenticate`, `Retry-After`) are the caller's to add.
    pub fn to_response(&self) -> Response<String> {
        let mut response = self.to_final_response();
        let proof = EnvelopeProof {
            status: response.status(),
            body: Bytes::copy_from_slice(response.body().as_bytes()),
        };
        response.extensions_mut().insert(proof);
        response
    }

    /// The envelope of an error that is no response of its own any more: the one that it was made of, or one of its status.
    #[cfg(feature = "ws")]
    pub(crate) fn of_response<B>(response: &Response<B>) -> Self {
        let proof = response.extensions().get::<EnvelopeProof>();
        let made_of = proof.and_then(|proof| serde_json::from_slice(&proof.body).ok());
        made_of.unwrap_or_else(|| {
            let status = ErrorStatus::try_from(response.status());
            Self::builder(status.map_or(code::INTERNAL_ERROR, code::http_exception)).build()
        })
    }

    /// For the layer, after which nobody asks for a proof.
    pub(crate) fn to_final_response(&self) -> Response<String> {
        json(self.http_status().into(), self)
    }
}

impl<T: Serialize> Envelope<T> {
    /// The response with status 200 and content type `application/json`, or the envelope of `internal.error` where the
    /// data cannot be written as JSON.
    pub fn to_response(&self) -> Response<String> {
        json(StatusCode::OK, self)
    }
}

/// The only place that makes a response, so that a body and its status line come from one value.
fn json(status: StatusCode, document: &impl Serialize) -> Response<String> {
    let (status, body) = match serde_json::to_string(document) {
        Ok(body) => (status, body),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_ERROR.to_owned()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    #[cfg(not(feature = "ws"))]
    use crate::code;

    #[test]
    fn the_last_resort_is_the_envelope_of_internal_error() {
        assert_eq!(
            ErrorEnvelope::builder(code::INTERNAL_ERROR)
                .build()
                .to_response()
                .body(),
            INTERNAL_ERROR
        );
    }

    #[test]
    fn data_that_is_no_json_is_an_internal_error() {
        let response = Envelope::new(BTreeMap::from([((1, 2), 3)])).to_response();
        assert_eq!(response.status(), 500);
        assert_eq!(response.body(), INTERNAL_ERROR);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }
}
