//! An engine with a route of every kind. Its handlers say that they ran, so that a test sees when one must not have.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::handler::Handler;
use axum::response::IntoResponse;
use guard::code;
use guard::context::MissingStatus;
use guard::context::{ContextField, Mode, RequestContext};
use guard::envelope::ErrorEnvelope;
use guard::gate::{GateChain, GateFuture, GateRequest, Pass};
use guard::layer::{Limits, Settings};
use guard::registry::{Engine, Route};
use guard::route::{Exemption, GateDecision, Method, RouteMeta};
use serde_json::{Value, json};

use crate::support::*;

/// How often a handler was called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<AtomicUsize>);

impl Calls {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Lets the tenants through whose name does not start with the gate's answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gates;

impl GateChain for Gates {
    fn decide(&self, request: GateRequest) -> GateFuture {
        let run = request.context.trace().run_id.as_ref().map(|id| id.as_str().to_owned());
        if run.as_deref() == Some("panic-at-once") {
            panic!("canary of a gate");
        }
        Box::pin(async move {
            match run.as_deref() {
                Some("deny") => Err(ErrorEnvelope::builder(code::KILL_SWITCH_BLOCKED)
                    .action_name(request.action)
                    .build()),
                Some("error") => Err(ErrorEnvelope::builder(code::BUDGET_UNAVAILABLE).build()),
                Some("panic") => panic!("canary of a gate"),
                Some("hang") => pending().await,
                _ => Ok(Pass::new()),
            }
        })
    }
}

pub(crate) const fn meta(method: Method, path: &'static str) -> RouteMeta {
    let gate = match method {
        Method::Get => GateDecision::Reads,
        _ => GateDecision::NoGate { reason: "a test" },
    };
    RouteMeta::from_macro(method, path, "engines.house.routes", gate)
}

pub(crate) const fn exempt(method: Method, path: &'static str, exemption: Exemption) -> RouteMeta {
    RouteMeta::from_macro(method, path, exemption.router, GateDecision::Exempt).exemption(exemption)
}

pub(crate) fn settings() -> Settings {
    Settings::new(Tokens)
        .clock(Stopped)
        .gates(Gates)
        .flags(|flag: &str, mode: Mode| match flag {
            "on" => Ok(true),
            "lab_only" => Ok(mode == Mode::Lab),
            "off" => Ok(false),
            _ => Err("the provider is down".into()),
        })
        .limits(
            Limits::default()
                .body(2_000)
                .compared_body(1_000)
                .compared_bodies(4_000),
        )
}

async fn whoami(State(calls): State<Calls>, context: RequestContext) -> Json<Value> {
    calls.add();
    let field = |field| context.field(field);
    Json(json!({
        "tenant_id": field(ContextField::TenantId),
        "mode": field(ContextField::Mode),
        "project_id": field(ContextField::ProjectId),
        "app_id": field(ContextField::AppId),
        "surface_id": field(ContextField::SurfaceId),
        "user_id": field(ContextField::UserId),
        "role": context.role(),
        "request_id": context.request_id().as_str(),
    }))
}

async fn echo(State(calls): State<Calls>, _: RequestContext, body: axum::body::Bytes) -> axum::body::Bytes {
    calls.add();
    body
}

async fn open(State(calls): State<Calls>, body: axum::body::Bytes) -> axum::body::Bytes {
    calls.add();
    body
}

async fn hang(State(calls): State<Calls>) -> &'static str {
    calls.add();
    pending().await
}

const DECLARED: &[ContextField] = &ContextField::ALL;

/// The routes, behind the settings of [`settings`].
pub(crate) fn house() -> (Engine, Calls) {
    house_with(settings(), Vec::new())
}

/// The house with one more route.
pub(crate) fn with_route<H: Handler<T, Calls>, T: 'static>(meta: RouteMeta, handler: H) -> (Engine, Calls) {
    house_with(settings(), vec![Route::new(meta, handler)])
}

pub(crate) fn house_with(settings: Settings, more: Vec<Route<Calls>>) -> (Engine, Calls) {
    let calls = Calls::default();
    let mut act = meta(Method::Post, "/act")
        .resource_kind("thing")
        .timeout(Duration::from_millis(200));
    act.gate = GateDecision::Action("thing.act");
    let mut routes = vec![
        Route::new(exempt(Method::Get, "/ops/status", Exemption::EX_001), open),
        Route::new(exempt(Method::Post, "/auth/login", Exemption::EX_002), open),
        Route::new(meta(Method::Get, "/whoami").tickets(&["ENG-STD-001"]), whoami),
        Route::new(
            meta(Method::Get, "/t/{tenant_id}/u/{user_id}").resource_kind("thing"),
            whoami,
        ),
        Route::new(meta(Method::Get, "/files/{*rest}"), whoami),
        Route::new(meta(Method::Post, "/echo"), echo),
        Route::new(meta(Method::Delete, "/echo"), echo),
        Route::new(meta(Method::Post, "/tiny").body_limit(8).resource_kind("thing"), echo),
        Route::new(
            meta(Method::Post, "/claim")
                .body_fields(DECLARED)
                .resource_kind("thing"),
            echo,
        ),
        Route::new(act, echo),
        Route::new(
            meta(Method::Get, "/owners")
                .roles(&["owner", "admin"])
                .resource_kind("thing"),
            whoami,
        ),
        Route::new(
            meta(Method::Get, "/strict")
                .missing_status(MissingStatus::UnprocessableEntity)
                .resource_kind("thing")
                .tickets(&["ENG-STD-003"]),
            whoami,
        ),
        Route::new(
            meta(Method::Get, "/hard")
                .missing_status(MissingStatus::Unauthorized)
                .tickets(&["PR-HARD-09"]),
            whoami,
        ),
        Route::new(
            meta(Method::Get, "/hang")
                .timeout(Duration::from_millis(50))
                .resource_kind("thing"),
            hang,
        ),
    ];
    routes.extend(more);
    (Engine::with_state(settings, routes, calls.clone()).unwrap(), calls)
}

/// A response of a handler that is no guard's business.
pub(crate) async fn answered_by<R: IntoResponse + 'static>(make: fn() -> R) -> Answer {
    let (engine, _) = with_route(meta(Method::Get, "/made").resource_kind("thing"), move || async move {
        make()
    });
    send(&engine, request("GET", "/made")).await
}
