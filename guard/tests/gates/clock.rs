//! A clock that steps back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use guard::audit::{Verified, verify};
use guard::clock::Clock;
use guard::envelope::Gate;
use guard::gate::Chain;
use guard::store::{BudgetStore, Memory, Stores};
use serde_json::json;

use crate::house::*;
use crate::support::*;

/// A clock that a test sets, in seconds.
#[derive(Debug, Clone)]
struct Hand(Arc<AtomicU64>);

impl Clock for Hand {
    fn wall(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.0.load(Ordering::SeqCst)))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

#[tokio::test]
async fn g65_g71_a_clock_that_steps_back_gives_nothing_back_and_breaks_no_chain() {
    let clock = Hand(Arc::new(AtomicU64::new(NOW)));
    let memory = Memory::default();
    let chain = Chain::builder(&Stores::of(memory.clone())).clock(clock.clone());
    let chain = chain.start().await.unwrap();
    let rule = json!({"currency": "EUR", "threshold": "0.5", "daily_cap": "100"});
    everywhere(&chain, Gate::Budget, "", rule).await;
    let house = house_of(chain, memory);
    // Each spends 0.10 of the 0.25 that are held for it.
    for spent in 1..=3 {
        assert_eq!(send(&house.engine, lab("POST", "/spend")).await.status, 200);
        house.chain.idle().await;
        clock.0.store(NOW - spent * 86_400, Ordering::SeqCst);
    }
    for _ in 0..2 {
        let refused = send(&house.engine, lab("POST", "/spend")).await;
        refused.is(403, "budget_threshold_exceeded");
        clock.0.store(NOW, Ordering::SeqCst);
    }
    let balance = house.memory.balance(&total()).await.unwrap();
    assert_eq!(
        (balance.held.to_string(), balance.spent.to_string()),
        ("0".to_owned(), "0.3".to_owned())
    );
    let times: Vec<u64> = records(&house.memory)
        .await
        .iter()
        .map(|record| record["at_ms"].as_u64().unwrap())
        .collect();
    assert!(!times.is_sorted() && times.len() == 8, "{times:?}");
    let whole = verify(&house.memory, &scope(), None).await.unwrap();
    assert!(
        matches!(whole, Verified::Whole { head: Some(head) } if head.seq == 8),
        "{whole:?}"
    );
}
