//! What goes over the wire.

use std::time::Duration;

use guard::context::Mode;
use guard::layer::Settings;
use guard::registry::{Engine, Route};
use guard::route::Method;
use guard::store::{Durability, Memory};
use guard::stream::{StreamEvent, StreamLimits, Streams};
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn a_stream_says_where_it_stands_then_what_was_missed_then_what_happens() {
    replay_then_live(House::default()).await;
}

pub(crate) async fn replay_then_live(house: House) {
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let thread = stream("chat", "th_1");
    let ids = publish(&streams, &thread, 0..3).await;
    let mut client = Client::open(&engine, after(get("/sse/chat/th_1"), ids[0])).await;
    let resume = client.next().await.unwrap();
    assert_eq!((&*resume.name, resume.id), ("resume_cursor", None));
    assert_eq!(resume.data["data"]["cursor"], ids[2].to_string());
    assert_eq!(resume.data["routing"]["thread_id"], "th_1");
    assert_eq!(resume.data["meta"]["persist"], "never");
    assert_eq!(client.numbers(2).await, [1, 2]);
    let later = streams
        .publish(&thread, &StreamEvent::new("note", json!({"number": 3})).unwrap())
        .await
        .unwrap();
    let live = client.next().await.unwrap();
    assert_eq!((&*live.name, live.id, live.number()), ("note", Some(later), 3));
    assert_eq!(
        (&live.data["seq"], &live.data["event_id"]),
        (&json!(4), &json!(later.to_string()))
    );
}

#[tokio::test]
async fn without_a_cursor_a_stream_begins_now_or_at_its_start() {
    no_cursor(House::default()).await;
}

pub(crate) async fn no_cursor(house: House) {
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    publish(&streams, &stream("chat", "th_1"), 0..3).await;
    publish(&streams, &stream("chat", "from_start"), 0..3).await;
    let mut now = Client::open(&engine, get("/sse/chat/th_1")).await;
    let mut start = Client::open(&engine, get("/sse/chat/from_start")).await;
    let mut empty = Client::open(&engine, get("/sse/chat/nobody_spoke_yet")).await;
    publish(&streams, &stream("chat", "th_1"), [3]).await;
    publish(&streams, &stream("chat", "nobody_spoke_yet"), [0]).await;
    assert_eq!(now.numbers(1).await, [3]);
    assert_eq!(start.numbers(3).await, [0, 1, 2]);
    assert_eq!(empty.numbers(1).await, [0]);
}

#[tokio::test]
async fn e54_proxies_are_told_not_to_buffer_compress_or_keep() {
    let house = House::default();
    let streams = house.streams().build();
    let client = Client::open(&house.engine(&streams), get("/sse/chat/th_1")).await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store, no-transform"),
        ("x-accel-buffering", "no"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(client.head.headers[name], value);
    }
    assert!(client.head.headers.contains_key("x-request-id"));
}

#[tokio::test(start_paused = true)]
async fn e54_a_silent_stream_speaks_every_fifteen_seconds() {
    let house = House::default();
    let streams = house
        .streams()
        .limits(StreamLimits::default().keep_alive(Duration::from_secs(600)))
        .build();
    let mut client = Client::open(&house.engine(&streams), get("/sse/chat/th_1")).await;
    client.more().await;
    let begun = tokio::time::Instant::now();
    for _ in 0..3 {
        client.asides.clear();
        client.more().await;
        assert_eq!(client.asides, [": keep-alive"]);
    }
    assert_eq!(begun.elapsed().as_secs(), 45);
}

#[tokio::test]
async fn e53_control_events_have_no_id() {
    let house = House::default();
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    publish(&streams, &stream("chat", "th_1"), 0..2).await;
    let mut client = Client::open(&engine, get("/sse/chat/th_1")).await;
    streams.drain();
    let mut names = Vec::new();
    while let Some(event) = client.next().await {
        assert_eq!(event.id, None, "{event:?}");
        names.push(event.name);
    }
    assert_eq!(names, ["resume_cursor", "stream_end"]);
}

#[tokio::test]
async fn e56_clients_are_told_to_come_back_at_different_times() {
    let house = House::default();
    let streams = house
        .streams()
        .limits(StreamLimits::default().retry(Duration::from_secs(3)))
        .build();
    let engine = house.engine(&streams);
    let mut waits = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let mut client = Client::open(&engine, get("/sse/chat/th_1")).await;
        client.more().await;
        let wait: u64 = client.asides[0].strip_prefix("retry: ").unwrap().parse().unwrap();
        assert!((3_000..=6_000).contains(&wait), "{wait}");
        waits.insert(wait);
    }
    assert!(waits.len() > 1);
}

