//! Decisions that need no wait.

use std::sync::Arc;
use std::time::Duration;

use axum_core::body::Body;
use axum_core::extract::DefaultBodyLimit;
use http::{HeaderValue, Method, Request};
use http_body::Body as _;
use http_body_util::Limited;
use percent_encoding::percent_decode_str;
use smol_str::SmolStr;
use tokio::sync::Semaphore;

use super::policy::Policy;
use super::refusal::{self, Refusal};
use super::request_id::RequestId;
use super::settings::Settings;
use super::table::{RouteId, RouteTable, Target};
use super::{bearer, path, query, stream};
use crate::code;
use crate::context::{Entry, RequestContext, Scan, ScopeRules, Single};
use crate::credential::membership::{MembershipAnswer, MembershipResult};
use crate::credential::{Cause, TokenError, Verification, Verified};
use crate::envelope::ErrorEnvelope;

/// What every request of an engine shares.
#[derive(Debug)]
pub(crate) struct Core {
    pub(super) settings: Settings,
    pub(super) table: RouteTable,
    /// How the scope headers of a request for no route are read.
    no_route: ScopeRules,
    /// Room for bodies that are held to be compared, in bytes.
    pub(super) compared_bodies: Arc<Semaphore>,
}

/// What a request is for.
pub(super) enum Found {
    /// An exempt route.
    Exempt(RouteId),
    /// Anything else, known or not.
    Guarded(Target),
}

/// The role of whoever asks.
pub(super) enum Role {
    /// As the token has it.
    Known(Option<SmolStr>),
    /// As the lookup answers.
    Asked(MembershipAnswer),
}

