//! The audit: what it holds, when it is kept, and what happens where it cannot be.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use guard::audit::{ChainFault, Verified, verify};
use guard::envelope::Gate;
use guard::store::{
    AuditHash, AuditHead, AuditRecord, AuditStore, Backend, Durability, Memory, Scope, StoreError, StoreFuture, Stores,
};
use serde_json::{Value, json};

use crate::house::*;
use crate::support::*;

/// The audit of a memory that fails as often as it is told, and hangs when told to.
#[derive(Clone, Default)]
struct Failing {
    memory: Memory,
    failures: Arc<AtomicUsize>,
    hangs: bool,
}

impl Backend for Failing {
    fn name(&self) -> &'static str {
        "Failing"
    }

    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        self.memory.prove()
    }
}

impl AuditStore for Failing {
    fn append<'a>(&'a self, scope: &'a Scope, payloads: Vec<String>) -> StoreFuture<'a, Vec<AuditRecord>> {
        if self.hangs {
            return Box::pin(std::future::pending());
        }
        let left = self
            .failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_ok() {
            return Box::pin(async { Err(StoreError::full("canary of a disk")) });
        }
        AuditStore::append(&self.memory, scope, payloads)
    }

    fn read<'a>(&'a self, scope: &'a Scope, after: u64, limit: usize) -> StoreFuture<'a, Vec<AuditRecord>> {
        AuditStore::read(&self.memory, scope, after, limit)
    }

    fn head<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Option<AuditHead>> {
        AuditStore::head(&self.memory, scope)
    }

    fn scopes(&self) -> StoreFuture<'_, Vec<Scope>> {
        self.memory.scopes()
    }
}

#[tokio::test]
async fn a_decision_says_who_what_and_why() {
    let house = house().await;
    let mut request = lab("POST", "/act/7?secret=canary");
    for (name, value) in [
        ("x-request-id", "r_1"),
        ("x-trace-id", "tr_1"),
        ("x-run-id", "201"),
        ("x-strategy-lock-id", "sl_1"),
        ("x-surface-id", "SQUARED"),
    ] {
        request = with(request, name, value);
    }
    send(&house.engine, request).await;
    house.chain.idle().await;
    let records = records(&house.memory).await;
    let at_ms = NOW * 1_000;
    let gates = [
        "open",
        "not_required",
        "not_required",
        "not_used_up",
        "within",
        "within",
    ];
    let gates: Vec<Value> = Gate::ALL
        .iter()
        .zip(gates)
        .map(|(gate, reason)| json!({"decision": "PASS", "gate": gate.as_str(), "reason": reason}))
        .collect();
    let decision = json!({
        "action": "thing.act", "at_ms": at_ms, "code": null, "decision": "PASS", "gate": null, "gates": gates,
        "held": null, "kind": "decision", "reason": "every gate passed", "v": 1,
        "ids": {
            "request_id": "r_1", "run_id": "201", "step_id": null, "strategy_lock_id": "sl_1", "three_wise_id": null,
            "trace_id": "tr_1",
        },
        "subject": {"path": "/act/7", "resource_kind": "thing", "route": "POST /act/{id}"},
        "who": {"app_id": "studio", "role": "member", "surface_id": "squared2", "user_id": "u_1"},
    });
    let outcome = json!({
        "at_ms": at_ms, "cost": null, "decision": 1, "kind": "outcome", "request_id": "r_1", "result": "answered",
        "status": 201, "v": 1,
    });
    assert_eq!(records, [decision, outcome]);
}

/// What serde writes is what canonical JSON is: sorted, with nothing between.
#[tokio::test]
async fn records_are_canonical_json() {
    fn canonical(value: Value) -> String {
        match value {
            Value::Object(map) => {
                let sorted: BTreeMap<String, Value> = map.into_iter().collect();
                let fields: Vec<String> = sorted
                    .into_iter()
                    .map(|(key, value)| format!("{}:{}", Value::String(key), canonical(value)))
                    .collect();
                format!("{{{}}}", fields.join(","))
            }
            Value::Array(items) => {
                let items: Vec<String> = items.into_iter().map(canonical).collect();
                format!("[{}]", items.join(","))
            }
            other => other.to_string(),
        }
    }
    let house = house().await;
    for path in ["/act/7", "/spend", "/silent"] {
        send(&house.engine, lab("POST", path)).await;
    }
    house.chain.idle().await;
    let kept = AuditStore::read(&house.memory, &scope(), 0, 100).await.unwrap();
    assert_eq!(kept.len(), 6);
    for record in kept {
        assert_eq!(
            canonical(serde_json::from_str(&record.payload).unwrap()),
            record.payload
        );
    }
}

