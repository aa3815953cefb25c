//! From a request to the route that may have it, in the contract's order: request syntax, credential, scope headers,
//! membership, repetition, gates.
//!
//! Whatever can be decided without waiting is decided at once, without a future of its own; the rest is one future.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum_core::body::Body;
use http::Request;

use super::compare;
use super::core::{Begun, Core};
use super::refusal::Refusal;
use super::request_id::RequestId;
use super::table::{RouteId, Target};
use crate::context::{Entry, RequestContext, Scan};
use crate::credential::{Verification, Verified};
use crate::gate::GateRequest;
use crate::route::GateDecision;

/// What the guard knows of a request that it let in. It travels in the request's extensions; nobody else can make one.
///
/// An axum handler takes a [`RequestContext`] as an argument instead.
#[derive(Debug, Clone)]
pub struct Admitted {
    route: RouteId,
    context: Option<RequestContext>,
}

impl Admitted {
    /// What the guard knows of this request; `None` if it never passed one.
    pub fn of<B>(request: &Request<B>) -> Option<&Self> {
        request.extensions().get()
    }

    /// The place of the route among [`GuardLayer::routes`](super::GuardLayer::routes).
    pub fn route(&self) -> usize {
        self.route.index()
    }

    /// Who asks; `None` where the route is exempt.
    pub fn context(&self) -> Option<&RequestContext> {
        self.context.as_ref()
    }
}

/// What is to be done with a request.
pub(crate) enum Admission {
    /// It goes no further.
    Refused(Refusal),
    /// It goes to its route.
    Entered(Entrance, Duration),
    /// Something has to be waited for, within the route's timeout.
    Waiting(WaitingAdmission, Duration),
}

/// An admission that waits.
pub(crate) type WaitingAdmission = Pin<Box<dyn Future<Output = Result<Entrance, Refusal>> + Send>>;

/// A request that is let in.
pub(crate) struct Entrance {
    pub(crate) request: Request<Body>,
    /// The `resource_kind` of the route.
    pub(crate) resource_kind: Option<&'static str>,
}

/// Decides as far as that goes without waiting.
pub(crate) fn admit(core: &Arc<Core>, request: Request<Body>, id: &RequestId) -> Admission {
    match at_once(core, &request, id) {
        Err(refusal) => Admission::Refused(refusal),
        Ok(AtOnce::Settled(route, context)) => {
            let timeout = core.policy(route).timeout;
            match context {
                Some(context) if waits(core, route) => {
                    Admission::Waiting(Box::pin(rest(Arc::clone(core), request, route, context)), timeout)
                }
                context => Admission::Entered(enter(core, request, route, context), timeout),
            }
        }
        Ok(AtOnce::Judging(target, verification)) => {
            let timeout = core.timeout(&target);
            let judging = judged(Arc::clone(core), request, target, verification, id.clone());
            Admission::Waiting(Box::pin(judging), timeout)
        }
    }
}

/// What is known without waiting.
enum AtOnce {
    /// The route, and who asks: nobody where it is exempt.
    Settled(RouteId, Option<RequestContext>),
    /// The verifier takes its time.
    Judging(Target, Judging),
}

type Judging = Pin<Box<dyn Future<Output = Verified> + Send>>;

fn at_once(core: &Core, request: &Request<Body>, id: &RequestId) -> Result<AtOnce, Refusal> {
    let scan = Scan::new(request.headers())?;
    match core.begin(request, &scan)? {
        Begun::Exempt(route) => {
            core.announced_size(request, core.policy(route))?;
            Ok(AtOnce::Settled(route, None))
        }
        Begun::Guarded(target, Verification::Done(verified)) => {
            let entry = core.enter(request, &scan, &target, verified)?;
            let (route, context) = settle(core, request, target, entry, id)?;
            Ok(AtOnce::Settled(route, Some(context)))
        }
        Begun::Guarded(target, Verification::Later(verification)) => Ok(AtOnce::Judging(target, verification)),
    }
}

fn settle(
    core: &Core,
    request: &Request<Body>,
    target: Target,
    entry: Entry,
    id: &RequestId,
) -> Result<(RouteId, RequestContext), Refusal> {
    let role = entry.token_role();
    core.settle(request, target, entry, role, id.id.clone())
}

/// Goes on when the verifier has spoken.
async fn judged(
    core: Arc<Core>,
    request: Request<Body>,
    target: Target,
    verification: Judging,
    id: RequestId,
) -> Result<Entrance, Refusal> {
    let verified = verification.await;
    let (route, context) = {
        let scan = Scan::new(request.headers())?;
        let entry = core.enter(&request, &scan, &target, verified)?;
        settle(&core, &request, target, entry, &id)?
    };
    rest(core, request, route, context).await
}

/// Whether the route wants more than its request's head.
fn waits(core: &Core, route: RouteId) -> bool {
    let meta = &core.policy(route).meta;
    !meta.body_fields.is_empty() || matches!(meta.gate, GateDecision::Action(_))
}

/// Compares the body, then asks the gates.
async fn rest(
    core: Arc<Core>,
    mut request: Request<Body>,
    route: RouteId,
    context: RequestContext,
) -> Result<Entrance, Refusal> {
    let policy = core.policy(route);
    if !policy.meta.body_fields.is_empty() {
        request = compare::body(&core, policy, request, &context).await?;
    }
    if let GateDecision::Action(action) = policy.meta.gate {
        // The engine does not start with an action and no gates.
        let gates = core.settings.gates.as_ref().ok_or_else(super::refusal::unavailable)?;
        let request = GateRequest {
            context: context.clone(),
            action,
            resource_kind: policy.meta.resource_kind,
        };
        gates.decide(request).await?;
    }
    Ok(enter(&core, request, route, Some(context)))
}

fn enter(core: &Core, request: Request<Body>, route: RouteId, context: Option<RequestContext>) -> Entrance {
    let policy = core.policy(route);
    let mut request = core.bound_body(request, policy);
    request.extensions_mut().insert(Admitted { route, context });
    Entrance {
        request,
        resource_kind: policy.meta.resource_kind,
    }
}
