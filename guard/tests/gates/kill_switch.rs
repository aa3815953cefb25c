//! The kill switch: how fast it falls, and what happens while nobody can say how it stands.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use guard::envelope::Gate;
use guard::gate::{KillTarget, Policies};
use guard::store::{Memory, PolicyScope, Stores};
use serde_json::json;

use crate::cut::Cut;
use crate::house::*;
use crate::support::*;

/// How long the second of two copies takes to know of a switch that was thrown through the first.
async fn falls_after(one: Policies, other: Policies) -> Duration {
    let target = KillTarget::new(scope()).action("thing.act");
    assert!(!other.is_killed(&target));
    let waiting = tokio::spawn(async move {
        other.killed(&target).await;
        Instant::now()
    });
    tokio::task::yield_now().await;
    put(
        &one,
        key(Gate::KillSwitch, PolicyScope::Scope(scope()), "thing.act"),
        json!({"blocked": true}),
    )
    .await;
    let thrown = Instant::now();
    let fell = tokio::time::timeout(Duration::from_secs(10), waiting)
        .await
        .unwrap()
        .unwrap();
    fell.saturating_duration_since(thrown)
}

#[tokio::test]
async fn g68_it_falls_within_a_second_where_nothing_wakes_the_copy() {
    let store = Arc::new(Cut::default());
    let one = Policies::load(store.clone()).await.unwrap();
    let other = Policies::load(store).await.unwrap();
    let after = falls_after(one, other).await;
    assert!(after < Duration::from_secs(1), "{after:?}");
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g68_it_falls_within_a_second_on_two_handles_of_one_sqlite_file() {
    use guard::store::sqlite::SqliteOptions;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = folder.path().join("guard.db");
    let open = || async { SqliteOptions::new(&file).shared().open().await.unwrap() };
    let one = Policies::load(Arc::new(open().await)).await.unwrap();
    let other = Policies::load(Arc::new(open().await)).await.unwrap();
    let after = falls_after(one, other).await;
    assert!(after < Duration::from_secs(1), "{after:?}");
}

#[tokio::test]
async fn g66_policies_that_cannot_be_read_deny_within_a_second() {
    let cut = Cut::default();
    let memory = Memory::default();
    let stores = Stores::of(memory.clone()).policies(Arc::new(cut.clone()));
    let chain = builder(&stores)
        .deadline(Duration::from_millis(100))
        .start()
        .await
        .unwrap();
    put_open(chain.policies()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let house = house_of(chain, memory);
    assert_eq!(send(&house.engine, lab("POST", "/act/7")).await.status, 200);
    cut.is_cut.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    let answer = send(&house.engine, lab("POST", "/act/7")).await;
    answer.is(403, "kill_switch.blocked");
    assert_eq!(answer.error()["details"]["reason"], "policies_unavailable");
    cut.is_cut.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(send(&house.engine, lab("POST", "/act/7")).await.status, 200);
}

#[tokio::test]
async fn what_runs_is_told_of_its_own_switch_alone() {
    let store = Arc::new(Memory::default());
    let policies = Policies::load(store).await.unwrap();
    let killed = |action: &str| {
        let (policies, target) = (policies.clone(), KillTarget::new(scope()).action(action));
        tokio::spawn(async move { policies.killed(&target).await })
    };
    let (one, other) = (killed("thing.act"), killed("thing.other"));
    put(
        &policies,
        key(Gate::KillSwitch, PolicyScope::Everywhere, "thing.act"),
        json!({"blocked": true}),
    )
    .await;
    tokio::time::timeout(Duration::from_secs(2), one)
        .await
        .unwrap()
        .unwrap();
    seen().await;
    assert!(!other.is_finished());
    put(
        &policies,
        key(Gate::KillSwitch, PolicyScope::Everywhere, ""),
        json!({"blocked": true}),
    )
    .await;
    tokio::time::timeout(Duration::from_secs(2), other)
        .await
        .unwrap()
        .unwrap();
}
