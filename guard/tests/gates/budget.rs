//! What is held, settled and let go of, whatever ends a call.

use std::time::Duration;

use guard::context::OpaqueId;
use guard::envelope::Gate;
use guard::store::{Balance, BudgetStore, Cost, Memory, Stores, UsageField, UsageFilter};
use proptest::prelude::*;
use serde_json::json;

use crate::house::*;
use crate::support::*;

fn cost(text: &str) -> Cost {
    text.parse().unwrap()
}

async fn balance(house: &House) -> Balance {
    house.memory.balance(&total()).await.unwrap()
}

/// Sends one request, waits for the end of its action, and says what is held and spent then.
async fn after(request: http::Request<Body>) -> (u16, String) {
    let house = house().await;
    let status = send(&house.engine, request).await.status;
    house.chain.idle().await;
    let balance = balance(&house).await;
    assert_eq!(balance.held, Cost::ZERO);
    (status, balance.spent.to_string())
}

#[tokio::test]
async fn a_call_costs_what_its_handler_says() {
    assert_eq!(after(lab("POST", "/spend")).await, (200, "0.1".to_owned()));
    let more = with(lab("POST", "/spend"), "x-step-id", "0.40");
    assert_eq!(
        after(more).await,
        (200, "0.4".to_owned()),
        "more than was held is counted too"
    );
    let nothing = with(lab("POST", "/spend"), "x-step-id", "0");
    assert_eq!(after(nothing).await, (200, "0".to_owned()));
}

#[tokio::test]
async fn what_a_handler_said_counts_whatever_it_answers() {
    for (run, status) in [("422", 422), ("500", 500), ("panic", 500)] {
        let request = with(lab("POST", "/spend"), "x-run-id", run);
        assert_eq!(after(request).await, (status, "0.1".to_owned()), "{run}");
    }
}

