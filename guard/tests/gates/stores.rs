//! Which stores serve which mode, and what keeps a chain or an engine from starting.

use std::sync::Arc;

use guard::context::Mode;
use guard::envelope::Gate;
use guard::gate::{Chain, ChainError, GateChain, GateFuture, GateRequest, Pass};
use guard::layer::Settings;
use guard::registry::{Engine, Route};
use guard::route::{GateDecision, Method, RouteMeta};
use guard::store::{
    AuditHead, AuditRecord, AuditStore, Backend, Durability, Memory, Policy, PolicyKey, PolicyStore, Put, PutPolicy,
    Scope, StoreFuture, StoreKind, Stores, Tail,
};
use serde_json::json;

use crate::house::*;
use crate::support::*;

#[tokio::test]
async fn h80_no_mode_but_lab_is_served_by_stores_that_forget() {
    let house = house().await;
    for mode in ["saas", "enterprise"] {
        let answer = send(&house.engine, with(request("POST", "/act/7"), "x-mode", mode)).await;
        answer.is(403, "policies.backend_forbidden");
    }
    assert_eq!(house.calls.count(), 0);
    assert_eq!(send(&house.engine, lab("POST", "/act/7")).await.status, 200);
}

#[tokio::test]
async fn a_chain_names_the_store_that_is_missing() {
    let error = Chain::builder(&Stores::default()).start().await.unwrap_err();
    assert!(matches!(error, ChainError::NoStore(StoreKind::Policies)));
    assert!(error.to_string().contains("Stores::policies"), "{error}");
    let policies = Stores::default().policies(Arc::new(Memory::default()));
    let error = Chain::builder(&policies).start().await.unwrap_err();
    assert!(error.to_string().contains("Stores::audit"), "{error}");
}

/// A chain of the engine's own.
struct Open;

impl GateChain for Open {
    fn decide(&self, _: GateRequest) -> GateFuture {
        Box::pin(async { Ok(Pass::new()) })
    }
}

#[tokio::test]
async fn a_budget_that_nobody_would_hold_keeps_the_engine_from_starting() {
    let meta = |gate| RouteMeta::from_macro(Method::Post, "/renders", "a.b", gate).budget(budget());
    let start = |settings: Settings, gate| Engine::new(settings, [Route::new(meta(gate), || async {})]).map(|_| ());
    let act = GateDecision::Action("render.start");
    let error = start(Settings::new(Tokens).gates(Open), act).unwrap_err().to_string();
    assert!(
        error.contains("POST /renders: the budget 0.25 EUR is held by nobody"),
        "{error}"
    );
    let chain = Chain::builder(&Stores::of(Memory::default())).start().await.unwrap();
    let ungated = GateDecision::NoGate { reason: "a test" };
    let error = start(Settings::new(Tokens).gates(chain.clone()), ungated)
        .unwrap_err()
        .to_string();
    assert!(error.contains("a budget and no action"), "{error}");
    start(Settings::new(Tokens).gates(chain), act).unwrap();
}

/// A memory that says of itself what a synchronised disk may say.
struct Synced(Memory);

impl Backend for Synced {
    fn name(&self) -> &'static str {
        "Synced"
    }

    fn durability(&self) -> Durability {
        Durability::Synced
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        self.0.prove()
    }
}

impl AuditStore for Synced {
    fn append<'a>(&'a self, scope: &'a Scope, payloads: Vec<String>) -> StoreFuture<'a, Vec<AuditRecord>> {
        AuditStore::append(&self.0, scope, payloads)
    }

    fn read<'a>(&'a self, scope: &'a Scope, after: u64, limit: usize) -> StoreFuture<'a, Vec<AuditRecord>> {
        AuditStore::read(&self.0, scope, after, limit)
    }

    fn head<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Option<AuditHead>> {
        AuditStore::head(&self.0, scope)
    }

    fn scopes(&self) -> StoreFuture<'_, Vec<Scope>> {
        self.0.scopes()
    }
}

impl PolicyStore for Synced {
    fn get<'a>(&'a self, key: &'a PolicyKey) -> StoreFuture<'a, Option<Policy>> {
        self.0.get(key)
    }

    fn put(&self, policy: PutPolicy) -> StoreFuture<'_, Put> {
        self.0.put(policy)
    }

    fn changes(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<Policy>> {
        self.0.changes(after, limit)
    }

    fn watch(&self) -> Tail {
        PolicyStore::watch(&self.0)
    }
}

/// In saas nothing passes before every gate has a policy, and what holds budget has to be durable too.
#[tokio::test]
async fn saas_wants_a_policy_of_every_gate() {
    let memory = Memory::default();
    let synced = Arc::new(Synced(memory.clone()));
    let stores = Stores::of(memory.clone()).audit(synced.clone()).policies(synced);
    let chain = builder(&stores).start().await.unwrap();
    let (engine, calls) = engine(chain.clone());
    for ((gate, rule), code) in open().into_iter().zip([
        "kill_switch.blocked",
        "firearms.license_required",
        "strategy_lock.approval_required",
        "budget_threshold_missing",
        "kpi_threshold_missing",
        "temperature_unavailable",
    ]) {
        let answer = send(&engine, request("POST", "/act/7")).await;
        answer.is(403, code);
        assert_eq!(answer.error()["details"]["reason"], "policy_missing");
        everywhere(&chain, gate, "", rule).await;
    }
    let reading = json!({"value": 20.0, "at_s": NOW});
    everywhere(&chain, Gate::Temperature, "reading/temperature", reading).await;
    assert_eq!(calls.count(), 0);
    assert_eq!(send(&engine, request("POST", "/act/7")).await.status, 200);
    send(&engine, request("POST", "/spend"))
        .await
        .is(403, "budget.backend_forbidden");
    chain.idle().await;
    let saas = Scope {
        mode: Mode::Saas,
        ..scope()
    };
    assert_eq!(AuditStore::read(&memory, &saas, 0, 100).await.unwrap().len(), 8);
}
