//! From a request to the route that may have it, in the contract's order: request syntax, credential, scope headers,
//! membership, repetition, gates.
//!
//! Whatever can be decided without waiting is decided at once, without a future of its own; the rest is one future.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum_core::body::Body;
use http::{Extensions, Request};

use super::compare;
use super::core::{Core, Found, Role};
#[cfg(feature = "ws")]
use super::greet::Stranger;
use super::refusal::{self, Refusal, unavailable};
use super::request_id::RequestId;
use super::stream;
use super::table::{RouteId, Target};
use super::ticketed::{self, Presented};
use crate::action::{Charge, Running};
use crate::context::{Entry, RequestContext, Scan};
use crate::credential::membership::{MembershipAnswer, MembershipResult};
use crate::credential::{Verification, Verified};
use crate::gate::GateRequest;
use crate::route::GateDecision;
use crate::stream::Opening;

/// What the handler of an admitted request may want to know, in the request's extensions. Nobody else can make one.
#[derive(Debug, Clone)]
struct Admitted {
    context: Option<RequestContext>,
    #[cfg_attr(not(feature = "axum"), expect(dead_code, reason = "the extractors read it"))]
    resource_kind: Option<&'static str>,
    charge: Option<Charge>,
}

impl Charge {
    /// The charge of a request that a guard let in; `None` where its route has no budget.
    ///
    /// An axum handler takes the charge as an argument instead.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Admitted>()?.charge.as_ref()
    }
}

impl RequestContext {
    /// The context of a request that a guard let in; `None` on an exempt route, and where no guard stands before the caller.
    ///
    /// An axum handler takes the context as an argument instead.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Admitted>()?.context.as_ref()
    }
}

/// The `resource_kind` of the route of a request that a guard let in.
#[cfg(feature = "axum")]
pub(crate) fn resource_kind(extensions: &Extensions) -> Option<&'static str> {
    extensions.get::<Admitted>()?.resource_kind
}

