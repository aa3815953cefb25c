//! A transport ticket in place of a token, on routes that stream.

use std::sync::Arc;

use axum_core::body::Body;
use form_urlencoded::{Serializer, parse};
use http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Uri};

use super::core::Core;
use super::refusal::{self, Refusal};
use super::table::Target;
use crate::code;
use crate::context::{Entry, GivenScope, Scan, Single};
use crate::credential::{Cause, Identity};
use crate::envelope::ErrorEnvelope;
use crate::route::Transport;
#[cfg(feature = "ws")]
use crate::stream::EchoedProtocol;
use crate::ticket::{Place, RedeemError, Ticket, TicketError, TicketFault};

/// A ticket that holds and has yet to be redeemed.
pub(super) type Presented = Box<Ticket>;

/// The parameter, for clients that can set nothing but the address.
const PARAMETER: &str = "ticket";

/// How a ticket stands among the subprotocols of a WebSocket.
const PROTOCOL: &str = "ticket.";

/// The scope of the ticket that a request for a stream brings; `None` where it brings none.
pub(super) fn present(
    core: &Core,
    request: &Request<Body>,
    scan: &Scan<'_>,
    target: &Target,
) -> Result<Option<(Entry, Presented)>, Refusal> {
    let Target::Route(route) = target else { return Ok(None) };
    let policy = core.policy(*route);
    let (Some(stream), Some(tickets)) = (policy.meta.stream, &core.settings.transport_tickets) else {
        return Ok(None);
    };
    let mut found = parse(request.uri().query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| name == PARAMETER)
        .map(|(_, value)| value.into_owned())
        .collect::<Vec<_>>();
    if stream.transport != Transport::Sse {
        found.extend(protocols(request).filter_map(|protocol| Some(protocol.strip_prefix(PROTOCOL)?.to_owned())));
    }
    let ticket = match &found[..] {
        [] => return Ok(None),
        [ticket] => ticket,
        [..] => return Err(policy.refuse(ErrorEnvelope::builder(code::AUTH_TICKET_INVALID))),
    };
    if scan.get(Single::Authorization).is_some() {
        let problem = "a request has one credential: send the token or the ticket, not both";
        return Err(policy.refuse(refusal::issue(&["query", PARAMETER], problem.into(), "two_credentials")));
    }
    let place = Place::new(request.uri().path());
    let place = only(request, &ORIGIN).map_or(place, |origin| place.origin(origin));
    let ticket = tickets.verify(ticket, place)?;
    let scope = ticket.scope();
    let user = scope.user_id.clone().ok_or(TicketError::from(TicketFault::NoUser))?;
    let identity = Identity::builder(user)
        .tenant(scope.tenant_id.clone())
        .expires_at(ticket.expires_at())
        .build();
    let identity = identity.map_err(|_| TicketError::from(TicketFault::Body))?;
    let given = GivenScope {
        mode: scope.mode,
        tenant_id: scope.tenant_id.clone(),
        project_id: scope.project_id.clone(),
        app_id: scope.app_id.clone(),
        surface_id: scope.surface_id.clone(),
    };
    let entry = Entry::of_ticket(scan, Arc::new(identity), given, &policy.rules)?;
    Ok(Some((entry, Box::new(ticket))))
}

/// Uses the ticket, and takes it out of what the handler will see.
pub(super) async fn redeem(core: &Core, presented: &Presented, request: &mut Request<Body>) -> Result<(), Refusal> {
    let tickets = core.settings.transport_tickets.as_ref();
    let tickets = tickets.ok_or_else(|| refusal::unavailable(None))?;
    tickets.redeem(presented).await?;
    if let Some(uri) = without_ticket(request.uri()) {
        *request.uri_mut() = uri;
    }
    let kept: Vec<String> = protocols(request)
        .filter(|protocol| !protocol.starts_with(PROTOCOL))
        .map(str::to_owned)
        .collect();
    #[cfg(feature = "ws")]
    if kept.is_empty()
        && let Some(only) = request.headers().get(SEC_WEBSOCKET_PROTOCOL)
    {
        let only = EchoedProtocol(only.clone());
        request.extensions_mut().insert(only);
    }
    request.headers_mut().remove(SEC_WEBSOCKET_PROTOCOL);
    if let Ok(kept) = HeaderValue::try_from(kept.join(", "))
        && !kept.is_empty()
    {
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, kept);
    }
    Ok(())
}

/// The subprotocols that a client offers, in its order.
fn protocols(request: &Request<Body>) -> impl Iterator<Item = &str> {
    let values = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',').map(str::trim))
}

fn only<'r>(request: &'r Request<Body>, name: &http::HeaderName) -> Option<&'r str> {
    let mut values = request.headers().get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

fn without_ticket(uri: &Uri) -> Option<Uri> {
    let query = uri.query()?;
    let kept = parse(query.as_bytes()).filter(|(name, _)| name != PARAMETER);
    let query = Serializer::new(String::new()).extend_pairs(kept).finish();
    let path = match &*query {
        "" => PathAndQuery::try_from(uri.path()),
        query => PathAndQuery::try_from(format!("{}?{query}", uri.path())),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path.ok()?);
    Uri::from_parts(parts).ok()
}

impl From<TicketError> for Refusal {
    fn from(error: TicketError) -> Self {
        Self {
            cause: Some(Cause::new(error)),
            ..error.envelope().into()
        }
    }
}

impl From<RedeemError> for Refusal {
    fn from(error: RedeemError) -> Self {
        match error {
            RedeemError::Ticket(error) => error.into(),
            RedeemError::Forgetful(mode) => {
                let forbidden = code::backend_forbidden("ticket").unwrap_or(code::INTERNAL_ERROR);
                ErrorEnvelope::builder(forbidden).detail("mode", mode.as_str()).into()
            }
            error => refusal::unavailable(Some(Cause::new(error))),
        }
    }
}
