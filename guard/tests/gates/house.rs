//! An engine whose actions pass the guard's own chain, and policies that let everything pass.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use guard::budget::{Charge, Usage};
use guard::context::{Mode, OpaqueId, ProjectId, RequestContext, TenantId};
use guard::envelope::Gate;
use guard::gate::{Chain, ChainBuilder, Policies};
use guard::layer::Settings;
use guard::registry::{Engine, Route};
use guard::route::{GateDecision, Method, RouteBudget, RouteMeta};
use guard::store::{AuditStore, BudgetAccount, Memory, PolicyKey, PolicyScope, Scope, Stores};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::*;

/// How often a handler was called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<AtomicUsize>);

impl Calls {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) fn scope() -> Scope {
    Scope {
        tenant: TenantId::parse("t_acme").unwrap(),
        mode: Mode::Lab,
        project: ProjectId::parse("launch").unwrap(),
    }
}

pub(crate) fn key(gate: Gate, scope: PolicyScope, subject: &str) -> PolicyKey {
    PolicyKey {
        gate,
        scope,
        subject: subject.to_owned(),
    }
}

pub(crate) async fn put(policies: &Policies, key: PolicyKey, rule: Value) {
    let by = OpaqueId::parse("u_operator").unwrap();
    policies.put(key, Some(&rule), None, by, 0).await.unwrap();
}

/// Puts a policy that holds everywhere, and waits until the copy has it.
pub(crate) async fn everywhere(chain: &Chain, gate: Gate, subject: &str, rule: Value) {
    put(chain.policies(), key(gate, PolicyScope::Everywhere, subject), rule).await;
    seen().await;
}

/// Long enough for a copy in this process to have what was put.
pub(crate) async fn seen() {
    tokio::time::sleep(Duration::from_millis(60)).await;
}

/// What lets every action pass in every mode.
pub(crate) fn open() -> [(Gate, Value); 6] {
    [
        (Gate::KillSwitch, json!({"blocked": false})),
        (Gate::Firearms, json!({"license_required": false})),
        (
            Gate::StrategyLock,
            json!({"approval_required": false, "three_wise_required": false}),
        ),
        (
            Gate::Budget,
            json!({"currency": "EUR", "threshold": "1", "daily_cap": "1"}),
        ),
        (Gate::Kpi, json!({"metrics": {}})),
        (Gate::Temperature, json!({"ceiling": 100.0, "max_age_s": 60})),
    ]
}

pub(crate) async fn put_open(policies: &Policies) {
    for (gate, rule) in open() {
        put(policies, key(gate, PolicyScope::Everywhere, ""), rule).await;
    }
    let reading = json!({"value": 20.0, "at_s": NOW});
    let key = key(Gate::Temperature, PolicyScope::Everywhere, "reading/temperature");
    put(policies, key, reading).await;
    seen().await;
}

/// An engine, its chain and its store, with every gate open.
pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) chain: Chain,
    pub(crate) calls: Calls,
    pub(crate) memory: Memory,
}

pub(crate) async fn house() -> House {
    let memory = Memory::default();
    let chain = builder(&Stores::of(memory.clone())).start().await.unwrap();
    put_open(chain.policies()).await;
    house_of(chain, memory)
}

pub(crate) fn builder(stores: &Stores) -> ChainBuilder {
    Chain::builder(stores).clock(Stopped)
}

pub(crate) fn house_of(chain: Chain, memory: Memory) -> House {
    let (engine, calls) = engine(chain.clone());
    House {
        engine,
        chain,
        calls,
        memory,
    }
}

pub(crate) fn engine(chain: Chain) -> (Engine, Calls) {
    let calls = Calls::default();
    let settings = Settings::new(Tokens).clock(Stopped).gates(chain);
    let routes = vec![
        Route::new(action(Method::Post, "/act/{id}", "thing.act"), act),
        Route::new(action(Method::Post, "/spend", "thing.spend").budget(budget()), spend),
        Route::new(action(Method::Post, "/silent", "thing.silent").budget(budget()), silent),
        Route::new(
            action(Method::Post, "/stream", "thing.stream").budget(budget()),
            streaming,
        ),
    ];
    (Engine::with_state(settings, routes, calls.clone()).unwrap(), calls)
}

fn action(method: Method, path: &'static str, action: &'static str) -> RouteMeta {
    RouteMeta::from_macro(method, path, "engines.house.routes", GateDecision::Action(action))
        .resource_kind("thing")
        .timeout(Duration::from_secs(5))
}

/// 0.25 EUR.
pub(crate) fn budget() -> RouteBudget {
    RouteBudget::from_macro(250_000, *b"EUR")
}

/// Does what the run id says.
async fn behave(context: &RequestContext) -> Response {
    let run = context.trace().run_id.as_ref().map(OpaqueId::as_str);
    match run {
        Some("panic") => panic!("canary of a handler"),
        Some("hang") => pending().await,
        Some(status) => StatusCode::from_bytes(status.as_bytes()).unwrap().into_response(),
        None => "done".into_response(),
    }
}

async fn act(State(calls): State<Calls>, context: RequestContext) -> Response {
    calls.0.fetch_add(1, Ordering::SeqCst);
    behave(&context).await
}

/// Spends what the step id says.
async fn spend(State(calls): State<Calls>, context: RequestContext, charge: Charge) -> Response {
    calls.0.fetch_add(1, Ordering::SeqCst);
    let cost = context.trace().step_id.as_ref().map_or("0.10", OpaqueId::as_str);
    let usage = Usage {
        tool_type: "render".to_owned(),
        tool_id: "masks".to_owned(),
        cost: cost.parse().unwrap(),
        ..Usage::default()
    };
    charge.spend(usage).unwrap();
    behave(&context).await
}

async fn silent(State(calls): State<Calls>, context: RequestContext) -> Response {
    calls.0.fetch_add(1, Ordering::SeqCst);
    behave(&context).await
}

/// Spends when its body is read.
async fn streaming(charge: Charge) -> Response {
    let frames = futures_util::stream::once(async move {
        let usage = Usage {
            cost: "0.05".parse().unwrap(),
            ..Usage::default()
        };
        charge.spend(usage).unwrap();
        Ok::<_, std::convert::Infallible>("spent")
    });
    axum::body::Body::from_stream(frames).into_response()
}

/// A request in lab, which may use the stores of a test.
pub(crate) fn lab(method: &str, path: &str) -> http::Request<Body> {
    with(request(method, path), "x-mode", "lab")
}

/// The payloads of the audit, in order.
pub(crate) async fn records(audit: &dyn AuditStore) -> Vec<Value> {
    let records = audit.read(&scope(), 0, 1_000).await.unwrap();
    records
        .iter()
        .map(|record| serde_json::from_str(&record.payload).unwrap())
        .collect()
}

/// The sum of everything in the scope.
pub(crate) fn total() -> BudgetAccount {
    BudgetAccount {
        scope: scope(),
        currency: "EUR".parse().unwrap(),
        name: "total".to_owned(),
    }
}
