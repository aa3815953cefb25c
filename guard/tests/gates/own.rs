//! Gates of an engine's own, and gates that fail.

use std::future::{pending, ready};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use guard::code;
use guard::envelope::Gate;
use guard::gate::{ActionGate, Ask, Block, Judging, Passed};
use guard::store::{Memory, Stores};
use proptest::prelude::*;
use serde_json::Value;

use crate::house::*;
use crate::support::*;

/// Writes down that it was asked, then does what it is told.
#[derive(Clone)]
struct Own {
    gate: Gate,
    does: Does,
    asked: Arc<Mutex<Vec<Gate>>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Does {
    Pass,
    Block,
    BlockAsAnother,
    Panic,
    PanicLater,
    Hang,
}

impl ActionGate for Own {
    fn gate(&self) -> Gate {
        self.gate
    }

    fn judge<'a>(&'a self, _: &'a Ask<'a>) -> Judging<'a> {
        self.asked.lock().unwrap().push(self.gate);
        match self.does {
            Does::Pass => Box::pin(ready(Ok(Passed("own")))),
            Does::Block => Box::pin(ready(Err(Block::doubt(self.gate, "own")))),
            Does::BlockAsAnother => Box::pin(ready(Err(Block::new(code::INTERNAL_ERROR, "own")))),
            Does::Panic => panic!("canary of a gate"),
            Does::PanicLater => Box::pin(async { panic!("canary of a gate") }),
            Does::Hang => Box::pin(pending()),
        }
    }
}

const CODES: [&str; 6] = [
    "kill_switch.blocked",
    "firearms.license_required",
    "strategy_lock.approval_required",
    "budget_unavailable",
    "kpi_unavailable",
    "temperature_unavailable",
];

/// A house with these gates behind the built-in ones.
async fn house_with(gates: impl IntoIterator<Item = Own>) -> House {
    let memory = Memory::default();
    let stores = Stores::of(memory.clone());
    let mut chain = builder(&stores).deadline(Duration::from_millis(50));
    for gate in gates {
        chain = chain.gate(gate);
    }
    let chain = chain.start().await.unwrap();
    put_open(chain.policies()).await;
    house_of(chain, memory)
}

#[tokio::test]
async fn g66_a_gate_that_fails_denies_within_its_deadline() {
    for (place, gate) in Gate::ALL.into_iter().enumerate() {
        for (does, reason) in [
            (Does::Block, "own"),
            (Does::BlockAsAnother, "own"),
            (Does::Panic, "panicked"),
            (Does::PanicLater, "panicked"),
            (Does::Hang, "timed_out"),
        ] {
            let asked = Arc::default();
            let house = house_with([Own { gate, does, asked }]).await;
            let begun = Instant::now();
            let answer = send(&house.engine, lab("POST", "/spend")).await;
            assert!(begun.elapsed() < Duration::from_secs(3), "{gate:?} {does:?}");
            answer.is(403, CODES[place]);
            assert_eq!(answer.error()["gate"], gate.as_str());
            assert_eq!(answer.error()["details"]["reason"], reason, "{gate:?} {does:?}");
            assert!(!answer.text().contains("canary"));
            assert_eq!(house.calls.count(), 0);
            let records = records(&house.memory).await;
            assert_eq!(
                (&records[0]["decision"], &records[0]["gate"], &records[0]["reason"]),
                (&"BLOCK".into(), &gate.as_str().into(), &reason.into())
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever gates there are, in whatever order they were given: they are asked in the contract's, up to the first no.
    #[test]
    fn g69_gates_are_asked_in_the_contracts_order(
        order in Just(Gate::ALL.to_vec()).prop_shuffle(),
        blocking in proptest::option::of(0..6_usize),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let asked = Arc::new(Mutex::new(Vec::new()));
            let does = |gate| match blocking {
                Some(place) if Gate::ALL[place] == gate => Does::Block,
                _ => Does::Pass,
            };
            let gates = order.iter().map(|gate| Own { gate: *gate, does: does(*gate), asked: Arc::clone(&asked) });
            let house = house_with(gates.collect::<Vec<_>>()).await;
            let answer = send(&house.engine, lab("POST", "/act/7")).await;
            let last = blocking.unwrap_or(5);
            assert_eq!(*asked.lock().unwrap(), Gate::ALL[..=last]);
            assert_eq!(answer.status, if blocking.is_some() { 403 } else { 200 });
            // The audit says the same: the built-in gate and the one behind it, at each place.
            let records = records(&house.memory).await;
            let named: Vec<&Value> = records[0]["gates"].as_array().unwrap().iter().map(|gate| &gate["gate"]).collect();
            let expected: Vec<Value> = Gate::ALL[..=last].iter().flat_map(|gate| [gate.as_str().into(), gate.as_str().into()]).collect();
            assert_eq!(named, expected.iter().collect::<Vec<_>>());
        });
    }
}

#[tokio::test]
async fn what_a_later_gate_denies_is_not_held() {
    for gate in [Gate::Budget, Gate::Kpi, Gate::Temperature] {
        let asked = Arc::default();
        let house = house_with([Own {
            gate,
            does: Does::Block,
            asked,
        }])
        .await;
        assert_eq!(send(&house.engine, lab("POST", "/spend")).await.status, 403);
        seen().await;
        let balance = guard::store::BudgetStore::balance(&house.memory, &total())
            .await
            .unwrap();
        assert_eq!(balance, guard::store::Balance::default(), "{gate:?}");
    }
}

#[tokio::test]
async fn no_more_actions_run_at_once_than_there_is_room_for() {
    let memory = Memory::default();
    let chain = builder(&Stores::of(memory.clone()))
        .most_running(1)
        .start()
        .await
        .unwrap();
    let house = house_of(chain, memory);
    let hanging = tokio::spawn({
        let engine = house.engine.clone();
        async move {
            send(&engine, with(lab("POST", "/act/7"), "x-run-id", "hang"))
                .await
                .status
        }
    });
    while house.calls.count() == 0 {
        tokio::task::yield_now().await;
    }
    send(&house.engine, lab("POST", "/act/7"))
        .await
        .is(503, "http.exception");
    hanging.abort();
    house.chain.idle().await;
    assert_eq!(send(&house.engine, lab("POST", "/act/7")).await.status, 200);
}

#[tokio::test]
async fn a_tenant_takes_no_more_room_than_is_its_own() {
    let memory = Memory::default();
    let chain = builder(&Stores::of(memory.clone())).most_of_tenant(1);
    let house = house_of(chain.start().await.unwrap(), memory);
    let hanging = tokio::spawn({
        let engine = house.engine.clone();
        async move {
            send(&engine, with(lab("POST", "/act/7"), "x-run-id", "hang"))
                .await
                .status
        }
    });
    while house.calls.count() == 0 {
        tokio::task::yield_now().await;
    }
    send(&house.engine, lab("POST", "/act/7"))
        .await
        .is(429, "http.exception");
    let other = with(lab("POST", "/act/7"), "authorization", "Bearer u_2.t_other.member");
    let other = with(other, "x-tenant-id", "t_other");
    assert_eq!(send(&house.engine, other).await.status, 200);
    hanging.abort();
    house.chain.idle().await;
    assert_eq!(send(&house.engine, lab("POST", "/act/7")).await.status, 200);
}
