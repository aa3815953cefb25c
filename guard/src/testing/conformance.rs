//! Runs every check against every route.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use axum_core::BoxError;
use axum_core::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt, Limited};
use tower::ServiceExt;
use tower_service::Service;

use super::answer::{Answer, Expected};
use super::checks;
use super::probe::{Draft, Probe, REQUEST_ID};
use super::{Check, Claims, MintError, MintToken, NotChecked, Outcome, Report};
use crate::clock::{Clock, SystemClock};
use crate::context::{AppId, ContextField, Mode, OpaqueId, ProjectId, TenantId};
use crate::registry::{Engine, Manifest, RouteFacts};

/// The most bytes of an answer that are read.
const MAX_ANSWER: usize = 1 << 20;

/// Holds an engine against the contract, with the defaults of [`Conformance`].
pub async fn conformance(engine: &Engine, credentials: impl MintToken) -> Report {
    Conformance::new(engine.manifest(), credentials)
        .run(engine.clone())
        .await
}

/// Holds a service against the contract of the routes in a manifest.
///
/// No handler of a guarded route is called: each request has a fault that is judged before one is. Only that of a stream is
/// asked which stream to open, and its cursor is then refused; [`Conformance::parameter`] names one that it knows. Exempt
/// routes are called without an identity, and with an empty body. What is not checked is listed in the report.
#[derive(Debug, Clone)]
#[must_use]
pub struct Conformance<'m, M> {
    pub(super) manifest: &'m Manifest,
    mint: M,
    now: Option<Duration>,
    scope: Vec<(ContextField, String)>,
    other_tenant: String,
    role: String,
    parameters: BTreeMap<String, String>,
    flags_off: Vec<String>,
}

/// Draft requests for a route: everything good but for what a check changes.
pub(super) struct Plan<'c> {
    pub(super) manifest: &'c Manifest,
    pub(super) route: &'c RouteFacts,
    /// With every good header.
    pub(super) good: Draft,
    pub(super) probes: Vec<Probe>,
    pub(super) not_checked: Vec<NotChecked>,
    scope: &'c [(ContextField, String)],
    parameters: &'c BTreeMap<String, String>,
    /// Tokens, as `Authorization` has them.
    pub(super) expired: String,
    pub(super) foreign: String,
    pub(super) low: String,
    pub(super) forged: Option<String>,
}

impl<'m, M: MintToken> Conformance<'m, M> {
    /// Checks for the routes of this manifest. The requests are those of the user `u_conformance` with the role `member` in
    /// the tenant `t_conformance` and the mode `saas`, or with the first role that a route asks for.
    pub fn new(manifest: &'m Manifest, mint: M) -> Self {
        let scope = [
            (ContextField::TenantId, "t_conformance"),
            (ContextField::Mode, "saas"),
            (ContextField::ProjectId, "p_conformance"),
            (ContextField::AppId, "a_conformance"),
            (ContextField::SurfaceId, "s_conformance"),
            (ContextField::UserId, "u_conformance"),
        ];
        Self {
            manifest,
            mint,
            now: None,
            scope: scope.map(|(field, value)| (field, value.to_owned())).to_vec(),
            other_tenant: "t_conformance_other".to_owned(),
            role: "member".to_owned(),
            parameters: BTreeMap::new(),
            flags_off: Vec::new(),
        }
    }

    /// The time of the engine's clock since 1970-01-01T00:00:00Z, where it is not the machine's.
    pub fn now(mut self, now: Duration) -> Self {
        self.now = Some(now);
        self
    }

    /// The tenant that the requests are for, and another one.
    pub fn tenants(mut self, tenant: TenantId, other: &TenantId) -> Self {
        self.other_tenant = other.as_str().to_owned();
        self.set(ContextField::TenantId, tenant.as_str())
    }

    /// The mode.
    pub fn mode(self, mode: Mode) -> Self {
        self.set(ContextField::Mode, mode.as_str())
    }

    /// The project and the app.
    pub fn project(self, project: &ProjectId, app: &AppId) -> Self {
        self.set(ContextField::ProjectId, project.as_str())
            .set(ContextField::AppId, app.as_str())
    }

