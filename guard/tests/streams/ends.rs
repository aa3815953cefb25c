//! How a stream ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use guard::code;
use guard::context::OpaqueId;
use guard::envelope::{ErrorEnvelope, Gate};
use guard::gate::Policies;
use guard::store::{EventLog, PolicyKey, PolicyScope, Retention};
use guard::stream::{StreamInfo, StreamLimits};
use serde_json::json;
use tokio::time::Instant;

use crate::cut::Cut;
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn e50_a_stream_ends_with_its_token() {
    let house = House::default();
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let mut client = Client::open(&engine, get("/sse/chat/th_1")).await;
    publish(&streams, &stream("chat", "th_1"), 0..1).await;
    assert_eq!(client.numbers(1).await, [0]);
    house.clock.set(NOW + 60);
    publish(&streams, &stream("chat", "th_1"), 1..2).await;
    let end = client.next().await.unwrap();
    assert_eq!(
        (&*end.name, end.id),
        ("error", None),
        "the event after the end is not sent"
    );
    assert_eq!(end.data["error"]["code"], "auth.token_expired");
    assert_eq!(client.next().await, None);
    drop(client);
    assert_eq!(streams.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn e50_a_silent_stream_ends_with_its_token_too() {
    let house = House::default();
    let streams = house.streams().build();
    let soon = format!("Bearer u_1.t_acme.{}", NOW + 4);
    let request = with(get("/sse/chat/th_1"), "authorization", &soon);
    let mut client = Client::open(&house.engine(&streams), request).await;
    let begun = Instant::now();
    let clock = house.clock.clone();
    tokio::spawn(async move {
        // A moment before the timer of the stream, so that it finds the time that it waited for.
        tokio::time::sleep(Duration::from_millis(3_999)).await;
        clock.set(NOW + 4);
    });
    assert_eq!(client.next().await.unwrap().data["error"]["code"], "auth.token_expired");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// A kill switch that is thrown and says so.
fn kill_switch(house: &House) -> (guard::stream::Streams, Arc<AtomicBool>) {
    let thrown = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&thrown);
    let gate = move |info: &StreamInfo| {
        let hits = info.stream.kind.as_str() == "chat" && info.context.tenant_id().as_str() == "t_acme";
        if hits && switch.load(Ordering::SeqCst) {
            return Err(ErrorEnvelope::builder(code::KILL_SWITCH_BLOCKED)
                .action_name("chat.follow")
                .build());
        }
        Ok(())
    };
    (house.streams().gate(gate).build(), thrown)
}

#[tokio::test]
async fn g68_a_kill_switch_ends_running_streams_within_a_second() {
    a_kill_switch(House::default()).await;
}

pub(crate) async fn a_kill_switch(house: House) {
    let (streams, thrown) = kill_switch(&house);
    let engine = house.engine(&streams);
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(Client::open(&engine, get("/sse/chat/th_1")).await);
    }
    let mut spared = Client::open(&engine, get("/sse/canvas/c_1")).await;
    let thrown_at = std::time::Instant::now();
    thrown.store(true, Ordering::SeqCst);
    streams.recheck();
    for mut client in clients {
        let end = client.next().await.unwrap();
        assert_eq!((&*end.name, end.id), ("error", None));
        assert_eq!(end.data["error"]["code"], "kill_switch.blocked");
        assert_eq!(client.next().await, None);
    }
    assert!(
        thrown_at.elapsed() < Duration::from_secs(1),
        "{:?}",
        thrown_at.elapsed()
    );
    is(
        refused(&engine, get("/sse/chat/th_1")).await,
        403,
        "kill_switch.blocked",
    );
    publish(&streams, &stream("canvas", "c_1"), 0..1).await;
    assert_eq!(spared.numbers(1).await, [0]);
    assert_eq!(streams.open(), 1);
}

/// Sets the switch of this subject, everywhere.
async fn throw(policies: &Policies, subject: &str, blocked: bool) {
    let key = PolicyKey {
        gate: Gate::KillSwitch,
        scope: PolicyScope::Everywhere,
        subject: subject.to_owned(),
    };
    let by = OpaqueId::parse("u_operator").unwrap();
    let rule = json!({"blocked": blocked});
    policies.put(key, Some(&rule), None, by, 0).await.unwrap();
}

#[tokio::test]
async fn g68_the_policies_kill_switch_ends_the_streams_it_stands_on() {
    let house = House::default();
    let policies = Policies::load(Arc::new(Cut::default())).await.unwrap();
    let streams = house.streams().gate(policies.clone()).build();
    let engine = house.engine(&streams);
    let mut chat = Client::open(&engine, get("/sse/chat/th_1")).await;
    let mut canvas = Client::open(&engine, get("/sse/canvas/c_1")).await;
    let thrown_at = std::time::Instant::now();
    // Nothing wakes the copy of this store: it is what another process has thrown.
    throw(&policies, "chat.stream", true).await;
    let end = chat.next().await.unwrap();
    assert_eq!(end.data["error"]["code"], "kill_switch.blocked");
    assert_eq!(end.data["error"]["gate"], "kill_switch");
    assert_eq!(end.data["error"]["action_name"], "chat.stream");
    assert_eq!(chat.next().await, None);
    assert!(
        thrown_at.elapsed() < Duration::from_secs(1),
        "{:?}",
        thrown_at.elapsed()
    );
    let answer = refused(&engine, get("/sse/chat/th_1")).await;
    is(answer, 403, "kill_switch.blocked");
    publish(&streams, &stream("canvas", "c_1"), 0..1).await;
    assert_eq!(canvas.numbers(1).await, [0]);
    throw(&policies, "", true).await;
    assert_eq!(
        canvas.next().await.unwrap().data["error"]["code"],
        "kill_switch.blocked"
    );
}

#[tokio::test]
async fn g66_no_stream_opens_while_the_policies_cannot_be_read() {
    let house = House::default();
    let cut = Cut::default();
    let policies = Policies::load(Arc::new(cut.clone())).await.unwrap();
    let engine = house.engine(&house.streams().gate(policies).build());
    drop(Client::open(&engine, get("/sse/chat/th_1")).await);
    cut.is_cut.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    let answer = refused(&engine, get("/sse/chat/th_1")).await;
    is(answer, 403, "kill_switch.blocked");
}

#[tokio::test(start_paused = true)]
async fn g68_a_switch_that_nobody_announced_is_seen_with_the_next_keep_alive() {
    let house = House::default();
    let (streams, thrown) = kill_switch(&house);
    let mut client = Client::open(&house.engine(&streams), get("/sse/chat/th_1")).await;
    thrown.store(true, Ordering::SeqCst);
    let begun = Instant::now();
    assert_eq!(
        client.next().await.unwrap().data["error"]["code"],
        "kill_switch.blocked"
    );
    assert!(begun.elapsed() <= Duration::from_secs(15));
}

#[tokio::test]
async fn no_event_is_sent_after_the_switch_that_came_before_it() {
    let house = House::default();
    let (streams, thrown) = kill_switch(&house);
    let mut client = Client::open(&house.engine(&streams), get("/sse/chat/th_1")).await;
    publish(&streams, &stream("chat", "th_1"), 0..3).await;
    thrown.store(true, Ordering::SeqCst);
    streams.recheck();
    assert_eq!(client.next().await.unwrap().name, "error");
}

#[tokio::test]
async fn g66_a_gate_that_panics_lets_nobody_stay() {
    let house = House::default();
    let panics = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&panics);
    let gate = move |_: &StreamInfo| -> Result<(), ErrorEnvelope> {
        assert!(!seen.load(Ordering::SeqCst), "canary of a gate");
        Ok(())
    };
    let streams = house.streams().gate(gate).build();
    let engine = house.engine(&streams);
    let mut client = Client::open(&engine, get("/sse/chat/th_1")).await;
    panics.store(true, Ordering::SeqCst);
    streams.recheck();
    let end = client.next().await.unwrap();
    assert_eq!(end.data["error"]["code"], "internal.error");
    assert!(!end.data.to_string().contains("canary"));
    is(refused(&engine, get("/sse/chat/th_1")).await, 500, "internal.error");
}