#[tokio::test]
async fn e46_a_tenant_has_so_many_streams() {
    let house = House::default();
    let streams = house
        .streams()
        .limits(StreamLimits::default().of_tenant(2).open(3))
        .build();
    let engine = house.engine(&streams);
    let one = Client::open(&engine, get("/sse/chat/th_1")).await;
    let _two = Client::open(&engine, get("/sse/chat/th_1")).await;
    is(refused(&engine, get("/sse/chat/th_1")).await, 429, "http.exception");
    let other = || {
        let token = format!("Bearer u_2.t_other.{}", NOW + 60);
        with(
            with(get("/sse/chat/th_1"), "authorization", &token),
            "x-tenant-id",
            "t_other",
        )
    };
    let _three = Client::open(&engine, other()).await;
    is(refused(&engine, other()).await, 503, "http.exception");
    drop(one);
    assert_eq!(streams.open(), 2);
    Client::open(&engine, get("/sse/chat/th_1")).await;
}

#[tokio::test]
async fn a_head_request_judges_and_opens_nothing() {
    let house = House::default();
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let ids = publish(&streams, &stream("chat", "th_1"), 0..1).await;
    let mut head = after(get("/sse/chat/th_1"), ids[0]);
    *head.method_mut() = http::Method::HEAD;
    let mut client = Client::open(&engine, head).await;
    assert_eq!(client.head.headers["content-type"], "text/event-stream");
    assert!(!client.more().await);
    assert_eq!(streams.open(), 0);
}

#[tokio::test]
async fn the_handler_has_the_first_word() {
    let house = House::default();
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    is(
        refused(&engine, get("/sse/chat/forbidden")).await,
        403,
        "auth.insufficient_role",
    );
    is(refused(&engine, get("/sse/says/nothing")).await, 500, "internal.error");
    is(refused(&engine, get("/plain")).await, 500, "internal.error");
}

#[tokio::test]
async fn a_log_that_gives_no_answer_is_503_and_its_error_stays_inside() {
    let house = House::default();
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    house.log.is_broken.store(true, std::sync::atomic::Ordering::SeqCst);
    let (status, code, envelope) = refused(&engine, get("/sse/chat/th_1")).await;
    assert_eq!((status, &*code), (503, "http.exception"));
    assert!(!envelope.to_string().contains("canary"));
    let error = streams
        .publish(&stream("chat", "th_1"), &numbered(0))
        .await
        .unwrap_err();
    assert_eq!(error.envelope().http_status().as_u16(), 503);
    assert_eq!(streams.open(), 0);
}

#[tokio::test]
async fn h80_no_mode_but_lab_is_served_from_memory() {
    let memory = || std::sync::Arc::new(Memory::default());
    for modes in [&[Mode::Saas][..], &[Mode::Enterprise], &Mode::ALL] {
        let faults = Streams::builder(memory(), modes.iter().copied()).unwrap_err();
        assert!(faults.to_string().contains("Stores::events"), "{faults}");
    }
    let streams = Streams::builder(memory(), [Mode::Lab]).unwrap().build();
    let engine = engine(Settings::new(Tokens).clock(Hand::default()).streams(streams.clone()));
    let (status, code, envelope) = refused(&engine, get("/sse/chat/th_1")).await;
    assert_eq!((status, &*code), (403, "chat.backend_forbidden"));
    assert_eq!(envelope["error"]["details"]["store"], "Stores::events");
    Client::open(&engine, with(get("/sse/chat/th_1"), "x-mode", "lab")).await;
    let error = streams
        .publish(&stream("chat", "th_1"), &numbered(0))
        .await
        .unwrap_err();
    assert_eq!(error.envelope().code(), "chat.backend_forbidden");
    let fitting = Log {
        durability: Durability::Delayed,
        ..Log::default()
    };
    assert!(Streams::builder(std::sync::Arc::new(fitting), Mode::ALL).is_ok());
}

#[test]
fn h75_a_stream_needs_streams_and_get_and_somebody() {
    let fails = |settings: Settings, route: Route| Engine::new(settings, [route]).unwrap_err().to_string();
    let house = House::default();
    let streams = house.streams().build();
    let alone = fails(Settings::new(Tokens), Route::new(sse("/a", "chat"), || async {}));
    assert!(alone.contains("Settings::streams"), "{alone}");
    let mut post = sse("/a", "chat");
    post.method = Method::Post;
    post.gate = guard::route::GateDecision::NoGate { reason: "a test" };
    assert!(fails(house.settings(&streams), Route::new(post, || async {})).contains("only GET can"));
    let mut exempt = sse("/a", "chat").exemption(guard::route::Exemption::EX_001);
    (exempt.router, exempt.gate) = ("engines.ops.status", guard::route::GateDecision::Exempt);
    assert!(fails(house.settings(&streams), Route::new(exempt, || async {})).contains("nobody is there"));
    let domain = fails(house.settings(&streams), Route::new(sse("/a", "Chat!"), || async {}));
    assert!(domain.contains("snake_case"), "{domain}");
}