#[tokio::test]
async fn every_end_has_its_outcome() {
    for (run, result, status) in [
        ("200", "answered", json!(200)),
        ("422", "answered", json!(422)),
        ("panic", "panicked", Value::Null),
    ] {
        let house = house().await;
        send(&house.engine, with(lab("POST", "/spend"), "x-run-id", run)).await;
        house.chain.idle().await;
        let outcome = &records(&house.memory).await[1];
        assert_eq!(
            (&outcome["result"], &outcome["status"]),
            (&json!(result), &status),
            "{run}"
        );
        assert_eq!(outcome["cost"], json!({"amount": "0.1", "currency": "EUR"}));
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_is_given_up_has_its_outcome() {
    let house = house().await;
    send(&house.engine, with(lab("POST", "/act/7"), "x-run-id", "hang"))
        .await
        .is(504, "request.timeout");
    house.chain.idle().await;
    assert_eq!(records(&house.memory).await[1]["result"], "timed_out");
}

#[tokio::test]
async fn what_is_denied_is_kept_too() {
    let house = house().await;
    everywhere(&house.chain, Gate::KillSwitch, "", json!({"blocked": true})).await;
    send(&house.engine, lab("POST", "/act/7")).await;
    house.chain.idle().await;
    let records = records(&house.memory).await;
    assert_eq!(records.len(), 1);
    assert_eq!(
        (&records[0]["decision"], &records[0]["code"], &records[0]["gates"]),
        (
            &json!("BLOCK"),
            &json!("kill_switch.blocked"),
            &json!([{"decision": "BLOCK", "gate": "kill_switch", "reason": "blocked"}])
        )
    );
}

#[tokio::test]
async fn g71_what_cannot_be_kept_is_refused_before_the_handler() {
    let full = Failing {
        failures: Arc::new(AtomicUsize::new(usize::MAX)),
        ..Failing::default()
    };
    let hanging = Failing {
        hangs: true,
        ..Failing::default()
    };
    for audit in [full, hanging] {
        let memory = Memory::default();
        let stores = Stores::of(memory.clone()).audit(Arc::new(audit));
        let chain = builder(&stores)
            .deadline(Duration::from_millis(50))
            .start()
            .await
            .unwrap();
        put_open(chain.policies()).await;
        let house = house_of(chain, memory);
        let answer = send(&house.engine, lab("POST", "/spend")).await;
        answer.is(503, "http.exception");
        assert!(!answer.text().contains("canary"));
        assert_eq!(house.calls.count(), 0);
        seen().await;
        let balance = guard::store::BudgetStore::balance(&house.memory, &total())
            .await
            .unwrap();
        assert_eq!(balance, guard::store::Balance::default(), "what was held is let go of");
    }
}

#[tokio::test]
async fn g71_an_outcome_waits_for_a_store_that_comes_back() {
    let audit = Failing::default();
    let memory = Memory::default();
    let stores = Stores::of(memory.clone()).audit(Arc::new(audit.clone()));
    let chain = builder(&stores).start().await.unwrap();
    put_open(chain.policies()).await;
    let house = house_of(chain, memory);
    let calling = tokio::spawn({
        let engine = house.engine.clone();
        async move {
            send(&engine, with(lab("POST", "/act/7"), "x-run-id", "hang"))
                .await
                .status
        }
    });
    while house.calls.count() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    audit.failures.store(3, Ordering::SeqCst);
    calling.abort();
    house.chain.idle().await;
    assert_eq!(records(&audit).await[1]["result"], "disconnected");
}

/// At every moment at which a client can hang up there is a decision, and an outcome for each that passed.
#[tokio::test]
async fn g71_hanging_up_at_any_moment_loses_no_record() {
    let house = house().await;
    for polls in 0..12 {
        let engine = house.engine.clone();
        let mut sending = Box::pin(async move { send(&engine, with(lab("POST", "/act/7"), "x-run-id", "hang")).await });
        for _ in 0..polls {
            assert!((&mut sending).now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        drop(sending);
        house.chain.idle().await;
    }
    house.chain.idle().await;
    let records = records(&house.memory).await;
    let of_kind = |kind: &str| records.iter().filter(|record| record["kind"] == kind).count();
    assert!(of_kind("decision") >= 10, "{records:?}");
    assert_eq!(of_kind("decision"), of_kind("outcome"));
    let results: Vec<_> = records.iter().filter_map(|record| record["result"].as_str()).collect();
    assert!(results.contains(&"disconnected"), "{results:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_is_whole_after_many_at_once() {
    let house = house().await;
    let mut sent = tokio::task::JoinSet::new();
    for number in 0..100 {
        let engine = house.engine.clone();
        sent.spawn(async move { send(&engine, lab("POST", &format!("/act/{number}"))).await.status });
    }
    assert!(sent.join_all().await.iter().all(|status| *status == 200));
    house.chain.idle().await;
    let Verified::Whole { head: Some(head) } = verify(&house.memory, &scope(), None).await.unwrap() else {
        panic!("the chain is broken");
    };
    assert_eq!(head.seq, 200);
}

/// A chain as somebody left it.
#[derive(Clone)]
struct Tampered {
    records: Vec<AuditRecord>,
    head: Option<AuditHead>,
}

impl Backend for Tampered {
    fn name(&self) -> &'static str {
        "Tampered"
    }

    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

impl AuditStore for Tampered {
    fn append<'a>(&'a self, _: &'a Scope, _: Vec<String>) -> StoreFuture<'a, Vec<AuditRecord>> {
        Box::pin(async { Err(StoreError::Refused("it is read only")) })
    }

    fn read<'a>(&'a self, _: &'a Scope, after: u64, limit: usize) -> StoreFuture<'a, Vec<AuditRecord>> {
        let records = self
            .records
            .iter()
            .filter(|record| record.seq > after)
            .take(limit)
            .cloned()
            .collect();
        Box::pin(async { Ok(records) })
    }

    fn head<'a>(&'a self, _: &'a Scope) -> StoreFuture<'a, Option<AuditHead>> {
        Box::pin(async { Ok(self.head) })
    }

    fn scopes(&self) -> StoreFuture<'_, Vec<Scope>> {
        Box::pin(async { Ok(vec![scope()]) })
    }
}

/// A whole chain of so many records.
async fn whole(count: usize) -> Tampered {
    let memory = Memory::default();
    let payloads = (0..count).map(|number| format!("{{\"n\":{number}}}")).collect();
    AuditStore::append(&memory, &scope(), payloads).await.unwrap();
    let records = AuditStore::read(&memory, &scope(), 0, count).await.unwrap();
    Tampered {
        head: records.last().map(AuditRecord::head),
        records,
    }
}

#[tokio::test]
async fn the_first_broken_record_is_named() {
    let good = whole(2_500).await;
    assert_eq!(
        verify(&good, &scope(), None).await.unwrap(),
        Verified::Whole { head: good.head }
    );
    type Deed = fn(&mut Tampered);
    let deeds: [(Deed, u64, ChainFault); 9] = [
        (|chain| chain.records[1_499].payload.push(' '), 1_500, ChainFault::Hash),
        (|chain| drop(chain.records.remove(0)), 1, ChainFault::Missing),
        (|chain| drop(chain.records.remove(1_499)), 1_500, ChainFault::Missing),
        (|chain| drop(chain.records.pop()), 2_500, ChainFault::Missing),
        (|chain| chain.records.clear(), 1, ChainFault::Missing),
        (|chain| chain.records.swap(9, 10), 10, ChainFault::Missing),
        (
            |chain| {
                // A changed record with a hash to match.
                let before = chain.records[9].hash;
                let record = &mut chain.records[10];
                record.payload = "{}".to_owned();
                record.hash = AuditHash::of(Some(&before), "{}");
            },
            12,
            ChainFault::Previous,
        ),
        (
            |chain| {
                // The last record, changed so.
                let before = chain.records[2_498].hash;
                let record = &mut chain.records[2_499];
                record.payload = "{}".to_owned();
                record.hash = AuditHash::of(Some(&before), "{}");
            },
            2_500,
            ChainFault::Replaced,
        ),
        (|chain| chain.records[5].previous = None, 6, ChainFault::Previous),
    ];
    for (place, (deed, seq, fault)) in deeds.into_iter().enumerate() {
        let mut chain = good.clone();
        deed(&mut chain);
        let verified = verify(&chain, &scope(), None).await.unwrap();
        assert_eq!(verified, Verified::Broken { seq, fault }, "deed {place}");
    }
}

/// Whoever can write everything can write a chain anew; an end that was noted elsewhere tells.
#[tokio::test]
async fn a_chain_that_was_cut_off_shows_against_a_noted_end() {
    let good = whole(100).await;
    let noted = good.head;
    let mut cut = good.clone();
    cut.records.truncate(50);
    cut.head = cut.records.last().map(AuditRecord::head);
    assert!(matches!(
        verify(&cut, &scope(), None).await.unwrap(),
        Verified::Whole { .. }
    ));
    let verified = verify(&cut, &scope(), noted).await.unwrap();
    assert_eq!(
        verified,
        Verified::Broken {
            seq: 51,
            fault: ChainFault::Missing
        }
    );
    let mut other = whole(10).await;
    other.records.truncate(5);
    let noted = other.records.last().map(AuditRecord::head);
    assert!(matches!(
        verify(&good, &scope(), noted).await.unwrap(),
        Verified::Whole { .. }
    ));
    let replaced = Some(AuditHead {
        seq: 5,
        hash: AuditHash::of(None, "another"),
    });
    let verified = verify(&good, &scope(), replaced).await.unwrap();
    assert_eq!(
        verified,
        Verified::Broken {
            seq: 5,
            fault: ChainFault::Replaced
        }
    );
}