#[tokio::test]
async fn e53_a_reader_that_falls_behind_is_told_and_misses_nothing() {
    a_reader_far_behind(House::default()).await;
}

pub(crate) async fn a_reader_far_behind(house: House) {
    let streams = house.streams().limits(StreamLimits::default().most_behind(300)).build();
    let engine = house.engine(&streams);
    let thread = stream("chat", "th_1");
    let mut client = Client::open(&engine, get("/sse/chat/th_1")).await;
    publish(&streams, &thread, 0..1).await;
    assert_eq!(client.numbers(1).await, [0]);
    let nothing = tokio::time::timeout(Duration::from_millis(50), client.more()).await;
    assert!(nothing.is_err(), "it has seen all, and waits");
    // Whoever reads all shows that the feed has come along.
    let mut witness = Client::open(&engine, get("/sse/chat/th_1")).await;
    for batch in 0..10 {
        publish(&streams, &thread, batch * 100 + 1..batch * 100 + 101).await;
        assert_eq!(witness.numbers(100).await.last(), Some(&(batch * 100 + 100)));
    }
    let mut numbers = Vec::new();
    let end = loop {
        let event = client.next().await.unwrap();
        if event.id.is_none() {
            break event;
        }
        numbers.push(event.number());
    };
    assert_eq!(end.name, "stream_end");
    assert_eq!(end.data["reason"], "lagged");
    assert_eq!(client.next().await, None);
    assert!(client.asides.last().unwrap().starts_with("retry: "));
    let cursor = end.data["cursor"].as_str().unwrap().parse().unwrap();
    let mut again = Client::open(&engine, after(get("/sse/chat/th_1"), cursor)).await;
    numbers.extend(again.numbers(1_000 - numbers.len()).await);
    assert!(numbers.iter().copied().eq(1..=1_000), "{numbers:?}");
}

