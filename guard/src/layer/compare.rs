//! Holding a body against the context.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum_core::body::Body;
use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::OwnedSemaphorePermit;

use super::core::Core;
use super::json::{self, Value};
use super::policy::Policy;
use super::refusal::{self, Refusal};
use crate::code;
use crate::context::{ContextField, RequestContext};
use crate::envelope::ErrorEnvelope;

/// Reads the body of a route that declares fields, compares them, and hands the same bytes on.
///
/// Only JSON that is not compressed is read: a handler must not see other bytes than these.
pub(super) async fn body(
    core: &Core,
    policy: &Policy,
    request: Request<Body>,
    context: &RequestContext,
) -> Result<Request<Body>, Refusal> {
    let (parts, body) = request.into_parts();
    if parts.headers.contains_key(CONTENT_ENCODING) || !parts.headers.get(CONTENT_TYPE).is_some_and(is_json) {
        return Err(policy.refuse(ErrorEnvelope::builder(code::REQUEST_UNSUPPORTED_MEDIA_TYPE)));
    }
    let too_large = || policy.refuse(ErrorEnvelope::builder(code::REQUEST_TOO_LARGE));
    let limit = u32::try_from(policy.body_limit.min(core.settings.limits.compared_body)).unwrap_or(u32::MAX);
    // What a body says that it is at most; a body that does not say so may be as large as is allowed.
    let announced = body.size_hint().upper().and_then(|most| u32::try_from(most).ok());
    let needed = announced.map_or(limit, |most| most.min(limit));
    let room = core.compared_bodies.clone().acquire_many_owned(needed).await;
    let permit = room.map_err(|_| refusal::unavailable(None))?;
    let collected = Limited::new(body, limit as usize).collect().await;
    let bytes = match collected {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(too_large()),
        Err(_) => return Err(policy.refuse(broken("the body ended early"))),
    };
    fields(&bytes, policy, context)?;
    let body = Body::new(Held {
        bytes: Some(bytes),
        _permit: permit,
    });
    Ok(Request::from_parts(parts, body))
}

fn fields(bytes: &[u8], policy: &Policy, context: &RequestContext) -> Result<(), Refusal> {
    let declared = policy.meta.body_fields;
    // serde_json's own text may quote the body.
    let repeated = json::read(bytes, declared)
        .map_err(|_| policy.refuse(broken("the body is not one JSON object with each field once")))?;
    for field in ContextField::ALL {
        let equal = match &repeated[field as usize] {
            None | Some(Value::Null) => true,
            Some(Value::Text(text)) => context.field(field) == Some(text),
            Some(Value::Other) => false,
        };
        if !equal {
            return Err(policy.refuse(refusal::mismatch("body", field)));
        }
    }
    Ok(())
}

fn broken(problem: &'static str) -> crate::envelope::ErrorEnvelopeBuilder {
    refusal::issue(&["body"], problem.into(), "json_invalid")
}

/// `application/json`, or a type that ends in `+json`.
fn is_json(value: &http::HeaderValue) -> bool {
    let Ok(text) = value.to_str() else { return false };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    let suffix = subtype.len().checked_sub(5).and_then(|at| subtype.get(at..));
    kind.eq_ignore_ascii_case("application")
        && (subtype.eq_ignore_ascii_case("json") || suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("+json")))
}

/// The bytes of a body that was compared; its room is free again when the handler has taken or dropped it.
struct Held {
    bytes: Option<Bytes>,
    _permit: OwnedSemaphorePermit,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let bytes = self.bytes.take().filter(|bytes| !bytes.is_empty());
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