/// What is to be done with a request.
pub(crate) enum Admission {
    /// It goes no further.
    Refused(Box<Refusal>),
    /// It goes to its route, within the route's timeout.
    Entered(Entrance, Duration),
    /// Something has to be waited for, within the route's timeout. The `resource_kind` is there once the caller may know
    /// that the route is.
    Waiting(WaitingAdmission, Duration, Option<&'static str>),
    /// Its socket opens, and its first frame says who it is.
    #[cfg(feature = "ws")]
    Greeting(Box<Stranger>),
}

/// An admission that waits. It took the request and gives it back.
pub(crate) type WaitingAdmission = Pin<Box<dyn Future<Output = Result<(Request<Body>, Entrance), Refusal>> + Send>>;

/// Where a request is let in.
pub(crate) struct Entrance {
    /// The place of the route in the list.
    pub(crate) route: usize,
    /// Its `resource_kind`.
    pub(crate) resource_kind: Option<&'static str>,
    /// What its stream opens with, if it is one.
    pub(crate) stream: Option<Box<Opening>>,
    /// Its action, where a chain wants to know how it ends.
    pub(crate) running: Option<Running>,
}

/// Decides as far as that goes without waiting. The request is handed around by reference, since it is large.
///
/// `greeted` is a client in hello mode that has said who it is.
pub(crate) fn admit(core: &Arc<Core>, request: &mut Request<Body>, greeted: bool) -> (RequestId, Admission) {
    let scan = Scan::new(request.headers());
    let id = RequestId::of(request.headers(), &scan);
    let known = scan
        .map_err(Refusal::from)
        .and_then(|scan| at_once(core, request, &scan, &id, greeted));
    let admission = match known {
        Err(refusal) => Admission::Refused(Box::new(refusal)),
        Ok(AtOnce::Settled(route, context, ticket)) => {
            let timeout = core.policy(route).timeout;
            match context {
                Some(context) if ticket.is_some() || waits(core, route) => {
                    let request = std::mem::take(request);
                    let resource_kind = core.policy(route).meta.resource_kind;
                    let rest = rest(Arc::clone(core), request, route, context, ticket);
                    Admission::Waiting(Box::pin(rest), timeout, resource_kind)
                }
                context => Admission::Entered(enter(core, request, route, context, None, None), timeout),
            }
        }
        #[cfg(feature = "ws")]
        Ok(AtOnce::Greeting) => match Stranger::new(core, request) {
            Ok(stranger) => Admission::Greeting(Box::new(stranger)),
            Err(refusal) => Admission::Refused(Box::new(refusal)),
        },
        Ok(AtOnce::Judging(target, verification)) => {
            let (request, timeout) = (std::mem::take(request), core.timeout(&target));
            let judging = judged(Arc::clone(core), request, target, verification, id.clone());
            Admission::Waiting(Box::pin(judging), timeout, None)
        }
        Ok(AtOnce::LookingUp(target, entry, lookup, ticket)) => {
            let (request, timeout) = (std::mem::take(request), core.timeout(&target));
            let looking = looked_up(Arc::clone(core), request, target, *entry, lookup, ticket, id.clone());
            Admission::Waiting(Box::pin(looking), timeout, None)
        }
    };
    (id, admission)
}

/// What is known without waiting.
enum AtOnce {
    /// The route, and who asks: nobody where it is exempt.
    Settled(RouteId, Option<RequestContext>, Option<Presented>),
    /// The first frame will say who asks.
    #[cfg(feature = "ws")]
    Greeting,
    /// The verifier takes its time.
    Judging(Target, Judging),
    /// The lookup of the membership takes its time.
    LookingUp(Target, Box<Entry>, LookingUp, Option<Presented>),
}

type Judging = Pin<Box<dyn Future<Output = Verified> + Send>>;
type LookingUp = Pin<Box<dyn Future<Output = MembershipResult> + Send>>;

fn at_once(
    core: &Core,
    request: &Request<Body>,
    scan: &Scan<'_>,
    id: &RequestId,
    greeted: bool,
) -> Result<AtOnce, Refusal> {
    let target = match core.target(request, scan)? {
        Found::Exempt(route) => {
            core.announced_size(scan, core.policy(route))?;
            return Ok(AtOnce::Settled(route, None, None));
        }
        Found::Guarded(target) => target,
    };
    if !greeted && stream::begins_with_hello(core, request, &target)? {
        #[cfg(feature = "ws")]
        return Ok(AtOnce::Greeting);
    }
    let (entry, ticket) = match ticketed::present(core, request, scan, &target)? {
        Some((entry, ticket)) => (entry, Some(ticket)),
        None => {
            let now = core.now()?;
            let verified = match core.verify(scan, &target, now)? {
                Verification::Done(verified) => verified,
                Verification::Later(verification) => return Ok(AtOnce::Judging(target, verification)),
            };
            (core.enter(scan, &target, verified, now)?, None)
        }
    };
    let role = match core.role(&entry) {
        Role::Known(role) => role,
        Role::Asked(MembershipAnswer::Done(found)) => core.found(&target, found)?,
        Role::Asked(MembershipAnswer::Later(lookup)) => {
            return Ok(AtOnce::LookingUp(target, Box::new(entry), lookup, ticket));
        }
    };
    let (route, context) = core.settle(request, scan, target, entry, role, id)?;
    Ok(AtOnce::Settled(route, Some(context), ticket))
}

/// Goes on when the verifier has spoken.
async fn judged(
    core: Arc<Core>,
    request: Request<Body>,
    target: Target,
    verification: Judging,
    id: RequestId,
) -> Result<(Request<Body>, Entrance), Refusal> {
    let verified = verification.await;
    let now = core.now()?;
    let entry = core.enter(&Scan::new(request.headers())?, &target, verified, now)?;
    let role = match core.role(&entry) {
        Role::Known(role) => role,
        Role::Asked(MembershipAnswer::Done(found)) => core.found(&target, found)?,
        Role::Asked(MembershipAnswer::Later(lookup)) => core.found(&target, lookup.await)?,
    };
    let (route, context) = core.settle(&request, &Scan::new(request.headers())?, target, entry, role, &id)?;
    rest(core, request, route, context, None).await
}

/// Goes on when the membership is known.
async fn looked_up(
    core: Arc<Core>,
    request: Request<Body>,
    target: Target,
    entry: Entry,
    lookup: LookingUp,
    ticket: Option<Presented>,
    id: RequestId,
) -> Result<(Request<Body>, Entrance), Refusal> {
    let role = core.found(&target, lookup.await)?;
    let (route, context) = core.settle(&request, &Scan::new(request.headers())?, target, entry, role, &id)?;
    rest(core, request, route, context, ticket).await
}

/// Whether the route wants more than its request's head.
fn waits(core: &Core, route: RouteId) -> bool {
    let meta = &core.policy(route).meta;
    !meta.body_fields.is_empty() || matches!(meta.gate, GateDecision::Action(_))
}

/// Uses the ticket, compares the body, then asks the gates.
async fn rest(
    core: Arc<Core>,
    mut request: Request<Body>,
    route: RouteId,
    context: RequestContext,
    ticket: Option<Presented>,
) -> Result<(Request<Body>, Entrance), Refusal> {
    let policy = core.policy(route);
    if let Some(ticket) = &ticket {
        ticketed::redeem(&core, ticket, &mut request).await?;
    }
    if !policy.meta.body_fields.is_empty() {
        request = compare::body(&core, policy, request, &context).await?;
    }
    let mut running = None;
    if let GateDecision::Action(action) = policy.meta.gate {
        // The engine does not start with an action and no gates.
        let gates = core.settings.gates.as_ref().ok_or_else(|| unavailable(None))?;
        let request = GateRequest {
            context: context.clone(),
            action,
            resource_kind: policy.meta.resource_kind,
            route: policy.meta,
            path: request.uri().path().to_owned(),
        };
        let decided = gates.decide(request).await;
        running = decided
            .map_err(|error| refusal::of_gates(error.of_action(action, policy.meta.resource_kind)))?
            .0;
    }
    let entrance = enter(&core, &mut request, route, Some(context), ticket, running);
    Ok((request, entrance))
}

/// Bounds the body of a request that is let in, and leaves the context and the charge for its handler.
fn enter(
    core: &Core,
    request: &mut Request<Body>,
    route: RouteId,
    context: Option<RequestContext>,
    ticket: Option<Presented>,
    running: Option<Running>,
) -> Entrance {
    let policy = core.policy(route);
    core.bound_body(request, policy);
    let resource_kind = policy.meta.resource_kind;
    let stream = context
        .as_ref()
        .and_then(|context| stream::opening(core, request, policy, context, ticket.is_some()));
    if context.is_some() || resource_kind.is_some() {
        request.extensions_mut().insert(Admitted {
            context,
            resource_kind,
            charge: running.as_ref().and_then(Running::charge),
        });
    } else {
        // One that was there before is somebody else's.
        request.extensions_mut().remove::<Admitted>();
    }
    Entrance {
        route: route.index(),
        resource_kind,
        stream,
        running,
    }
}
