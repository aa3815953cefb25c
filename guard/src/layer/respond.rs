//! Responses on their way out: every error is an envelope, every response has its request id.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use axum_core::body::Body;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt, Limited};
use tokio::time::timeout;

use super::body::GuardedBody;
use super::refusal::Refusal;
use super::request_id::RequestId;
use crate::code::{self, Code};
use crate::envelope::{EnvelopeProof, ErrorEnvelope, ErrorStatus, InternalCause};
use crate::stream::{Opening, Subscribe};

/// How much of a foreign error body is read, to see whether it is an envelope and for the log.
const FOREIGN_BODY: usize = 8 * 1024;
const FOREIGN_TIME: Duration = Duration::from_secs(2);

/// What a response needs to know of its request.
pub(crate) struct Exchange {
    pub(crate) id: RequestId,
    /// The request was `HEAD`: the response has no body.
    pub(crate) head: bool,
    pub(crate) resource_kind: Option<&'static str>,
    /// What the stream of the route opens with, until its handler has answered.
    pub(crate) stream: Option<Box<Opening>>,
}

/// A response, at once or after its foreign body was read.
pub(crate) enum Finished {
    Now(Response<GuardedBody>),
    Later(Pin<Box<dyn Future<Output = Response<GuardedBody>> + Send>>),
}

impl Exchange {
    pub(crate) fn new(id: RequestId, head: bool) -> Self {
        Self {
            id,
            head,
            resource_kind: None,
            stream: None,
        }
    }

    /// The answer to a request that goes no further.
    pub(crate) fn refuse(&mut self, refusal: Refusal) -> Response<GuardedBody> {
        let Refusal {
            envelope,
            header,
            cause,
        } = refusal;
        let mut response = envelope.to_final_response().map(GuardedBody::whole);
        tracing::debug!(
            request_id = self.id.as_str(),
            code = envelope.code(),
            cause = cause.as_ref().map(tracing::field::display),
            "refused"
        );
        response.headers_mut().extend(header);
        self.complete(&mut response);
        response
    }