#[tokio::test]
async fn a_reader_that_is_a_little_behind_catches_up() {
    a_reader_a_little_behind(House::default()).await;
}

pub(crate) async fn a_reader_a_little_behind(house: House) {
    let streams = house.streams().build();
    let thread = stream("chat", "th_1");
    let mut client = Client::open(&house.engine(&streams), get("/sse/chat/th_1")).await;
    publish(&streams, &thread, 0..1).await;
    assert_eq!(client.numbers(1).await, [0]);
    for batch in 0..10 {
        publish(&streams, &thread, batch * 100 + 1..batch * 100 + 101).await;
        tokio::task::yield_now().await;
    }
    assert!(client.numbers(1_000).await.into_iter().eq(1..=1_000));
}

#[tokio::test]
async fn e52_what_was_pruned_before_it_was_read_is_never_passed_over() {
    pruned_before_it_was_read(House::default()).await;
}

pub(crate) async fn pruned_before_it_was_read(house: House) {
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let thread = stream("chat", "th_1");
    let ids = publish(&streams, &thread, 0..600).await;
    let mut client = Client::open(&engine, after(get("/sse/chat/th_1"), ids[0])).await;
    assert_eq!(client.numbers(1).await, [1]);
    let retention = Retention {
        max_count: Some(1),
        ..Retention::default()
    };
    house
        .log
        .prune(&OpaqueId::parse("chat").unwrap(), retention, 0)
        .await
        .unwrap();
    let mut expected = 2;
    let end = loop {
        let event = client.next().await.unwrap();
        if event.id.is_none() {
            break event;
        }
        assert_eq!(event.number(), expected);
        expected += 1;
    };
    assert_eq!(end.data["error"]["code"], "chat.cursor_invalid");
    assert_eq!(client.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_fails_for_a_moment_ends_nothing_and_one_that_stays_away_does() {
    let house = House::default();
    let streams = house.streams().build();
    let thread = stream("chat", "th_1");
    let mut client = Client::open(&house.engine(&streams), get("/sse/chat/th_1")).await;
    publish(&streams, &thread, 0..1).await;
    assert_eq!(client.numbers(1).await, [0]);
    let broken = Arc::clone(&house.log.is_broken);
    publish(&streams, &thread, 1..2).await;
    broken.store(true, Ordering::SeqCst);
    let mended = Arc::clone(&broken);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        mended.store(false, Ordering::SeqCst);
    });
    assert_eq!(client.numbers(1).await, [1]);
    publish(&streams, &thread, 2..3).await;
    broken.store(true, Ordering::SeqCst);
    let end = client.next().await.unwrap();
    assert_eq!(
        (end.name.as_str(), &end.data["error"]["http_status"]),
        ("error", &503.into())
    );
    assert!(!end.data.to_string().contains("canary"));
}

#[tokio::test]
async fn e55_draining_ends_every_stream_and_opens_no_other() {
    draining(House::default()).await;
}

pub(crate) async fn draining(house: House) {
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let ids = publish(&streams, &stream("chat", "th_1"), 0..2).await;
    let mut client = Client::open(&engine, after(get("/sse/chat/th_1"), ids[0])).await;
    assert_eq!(client.numbers(1).await, [1]);
    streams.drain();
    let end = client.next().await.unwrap();
    assert_eq!(end.name, "stream_end");
    assert_eq!(
        (&end.data["reason"], &end.data["cursor"]),
        (&"draining".into(), &ids[1].to_string().into())
    );
    assert_eq!(client.next().await, None);
    drop(client);
    assert_eq!(streams.drained(Duration::from_secs(1)).await, 0);
    is(refused(&engine, get("/sse/chat/th_1")).await, 503, "http.exception");
}
