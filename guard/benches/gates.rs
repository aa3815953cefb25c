//! What an action costs that is judged, recorded and charged, on stores in memory.
//!
//! `cargo bench -p guard --bench gates`. Read the differences of medians of one run: `judged - ungated` is the chain with its two
//! records, `charged - judged` is what a budget adds. Each call waits for its outcome to be kept, which a client does not.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use divan::{AllocProfiler, Bencher};
use guard::budget::{Charge, Usage};
use guard::context::{OpaqueId, TenantId};
use guard::credential::{Identity, Verification, VerifyToken};
use guard::engine_route;
use guard::envelope::Gate;
use guard::gate::{Chain, GateChain, GateFuture, GateRequest, Pass};
use guard::layer::Settings;
use guard::registry::Engine;
use guard::store::{Memory, PolicyKey, PolicyScope, Stores};
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[engine_route(method = POST, path = "/ungated", router = "engines.bench.routes", no_gate = "it is measured")]
async fn ungated() {}

#[engine_route(method = POST, path = "/judged", router = "engines.bench.routes", action = "bench.judged")]
async fn judged() {}

#[engine_route(
    method = POST,
    path = "/charged",
    router = "engines.bench.routes",
    action = "bench.charged",
    budget = "0.000002 EUR"
)]
async fn charged(charge: Charge) {
    let usage = Usage {
        tool_type: "bench".to_owned(),
        cost: "0.000001".parse().unwrap(),
        ..Usage::default()
    };
    charge.spend(usage).unwrap();
}

struct Known(Arc<Identity>);

impl VerifyToken for Known {
    fn verify(&self, _: &str, _: Duration) -> Verification {
        Verification::Done(Ok(Arc::clone(&self.0)))
    }
}

/// A chain that asks nobody.
struct Open;

impl GateChain for Open {
    fn decide(&self, _: GateRequest) -> GateFuture {
        Box::pin(async { Ok(Pass::new()) })
    }
}

fn settings() -> Settings {
    let tenant = TenantId::parse("t_acme").unwrap();
    let user = Identity::builder(OpaqueId::parse("u_1").unwrap())
        .tenant(tenant)
        .expires_at(u64::MAX);
    Settings::new(Known(Arc::new(user.build().unwrap())))
}

async fn chain() -> Chain {
    let chain = Chain::builder(&Stores::of(Memory::default())).start().await.unwrap();
    let rules: [(Gate, &str, Value); 7] = [
        (Gate::KillSwitch, "", json!({"blocked": false})),
        (Gate::Firearms, "", json!({"license_required": false})),
        (
            Gate::StrategyLock,
            "",
            json!({"approval_required": false, "three_wise_required": false}),
        ),
        (
            Gate::Budget,
            "",
            json!({"currency": "EUR", "threshold": "1000000000", "daily_cap": "1000000000"}),
        ),
        (Gate::Kpi, "", json!({"metrics": {}})),
        (Gate::Temperature, "", json!({"ceiling": 80.0, "max_age_s": u64::MAX})),
        (
            Gate::Temperature,
            "reading/temperature",
            json!({"value": 20.0, "at_s": 0}),
        ),
    ];
    for (gate, subject, rule) in rules {
        let key = PolicyKey {
            gate,
            scope: PolicyScope::Everywhere,
            subject: subject.to_owned(),
        };
        let by = OpaqueId::parse("u_1").unwrap();
        chain.policies().put(key, Some(&rule), None, by, 0).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    chain
}

fn request(path: &str) -> Request<Body> {
    Request::builder()
        .method("POST")
        .uri(path)
        .header("authorization", "Bearer token")
        .header("x-mode", "lab")
        .header("x-tenant-id", "t_acme")
        .header("x-project-id", "launch")
        .header("x-app-id", "studio")
        .body(Body::empty())
        .unwrap()
}

#[divan::bench(sample_size = 8, sample_count = 2000, args = ["ungated", "asked", "judged", "charged"])]
fn action(bencher: Bencher<'_, '_>, name: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let routes = guard::routes![ungated, judged, charged];
    let chain = runtime.block_on(chain());
    let engine = if name == "asked" {
        Engine::new(settings().gates(Open), guard::routes![judged]).unwrap()
    } else {
        Engine::new(settings().gates(chain.clone()), routes).unwrap()
    };
    let path = match name {
        "ungated" => "/ungated",
        "charged" => "/charged",
        _ => "/judged",
    };
    let call = |request| {
        runtime.block_on(async {
            let Ok(response) = engine.clone().oneshot(request).await;
            let status = response.status().as_u16();
            drop(response);
            chain.idle().await;
            status
        })
    };
    assert_eq!(call(request(path)), 200);
    bencher.with_inputs(|| request(path)).bench_local_values(call);
}