    /// The answer to a fault inside; its text stays inside.
    pub(crate) fn fail(&mut self, error: &(dyn std::error::Error + 'static)) -> Response<GuardedBody> {
        tracing::error!(request_id = self.id.as_str(), error, "the handler failed");
        self.answer(code::INTERNAL_ERROR)
    }

    /// The answer to a panic; its text stays inside.
    pub(crate) fn panicked(&mut self, message: &str) -> Response<GuardedBody> {
        tracing::error!(request_id = self.id.as_str(), panic = message, "the handler panicked");
        self.answer(code::INTERNAL_ERROR)
    }

    /// The answer to a handler that takes too long.
    pub(crate) fn timed_out(&mut self) -> Response<GuardedBody> {
        tracing::warn!(request_id = self.id.as_str(), "the handler was given up");
        self.answer(code::REQUEST_TIMEOUT)
    }

    /// A response of the guard's own that is no error.
    #[cfg(feature = "ws")]
    pub(crate) fn pass(&mut self, response: Response<Body>) -> Response<GuardedBody> {
        let mut response = response.map(|_| GuardedBody::default());
        self.complete(&mut response);
        response
    }

    fn answer(&mut self, code: Code) -> Response<GuardedBody> {
        let mut response = self.envelope(code);
        self.complete(&mut response);
        response
    }

    fn envelope(&self, code: Code) -> Response<GuardedBody> {
        let mut builder = ErrorEnvelope::builder(code);
        if let Some(kind) = self.resource_kind {
            builder = builder.resource_kind(kind);
        }
        builder.build().to_final_response().map(GuardedBody::whole)
    }

    /// What every response gets last.
    fn complete(&mut self, response: &mut Response<GuardedBody>) {
        let status = response.status();
        let headers = response.headers_mut();
        if status.is_client_error() || status.is_server_error() {
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            if status == StatusCode::UNAUTHORIZED && !headers.contains_key(header::WWW_AUTHENTICATE) {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            if self.head {
                *response.body_mut() = GuardedBody::whole(Bytes::new());
            }
        }
        self.id.stamp(response.headers_mut());
    }

    /// Makes an envelope of every error that is none.
    pub(crate) fn finish(&mut self, mut response: Response<Body>) -> Finished {
        if let Some(cause) = response.extensions_mut().remove::<InternalCause>() {
            tracing::error!(
                request_id = self.id.as_str(),
                error = cause.error(),
                "the handler failed"
            );
        }
        if let Some(EnvelopeProof { status, body }) = response.extensions_mut().remove() {
            // axum lets a handler put another status in front of an envelope; the envelope's own is the one meant.
            let mut response = response.map(|_| GuardedBody::whole(body));
            *response.status_mut() = status;
            describe_envelope(response.headers_mut());
            self.complete(&mut response);
            return Finished::Now(response);
        }
        if response.extensions().get::<Subscribe>().is_some() {
            tracing::error!(
                request_id = self.id.as_str(),
                "the handler answered with a stream, and its route declares none"
            );
            return Finished::Now(self.answer(code::INTERNAL_ERROR));
        }
        match ErrorStatus::try_from(response.status()) {
            Ok(status) => Finished::Later(Box::pin(self.again().replace(response, status))),
            Err(_) if is_no_answer(response.status()) => {
                tracing::error!(
                    request_id = self.id.as_str(),
                    status = response.status().as_u16(),
                    "the handler answered with a status that is no answer"
                );
                Finished::Now(self.answer(code::INTERNAL_ERROR))
            }
            Err(_) => {
                let mut response = self.success(response);
                self.complete(&mut response);
                Finished::Now(response)
            }
        }
    }

    /// The same exchange, for a future of its own. A stream was opened by then, or never will be.
    fn again(&self) -> Self {
        Self {
            id: self.id.clone(),
            head: self.head,
            resource_kind: self.resource_kind,
            stream: None,
        }
    }

    fn success(&self, mut response: Response<Body>) -> Response<GuardedBody> {
        let without_body = [
            StatusCode::NO_CONTENT,
            StatusCode::RESET_CONTENT,
            StatusCode::NOT_MODIFIED,
        ];
        if without_body.contains(&response.status()) {
            if response.status() != StatusCode::NOT_MODIFIED {
                response.headers_mut().remove(header::CONTENT_LENGTH);
            }
        } else if self.head {
            // axum has taken the body out already; other services leave it to the server.
            let length = response.body().size_hint().exact().filter(|length| *length > 0);
            if let Some(length) = length {
                let headers = response.headers_mut();
                headers.entry(header::CONTENT_LENGTH).or_insert(length.into());
            }
        } else {
            // Only a body of unknown length is a stream, and nothing can be added to one that is encoded.
            let events = response.body().size_hint().exact().is_none()
                && has_essence(response.headers(), "text/event-stream")
                && !response.headers().contains_key(header::CONTENT_ENCODING);
            return response.map(|body| GuardedBody::inner(body, events));
        }
        response.map(|_| GuardedBody::whole(Bytes::new()))
    }

    /// An error that a handler, or something between it and the guard, made without an envelope.
    async fn replace(mut self, response: Response<Body>, status: ErrorStatus) -> Response<GuardedBody> {
        let (mut parts, body) = response.into_parts();
        let read = timeout(FOREIGN_TIME, Limited::new(body, FOREIGN_BODY).collect()).await;
        let bytes = read.ok().and_then(Result::ok).map(|collected| collected.to_bytes());
        if let Some(bytes) = &bytes
            && is_envelope(&parts.headers, bytes, status)
        {
            describe_envelope(&mut parts.headers);
            let mut response = Response::from_parts(parts, GuardedBody::whole(bytes.clone()));
            self.complete(&mut response);
            return response;
        }
        tracing::warn!(
            request_id = self.id.as_str(),
            status = status.as_u16(),
            body = bytes.as_deref().map(String::from_utf8_lossy).as_deref(),
            "an error without an envelope was replaced"
        );
        let mut response = self.envelope(code_of(status));
        *response.status_mut() = parts.status;
        let kept = parts.headers.into_iter();
        let mut last = None;
        for (name, value) in kept {
            last = name.or(last);
            if let Some(name) = last.as_ref().filter(|name| survives(name)) {
                response.headers_mut().append(name.clone(), value);
            }
        }
        self.complete(&mut response);
        response
    }
}

/// A status that hyper would answer with a bare 500, or that is of no class that a client knows. 101 passes: an upgrade.
fn is_no_answer(status: StatusCode) -> bool {
    let informational = status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS;
    informational || status.as_u16() >= 600
}

/// The headers that describe a body become those of an envelope.
fn describe_envelope(headers: &mut HeaderMap) {
    const OF_ANOTHER_BODY: [HeaderName; 10] = [
        header::CONTENT_DISPOSITION,
        header::CONTENT_ENCODING,
        header::CONTENT_LANGUAGE,
        header::CONTENT_LENGTH,
        header::CONTENT_LOCATION,
        header::CONTENT_RANGE,
        header::ETAG,
        header::LAST_MODIFIED,
        header::TRAILER,
        header::TRANSFER_ENCODING,
    ];
    for name in OF_ANOTHER_BODY {
        headers.remove(name);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

fn code_of(status: ErrorStatus) -> Code {
    match StatusCode::from(status) {
        StatusCode::PAYLOAD_TOO_LARGE => code::REQUEST_TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => code::REQUEST_UNSUPPORTED_MEDIA_TYPE,
        _ => code::http_exception(status),
    }
}

/// JSON that looks like an envelope is one if it is exactly one, and says the status that it came with.
fn is_envelope(headers: &HeaderMap, bytes: &Bytes, status: ErrorStatus) -> bool {
    has_essence(headers, "application/json")
        && !headers.contains_key(header::CONTENT_ENCODING)
        && serde_json::from_slice::<ErrorEnvelope>(bytes).is_ok_and(|envelope| envelope.http_status() == status)
}

fn has_essence(headers: &HeaderMap, essence: &str) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .map_or(&b""[..], HeaderValue::as_bytes);
    let end = essence.len();
    value
        .get(..end)
        .is_some_and(|start| start.eq_ignore_ascii_case(essence.as_bytes()))
        && value.get(end).is_none_or(|next| matches!(next, b';' | b' ' | b'\t'))
}

/// Headers that carry meaning without the body that they came with.
fn survives(name: &HeaderName) -> bool {
    const KEPT: [HeaderName; 7] = [
        header::ALLOW,
        header::CACHE_CONTROL,
        header::PROXY_AUTHENTICATE,
        header::RETRY_AFTER,
        header::SET_COOKIE,
        header::VARY,
        header::WWW_AUTHENTICATE,
    ];
    KEPT.contains(name) || name.as_str().starts_with("access-control-")
}