    /// The user, and the role for routes that ask for none.
    pub fn user(mut self, user: &OpaqueId, role: impl Into<String>) -> Self {
        self.role = role.into();
        self.set(ContextField::UserId, user.as_str())
    }

    /// A value for the path parameters of this name; `sample` unless given.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// A flag that is off in the mode of the requests: the routes behind it are not checked.
    pub fn flag_off(mut self, flag: impl Into<String>) -> Self {
        self.flags_off.push(flag.into());
        self
    }

    fn set(mut self, field: ContextField, value: &str) -> Self {
        for (known, text) in &mut self.scope {
            if *known == field {
                value.clone_into(text);
            }
        }
        self
    }

    /// Sends everything, one request after the other.
    pub async fn run<S, B>(&self, service: S) -> Report
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone,
        S::Error: Into<BoxError>,
        B: HttpBody<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let (mut outcomes, mut not_checked) = (Vec::new(), Vec::new());
        for route in &self.manifest.routes {
            let name = format!("{} {}", route.method, route.path);
            if let Some(flag) = route
                .flag
                .as_ref()
                .filter(|flag| self.flags_off.iter().any(|off| off == *flag))
            {
                not_checked.push(NotChecked {
                    subject: name,
                    reason: format!("its flag {flag} is off"),
                });
                continue;
            }
            let plan = match self.plan(route) {
                Ok(plan) => plan,
                Err(error) => {
                    outcomes.push(Outcome {
                        check: Check::TokenMissing.as_str(),
                        route: name,
                        tickets: route.tickets.clone(),
                        request: "the tokens of this route".to_owned(),
                        failure: Some(format!("no token was made: {error}")),
                    });
                    continue;
                }
            };
            let Plan {
                probes,
                not_checked: more,
                ..
            } = checks::of_route(plan);
            not_checked.extend(more);
            for probe in &probes {
                outcomes.extend(judge(probe, send(&service, &probe.draft).await, &name, &route.tickets));
            }
        }
        let names = Check::ALL.iter().map(|check| check.as_str());
        Report::new(outcomes, not_checked, names)
    }

    fn plan(&self, route: &'m RouteFacts) -> Result<Plan<'_>, MintError> {
        let now = self.now.or_else(|| SystemClock.wall()).unwrap_or_default().as_secs();
        let role = route.roles.first().map_or(&*self.role, |role| role);
        let claims = |tenant: &str, role: &str, expires_at: u64| -> Result<Claims, MintError> {
            Ok(Claims {
                user: OpaqueId::parse(self.of(ContextField::UserId))?,
                tenant: TenantId::parse(tenant)?,
                role: role.to_owned(),
                expires_at,
            })
        };
        let tenant = self.of(ContextField::TenantId);
        let bearer = |claims: Claims| Ok::<_, MintError>(format!("Bearer {}", self.mint.mint(&claims)?));
        let good = bearer(claims(tenant, role, now + 600)?)?;
        let forged = self.mint.forge(&claims(tenant, role, now + 600)?)?;
        let mut plan = Plan {
            manifest: self.manifest,
            route,
            good: Draft::new(route.method.into(), String::new()),
            probes: Vec::new(),
            not_checked: Vec::new(),
            scope: &self.scope,
            parameters: &self.parameters,
            expired: bearer(claims(tenant, role, now.saturating_sub(3_600))?)?,
            foreign: bearer(claims(&self.other_tenant, role, now + 600)?)?,
            low: bearer(claims(tenant, "none_of_the_roles", now + 600)?)?,
            forged: forged.map(|token| format!("Bearer {token}")),
        };
        plan.good = plan.good.clone().path(plan.path(None)).with("authorization", good);
        for (name, field) in SCOPE_HEADERS {
            plan.good = plan.good.clone().with(name, self.of(field));
        }
        if !route.body_fields.is_empty() {
            plan.good = plan.good.clone().json("{}");
        }
        Ok(plan)
    }

    fn of(&self, field: ContextField) -> &str {
        value_of(&self.scope, field)
    }
}

