//! What streams promise, on every log that outlives its process: each log is one test, and holds every case on a place of its
//! own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use guard::context::OpaqueId;
use guard::store::{EventLog, Retention};
use tempfile::TempDir;

use crate::place::Place;
use crate::support::*;
use crate::{cursors, ends, seam, sse};

type Case = fn(House) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! cases {
    ($($(#[$attribute:meta])* $name:literal: $case:expr;)*) => {
        &[$($(#[$attribute])* ($name, |house| Box::pin($case(house)))),*]
    };
}

/// What needs no second look at the place.
const CASES: &[(&str, Case)] = cases! {
    "replay, then live": sse::replay_then_live;
    "no cursor": sse::no_cursor;
    "the seam between replay and live": |house| seam::no_gap_and_no_double(house, 400);
    "cursors of other streams": cursors::cursors_of_other_streams;
    "cursors that were pruned": cursors::pruned_cursors;
    "two cursors": cursors::two_cursors;
    "a clock that steps back": cursors::a_clock_that_steps_back;
    "a kill switch": ends::a_kill_switch;
    "a reader far behind": ends::a_reader_far_behind;
    "a reader a little behind": ends::a_reader_a_little_behind;
    "pruned before it was read": ends::pruned_before_it_was_read;
    "draining": ends::draining;
    #[cfg(all(feature = "ticket", feature = "ws"))]
    "over a WebSocket": crate::websocket::over_a_websocket;
};

/// Makes places that can be opened more than once, and holds every case on one each.
async fn hold(place: impl AsyncFn() -> Place) {
    for (name, case) in CASES {
        eprintln!("{name}");
        case(House::on(log(&place().await).await)).await;
    }
    eprintln!("a restart");
    a_restart(&place().await).await;
    eprintln!("another process");
    another_process(&place().await).await;
}

async fn log(place: &Place) -> Arc<dyn EventLog> {
    Arc::clone(place.open().await.unwrap().event_log().unwrap())
}

/// A server ends, another one begins on what it left, and nobody misses anything or sees it twice.
async fn a_restart(place: &Place) {
    let thread = stream("chat", "th_1");
    let retention = Retention {
        max_count: Some(3),
        ..Retention::default()
    };
    let mut numbers = 0..;
    let (mut cursor, mut pruned) = (None, None);
    for _ in 0..3 {
        let house = House::on(log(place).await);
        let streams = house.streams().build();
        let engine = house.engine(&streams);
        let request = match cursor {
            None => get("/sse/chat/th_1"),
            Some(cursor) => after(get("/sse/chat/th_1"), cursor),
        };
        let mut client = Client::open(&engine, request).await;
        if let Some(pruned) = pruned {
            let answer = refused(&engine, after(get("/sse/chat/th_1"), pruned)).await;
            is(answer, 410, "chat.cursor_invalid");
            let missed: Vec<usize> = numbers.by_ref().take(2).collect();
            assert_eq!(client.numbers(2).await, missed, "what was published before the restart");
        }
        let live: Vec<usize> = numbers.by_ref().take(4).collect();
        let ids = publish(&streams, &thread, live.iter().copied()).await;
        assert_eq!(client.numbers(4).await, live, "what is published after it");
        // The client has gone, and two more are published.
        drop(client);
        let missed: Vec<usize> = numbers.clone().take(2).collect();
        publish(&streams, &thread, missed).await;
        let kind = OpaqueId::parse("chat").unwrap();
        house.log.prune(&kind, retention, 0).await.unwrap();
        (cursor, pruned) = (Some(ids[3]), Some(ids[2]));
        streams.drain();
    }
}

/// What one process publishes reaches who follows on another one, from the middle of a stream on.
async fn another_process(place: &Place) {
    let (here, there) = (House::on(log(place).await), House::on(log(place).await));
    let (publishing, following) = (here.streams().build(), there.streams().build());
    let engine = there.engine(&following);
    let thread = stream("chat", "th_1");
    let first = publish(&publishing, &thread, 0..10).await[0];
    let mut client = Client::open(&engine, after(get("/sse/chat/th_1"), first)).await;
    let author = tokio::spawn(async move {
        for number in 10..200 {
            publish(&publishing, &thread, [number]).await;
        }
    });
    assert!(client.numbers(199).await.into_iter().eq(1..200));
    author.await.unwrap();
}

/// Shared, so that two can have one file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e51_e52_sqlite_carries_streams() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    hold(async || new_file(&folder)).await;
}

fn new_file(folder: &TempDir) -> Place {
    let path = folder.path().join(uuid::Uuid::new_v4().to_string());
    Place::Sqlite { path, shared: true }
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e51_e52_postgresql_carries_streams() {
    let Some(server) = crate::server::start_postgres(&[]) else {
        return;
    };
    hold(async || Place::new_database(server.port).await).await;
}

#[cfg(feature = "nats")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e51_e52_jetstream_carries_streams() {
    let Some(server) = crate::server::start_nats() else {
        return;
    };
    hold(async || Place::new_stream(server.port)).await;
}