impl Core {
    pub(super) fn new(settings: Settings, table: RouteTable) -> Self {
        let room = usize::try_from(settings.limits.compared_bodies).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            no_route: ScopeRules::default().surface_aliases(settings.surface_aliases.clone()),
            compared_bodies: Arc::new(Semaphore::new(room.min(Semaphore::MAX_PERMITS))),
            settings,
            table,
        }
    }

    pub(super) fn policy(&self, route: RouteId) -> &Policy {
        self.table.policy(route)
    }

    pub(super) fn timeout(&self, target: &Target) -> Duration {
        match target {
            Target::Route(route) => self.policy(*route).timeout,
            Target::WrongMethod(_) | Target::Unknown => self.settings.limits.timeout,
        }
    }

    fn rules(&self, target: &Target) -> &ScopeRules {
        match target {
            Target::Route(route) => &self.policy(*route).rules,
            Target::WrongMethod(_) | Target::Unknown => &self.no_route,
        }
    }

    /// Judges the syntax and finds the route.
    pub(super) fn target(&self, request: &Request<Body>, scan: &Scan<'_>) -> Result<Found, Refusal> {
        path::check(request.uri().path())?;
        one_host(request, scan)?;
        if matches!(*request.method(), Method::GET | Method::HEAD) && scan.get(Single::TransferEncoding).is_some() {
            return Err(header_issue(
                "transfer-encoding",
                "a request without a body has no transfer-encoding",
            ));
        }
        let mode = scan.get(Single::Mode);
        let is_on = |policy: &Policy| policy.is_always_on() || policy.is_on_for(mode.map(HeaderValue::as_bytes));
        Ok(match self.table.find(request.method(), request.uri().path(), is_on) {
            Target::Route(route) if self.policy(route).meta.exemption.is_some() => Found::Exempt(route),
            target => Found::Guarded(target),
        })
    }

    /// The time since 1970-01-01T00:00:00Z.
    pub(super) fn now(&self) -> Result<Duration, Refusal> {
        let now = self.settings.clock.wall();
        now.ok_or_else(|| TokenError::unavailable("the clock does not know the time").into())
    }

    /// Asks the verifier about the token. Up to here a known and an unknown path are alike, but for the exempt ones.
    ///
    /// A route that streams says that a ticket would have done.
    pub(super) fn verify(&self, scan: &Scan<'_>, target: &Target, now: Duration) -> Result<Verification, Refusal> {
        let header = scan.get(Single::Authorization);
        if let (None, Target::Route(route)) = (header, target)
            && self.policy(*route).meta.stream.is_some()
        {
            return Err(self
                .policy(*route)
                .refuse(ErrorEnvelope::builder(code::AUTH_TICKET_MISSING)));
        }
        let token = bearer::token(header)?;
        Ok(self.settings.tokens.verify(token, now))
    }

    /// Takes the verifier's word, but for the expiry, and reads the scope.
    pub(super) fn enter(
        &self,
        scan: &Scan<'_>,
        target: &Target,
        verified: Verified,
        now: Duration,
    ) -> Result<Entry, Refusal> {
        let identity = verified?;
        if identity.expires_at().is_some_and(|end| now.as_secs() >= end) {
            return Err(TokenError::Expired.into());
        }
        Ok(Entry::read(scan, identity, self.rules(target))?)
    }

    /// The role of whoever asks: as the token has it, unless the engine looks it up.
    pub(super) fn role(&self, entry: &Entry) -> Role {
        match &self.settings.membership {
            None => Role::Known(entry.token_role()),
            Some(lookup) => Role::Asked(lookup.lookup(entry.user_id(), entry.tenant_id())),
        }
    }

    /// The role that was looked up. Who has none is no member, whatever the token says.
    pub(super) fn found(&self, target: &Target, found: MembershipResult) -> Result<Option<SmolStr>, Refusal> {
        match found {
            Ok(Some(role)) => Ok(Some(role)),
            Ok(None) => {
                let error = ErrorEnvelope::builder(code::AUTH_TENANT_MEMBERSHIP_REQUIRED);
                Err(self.rules(target).scoped(error).into())
            }
            Err(error) => Err(refusal::unavailable(Some(Cause::new(error)))),
        }
    }

    /// Makes the context of a user with this role, and holds the rest of the request against it.
    pub(super) fn settle(
        &self,
        request: &Request<Body>,
        scan: &Scan<'_>,
        target: Target,
        entry: Entry,
        role: Option<SmolStr>,
        id: &RequestId,
    ) -> Result<(RouteId, RequestContext), Refusal> {
        let context = entry.into_context(role, self.rules(&target), id.for_context())?;
        let route = match target {
            Target::Route(route) if self.policy(route).is_on(context.mode()) => route,
            Target::Route(_) | Target::Unknown => return Err(refusal::not_found()),
            Target::WrongMethod(allow) => return Err(refusal::method_not_allowed(allow)),
        };
        let policy = self.policy(route);
        let roles = policy.meta.roles;
        if !roles.is_empty() && !context.role().is_some_and(|role| roles.contains(&role)) {
            return Err(policy.refuse(ErrorEnvelope::builder(code::AUTH_INSUFFICIENT_ROLE)));
        }
        self.repetitions(request, policy, &context)?;
        self.announced_size(scan, policy)?;
        stream::handshake(self, request, policy)?;
        Ok((route, context))
    }

    /// The path and the query may repeat the context, and must then equal it.
    fn repetitions(&self, request: &Request<Body>, policy: &Policy, context: &RequestContext) -> Result<(), Refusal> {
        if let Some(query) = request.uri().query() {
            query::check(query, |field| context.field(field))
                .map_err(|fault| policy.refuse(refusal::query_fault(fault)))?;
        }
        if policy.path_fields.is_empty() {
            return Ok(());
        }
        let parameters = self.table.parameters(request.uri().path());
        for &field in &policy.path_fields {
            let value = parameters
                .as_ref()
                .and_then(|parameters| parameters.get(field.as_str()));
            let equal = value.is_some_and(|value| {
                context
                    .field(field)
                    .is_some_and(|fact| percent_decode_str(value).eq(fact.bytes()))
            });
            if !equal {
                return Err(policy.refuse(refusal::mismatch("path", field)));
            }
        }
        Ok(())
    }

    /// A body that says that it is too large is not waited for.
    pub(super) fn announced_size(&self, scan: &Scan<'_>, policy: &Policy) -> Result<(), Refusal> {
        let Some(announced) = scan.get(Single::ContentLength) else {
            return Ok(());
        };
        let announced = announced.to_str().ok().and_then(|length| length.parse::<u64>().ok());
        let limit = if policy.meta.body_fields.is_empty() {
            policy.body_limit
        } else {
            policy.body_limit.min(self.settings.limits.compared_body)
        };
        if announced.is_some_and(|length| length > limit) {
            return Err(policy.refuse(ErrorEnvelope::builder(code::REQUEST_TOO_LARGE)));
        }
        Ok(())
    }

    /// Bounds a body whose size nobody announced. axum's own bound would undercut a route's.
    pub(super) fn bound_body(&self, request: &mut Request<Body>, policy: &Policy) {
        if request.body().is_end_stream() {
            return;
        }
        let limit = usize::try_from(policy.body_limit).unwrap_or(usize::MAX);
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = Body::new(Limited::new(body, limit));
        DefaultBodyLimit::disable().apply(request);
    }
}

/// A request that names two hosts may be routed by one and judged by the other.
fn one_host(request: &Request<Body>, scan: &Scan<'_>) -> Result<(), Refusal> {
    match (request.uri().authority(), scan.get(Single::Host)) {
        (Some(authority), Some(host)) if !authority.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes()) => {
            Err(header_issue("host", "the host is not that of the request's target"))
        }
        _ => Ok(()),
    }
}

fn header_issue(name: &'static str, problem: &'static str) -> Refusal {
    refusal::issue(&["header", name], problem.into(), "header_invalid").into()
}