/// The headers that choose the scope.
const SCOPE_HEADERS: [(&str, ContextField); 5] = [
    ("x-mode", ContextField::Mode),
    ("x-tenant-id", ContextField::TenantId),
    ("x-project-id", ContextField::ProjectId),
    ("x-app-id", ContextField::AppId),
    ("x-surface-id", ContextField::SurfaceId),
];

fn value_of(scope: &[(ContextField, String)], field: ContextField) -> &str {
    scope
        .iter()
        .find(|(known, _)| *known == field)
        .map_or("", |(_, value)| value)
}

impl Plan<'_> {
    /// Adds a request with a fault, and the error that it must have.
    pub(super) fn fault(
        &mut self,
        check: Check,
        what: impl Into<String>,
        draft: Draft,
        status: u16,
        code: &'static str,
    ) {
        self.expect(check, what, draft, Expected::Error(status, code));
    }

    pub(super) fn expect(&mut self, check: Check, what: impl Into<String>, draft: Draft, expected: Expected) {
        self.probes.push(Probe {
            check,
            what: what.into(),
            draft,
            expected,
        });
    }

    pub(super) fn skip(&mut self, check: Check, reason: impl Into<String>) {
        self.not_checked.push(NotChecked {
            subject: format!("{check} {} {}", self.route.method, self.route.path),
            reason: reason.into(),
        });
    }

    pub(super) fn value(&self, field: ContextField) -> &str {
        value_of(self.scope, field)
    }

    /// The route's path with its parameters filled in; the one of `contradicted` with another value than the context's.
    pub(super) fn path(&self, contradicted: Option<ContextField>) -> String {
        let segments = self.route.path.split('/').map(|segment| {
            let Some((prefix, name)) = segment.strip_suffix('}').and_then(|segment| segment.split_once('{')) else {
                return segment.to_owned();
            };
            let name = name.strip_prefix('*').unwrap_or(name);
            let value = match ContextField::named(name) {
                Some(field) if Some(field) == contradicted => "contradiction",
                Some(field) => self.value(field),
                None => self.parameters.get(name).map_or("sample", String::as_str),
            };
            format!("{prefix}{value}")
        });
        segments.collect::<Vec<_>>().join("/")
    }
}

async fn send<S, B>(service: &S, draft: &Draft) -> Result<Answer, String>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let request = draft.request().map_err(|error| format!("no request: {error}"))?;
    let response = service.clone().oneshot(request).await;
    let (parts, body) = response
        .map_err(|error| format!("no answer: {}", error.into()))?
        .into_parts();
    let status = parts.status.as_u16();
    // Only errors are looked into, and the body of a stream has no end.
    let body = if status < 400 {
        Bytes::new()
    } else {
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        body.map_err(|error| format!("no whole body: {error}"))?.to_bytes()
    };
    Ok(Answer {
        status,
        headers: parts.headers,
        body: body.to_vec(),
    })
}

/// The outcome of a probe, and of what holds for every answer.
fn judge(probe: &Probe, answer: Result<Answer, String>, route: &str, tickets: &[Cow<'static, str>]) -> Vec<Outcome> {
    let outcome = |check: Check, judged: Result<(), String>| Outcome {
        check: check.as_str(),
        route: route.to_owned(),
        tickets: tickets.to_vec(),
        request: probe.what.clone(),
        failure: judged.err(),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => return vec![outcome(probe.check, Err(failure))],
    };
    let mut outcomes = vec![outcome(probe.check, answer.is(&probe.expected))];
    if answer.is_error() {
        outcomes.push(outcome(Check::Envelope, answer.envelope().map(drop)));
    }
    // An id that is itself at fault is not repeated.
    if probe.draft.is_identified() {
        let ids: Vec<_> = answer.headers.get_all("x-request-id").iter().collect();
        let repeated = match ids[..] {
            [id] if id == REQUEST_ID => Ok(()),
            [] => Err("the answer has no X-Request-Id".to_owned()),
            _ => Err("the answer has another X-Request-Id".to_owned()),
        };
        outcomes.push(outcome(Check::RequestId, repeated));
    }
    outcomes
}
