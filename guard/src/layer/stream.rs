//! What a stream route takes from its request before the handler gets it.

use std::sync::Arc;

use axum_core::body::Body;
use http::{HeaderName, Method, Request};

use super::core::Core;
use super::policy::Policy;
use crate::code;
use crate::context::RequestContext;
use crate::stream::{Expiry, GivenCursor, Opening};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What the stream of a route opens with; `None` where it declares none.
pub(super) fn opening(
    core: &Core,
    request: &Request<Body>,
    policy: &Policy,
    context: &RequestContext,
) -> Option<Box<Opening>> {
    let facts = policy.meta.stream?;
    let expiry = Expiry {
        at_s: context.identity().expires_at(),
        code: code::AUTH_TOKEN_EXPIRED,
    };
    Some(Box::new(Opening {
        // The engine does not start with such a route and no streams.
        streams: core.settings.streams.clone()?,
        facts,
        resource_kind: policy.meta.resource_kind,
        context: context.clone(),
        cursor: GivenCursor::of(request.headers().get(LAST_EVENT_ID), request.uri().query()),
        expiry,
        clock: Arc::clone(&core.settings.clock),
        head: *request.method() == Method::HEAD,
    }))
}