#[tokio::test]
async fn a_handler_that_says_nothing_costs_all_that_was_held() {
    assert_eq!(after(lab("POST", "/silent")).await, (200, "0.25".to_owned()));
    for (run, status, spent) in [("500", 500, "0.25"), ("panic", 500, "0.25"), ("422", 422, "0")] {
        let request = with(lab("POST", "/silent"), "x-run-id", run);
        assert_eq!(after(request).await, (status, spent.to_owned()), "{run}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_is_given_up_costs_all_that_was_held() {
    let request = with(lab("POST", "/silent"), "x-run-id", "hang");
    assert_eq!(after(request).await, (504, "0.25".to_owned()));
}

#[tokio::test]
async fn g71_a_client_that_hangs_up_is_charged() {
    let house = house().await;
    let calling = tokio::spawn({
        let engine = house.engine.clone();
        async move {
            send(&engine, with(lab("POST", "/spend"), "x-run-id", "hang"))
                .await
                .status
        }
    });
    while house.calls.count() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(balance(&house).await.held, cost("0.25"));
    calling.abort();
    house.chain.idle().await;
    let balance = balance(&house).await;
    assert_eq!((balance.held, balance.spent), (Cost::ZERO, cost("0.1")));
    assert_eq!(records(&house.memory).await[1]["result"], "disconnected");
}

#[tokio::test]
async fn a_stream_is_settled_when_it_ends() {
    assert_eq!(after(lab("POST", "/stream")).await, (200, "0.05".to_owned()));
}

#[tokio::test]
async fn a_cap_refuses_with_its_own_code() {
    for (rule, code) in [
        (
            json!({"currency": "EUR", "threshold": "0.49", "daily_cap": "9"}),
            "budget_threshold_exceeded",
        ),
        (
            json!({"currency": "EUR", "threshold": "9", "daily_cap": "0.49"}),
            "budget.daily_cap_exceeded",
        ),
    ] {
        for subject in ["", "thing.silent"] {
            let house = house().await;
            everywhere(&house.chain, Gate::Budget, subject, rule.clone()).await;
            assert_eq!(send(&house.engine, lab("POST", "/silent")).await.status, 200);
            house.chain.idle().await;
            let answer = send(&house.engine, lab("POST", "/silent")).await;
            answer.is(403, code);
            assert_eq!(answer.error()["gate"], "budget");
            assert_eq!(house.calls.count(), 1);
        }
    }
}

#[tokio::test]
async fn a_route_without_a_budget_stops_where_all_is_spent() {
    let house = house().await;
    for _ in 0..4 {
        assert_eq!(send(&house.engine, lab("POST", "/act/7")).await.status, 200);
        assert_eq!(send(&house.engine, lab("POST", "/silent")).await.status, 200);
        house.chain.idle().await;
    }
    assert_eq!(balance(&house).await.spent, cost("1"));
    send(&house.engine, lab("POST", "/act/7"))
        .await
        .is(403, "budget_threshold_exceeded");
}

#[tokio::test]
async fn currencies_are_not_mixed() {
    let dollars = json!({"currency": "USD", "threshold": "9"});
    for subject in ["", "thing.spend"] {
        let house = house().await;
        everywhere(&house.chain, Gate::Budget, subject, dollars.clone()).await;
        send(&house.engine, lab("POST", "/spend"))
            .await
            .is(403, "budget_unavailable");
    }
}

/// Neither charged twice nor run for nothing.
#[tokio::test]
async fn g73_a_request_that_is_sent_again_is_charged_once() {
    let house = house().await;
    let sent = || with(lab("POST", "/spend"), "x-request-id", "r_1");
    assert_eq!(send(&house.engine, sent()).await.status, 200);
    house.chain.idle().await;
    let again = send(&house.engine, sent()).await;
    again.is(403, "budget_unavailable");
    assert_eq!(
        again.error()["details"],
        json!({"reason": "request_repeated", "charge": "settled"})
    );
    assert_eq!(house.calls.count(), 1);
    assert_eq!(balance(&house).await.spent, cost("0.1"));
    // Another route under the same id is another charge.
    let other = with(lab("POST", "/silent"), "x-request-id", "r_1");
    assert_eq!(send(&house.engine, other).await.status, 200);
}

#[tokio::test]
async fn g73_a_request_that_never_ran_may_come_again() {
    let house = house().await;
    let sent = |run: &str| {
        let request = with(lab("POST", "/silent"), "x-request-id", "r_1");
        with(request, "x-run-id", run)
    };
    assert_eq!(send(&house.engine, sent("422")).await.status, 422);
    house.chain.idle().await;
    assert_eq!(send(&house.engine, sent("200")).await.status, 200);
    house.chain.idle().await;
    assert_eq!(balance(&house).await.spent, cost("0.25"));
}

#[tokio::test]
async fn usage_is_asked_for_by_its_fields() {
    let house = house().await;
    let request = with(lab("POST", "/spend"), "x-trace-id", "tr_1");
    assert_eq!(send(&house.engine, request).await.status, 200);
    assert_eq!(send(&house.engine, lab("POST", "/silent")).await.status, 200);
    house.chain.idle().await;
    let mut filter = UsageFilter::of(scope().tenant);
    let rows = house.memory.usage(&filter, None, 10).await.unwrap();
    assert_eq!(rows.len(), 2);
    filter.trace_id = Some(OpaqueId::parse("tr_1").unwrap());
    let rows = house.memory.usage(&filter, None, 10).await.unwrap();
    let event = &rows[0].event;
    assert_eq!(
        (rows.len(), event.tool_id.as_str(), event.cost),
        (1, "masks", cost("0.1"))
    );
    assert_eq!(event.app.as_ref().unwrap().as_str(), "studio");
    let filter = UsageFilter::of(scope().tenant);
    let totals = house.memory.totals(&filter, &[UsageField::ToolType]).await.unwrap();
    let mut sums: Vec<_> = totals
        .iter()
        .map(|total| (total.group[0].as_deref(), total.cost_micros))
        .collect();
    sums.sort_unstable();
    assert_eq!(sums, [(Some("action"), 250_000), (Some("render"), 100_000)]);
}

#[tokio::test]
async fn a_handler_can_say_too_much() {
    use guard::budget::{Charge, SpendError, Usage};
    use guard::registry::{Engine, Route};
    use guard::route::{GateDecision, Method, RouteMeta};

    async fn greedy(charge: Charge) -> String {
        let long = Usage {
            tool_id: "x".repeat(257),
            ..Usage::default()
        };
        assert!(matches!(charge.spend(long), Err(SpendError::Usage(_))));
        let all = || Usage {
            cost: Cost::MAX,
            ..Usage::default()
        };
        charge.spend(all()).unwrap();
        assert!(matches!(charge.spend(all()), Err(SpendError::TooMuch)));
        for _ in 1..guard::budget::MAX_USAGE {
            charge.spend(Usage::default()).unwrap();
        }
        charge.spend(Usage::default()).unwrap_err().to_string()
    }
    let memory = Memory::default();
    let chain = builder(&Stores::of(memory.clone())).start().await.unwrap();
    put_open(chain.policies()).await;
    let meta = RouteMeta::from_macro(Method::Post, "/greedy", "a.b", GateDecision::Action("thing.greedy"));
    let settings = guard::layer::Settings::new(Tokens).clock(Stopped).gates(chain.clone());
    let engine = Engine::new(settings, [Route::new(meta.budget(budget()), greedy)]).unwrap();
    assert!(
        send(&engine, lab("POST", "/greedy"))
            .await
            .text()
            .contains("1000 usage events")
    );
    chain.idle().await;
    assert_eq!(memory.balance(&total()).await.unwrap().spent, Cost::MAX);
}

/// Sends so many requests at once, some of them given up, and holds what was spent against the cap.
pub(crate) async fn overspend<B: BudgetStore>(stores: Stores, budget: std::sync::Arc<B>, plan: Vec<(u8, u8)>) {
    let chain = builder(&stores.budget(budget.clone())).start().await.unwrap();
    put_open(chain.policies()).await;
    let (engine, _) = engine(chain.clone());
    let mut sent = tokio::task::JoinSet::new();
    for (cents, end) in plan.iter().copied() {
        let engine = engine.clone();
        sent.spawn(async move {
            let request = with(lab("POST", "/spend"), "x-step-id", &format!("0.{:02}", cents % 26));
            let request = match end % 4 {
                0 => with(request, "x-run-id", "panic"),
                1 => with(request, "x-run-id", "hang"),
                _ => request,
            };
            let answered = tokio::time::timeout(Duration::from_millis(50), send(&engine, request)).await;
            answered.ok().map(|answer| answer.status)
        });
    }
    let answers = sent.join_all().await;
    chain.idle().await;
    let balance = budget.balance(&total()).await.unwrap();
    assert!(balance.spent <= cost("1"), "{balance:?} {answers:?}");
    assert_eq!(balance.held, Cost::ZERO, "{answers:?}");
    let rows = budget
        .usage(&UsageFilter::of(scope().tenant), None, 1_000)
        .await
        .unwrap();
    let used: i64 = rows.iter().map(|row| row.event.cost.micros()).sum();
    assert_eq!(balance.spent.micros(), used, "what is spent is what was used");
}

pub(crate) fn plans() -> impl Strategy<Value = Vec<(u8, u8)>> {
    proptest::collection::vec(any::<(u8, u8)>(), 1..40)
}

pub(crate) fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn g65_concurrent_calls_never_overspend_in_memory(plan in plans()) {
        let memory = Memory::default();
        run(overspend(Stores::of(memory.clone()), std::sync::Arc::new(memory), plan));
    }
}

#[cfg(feature = "sqlite")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn g65_concurrent_calls_never_overspend_on_sqlite(plan in plans()) {
        run(async move {
            let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            let file = guard::store::sqlite::Sqlite::open(folder.path().join("guard.db")).await.unwrap();
            overspend(Stores::of(file.clone()), std::sync::Arc::new(file), plan).await;
        });
    }
}
