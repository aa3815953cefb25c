//! What a stream route takes from its request before the handler gets it.

use std::sync::Arc;

use axum_core::body::Body;
use http::{HeaderName, Method, Request};

use super::core::Core;
use super::policy::Policy;
use super::refusal::Refusal;
#[cfg(feature = "ws")]
use super::refusal::unavailable;
use super::table::Target;
use crate::code;
use crate::context::RequestContext;
#[cfg(feature = "ws")]
use crate::route::Transport;
use crate::stream::{Expiry, GivenCursor, Opening};
#[cfg(feature = "ws")]
use crate::stream::{Upgrade, judge};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What the stream of a route opens with; `None` where it declares none.
pub(super) fn opening(
    core: &Core,
    request: &mut Request<Body>,
    policy: &Policy,
    context: &RequestContext,
    by_ticket: bool,
) -> Option<Box<Opening>> {
    let facts = policy.meta.stream?;
    let expiry = Expiry {
        at_s: context.identity().expires_at(),
        code: if by_ticket {
            code::AUTH_TICKET_EXPIRED
        } else {
            code::AUTH_TOKEN_EXPIRED
        },
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
        #[cfg(feature = "ws")]
        upgrade: if facts.transport == Transport::Sse {
            None
        } else {
            Upgrade::take(request)
        },
    }))
}

/// Judges the handshake of a route that is a WebSocket. That of one in hello mode was judged before anything else.
#[cfg(feature = "ws")]
pub(super) fn handshake(core: &Core, request: &Request<Body>, policy: &Policy) -> Result<(), Refusal> {
    match policy.meta.stream {
        Some(stream) if stream.transport == Transport::Websocket => upgrades(core, request),
        _ => Ok(()),
    }
}

#[cfg(feature = "ws")]
fn upgrades(core: &Core, request: &Request<Body>) -> Result<(), Refusal> {
    let streams = core.settings.streams.as_ref().ok_or_else(|| unavailable(None))?;
    judge(request, streams.origins()).map_err(|(envelope, header)| Refusal {
        header,
        ..envelope.into()
    })
}

/// Whether the first frame will say who asks. Its handshake is judged here.
#[cfg(feature = "ws")]
pub(super) fn begins_with_hello(core: &Core, request: &Request<Body>, target: &Target) -> Result<bool, Refusal> {
    let Target::Route(route) = target else { return Ok(false) };
    let policy = core.policy(*route);
    if policy
        .meta
        .stream
        .is_none_or(|stream| stream.transport != Transport::WebsocketHello)
    {
        return Ok(false);
    }
    upgrades(core, request)?;
    Ok(true)
}

/// An engine without WebSockets does not start with a route that is one.
#[cfg(not(feature = "ws"))]
#[expect(clippy::unnecessary_wraps, reason = "with WebSockets there is something to refuse")]
pub(super) fn handshake(_: &Core, _: &Request<Body>, _: &Policy) -> Result<(), Refusal> {
    Ok(())
}

/// An engine without WebSockets does not start with a route that is one.
#[cfg(not(feature = "ws"))]
#[expect(clippy::unnecessary_wraps, reason = "with WebSockets there is something to refuse")]
pub(super) fn begins_with_hello(_: &Core, _: &Request<Body>, _: &Target) -> Result<bool, Refusal> {
    Ok(false)
}
