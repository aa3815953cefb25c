//! NATS JetStream: the suite on a real server, and what only a server can meet.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use guard::context::Mode;
use guard::store::nats::{JetStream, JetStreamOptions};
use guard::store::{Backend, Durability, EventLog, NewEvent, OpenError, Read, StoreError, StoreKind, Stores};
use guard::testing::stores;
use uuid::Uuid;

use crate::server::{self, Server};
use crate::support::stream;
use crate::upkeep;

/// A server, and names of a test's own on it.
struct Place {
    url: String,
    name: String,
    server: Option<Server>,
}

impl Place {
    fn new() -> Option<Self> {
        let (url, server) = match env::var("GUARD_TEST_NATS_URL") {
            Ok(url) => (url, None),
            Err(_) => {
                let server = server::start_nats()?;
                (format!("nats://127.0.0.1:{}", server.port), Some(server))
            }
        };
        let name = format!("guard_{}", Uuid::new_v4().simple());
        Some(Self { url, name, server })
    }

    fn options(&self) -> JetStreamOptions {
        JetStreamOptions::new(&self.url).stream(&self.name, format!("{}.events", self.name))
    }
}

fn event(body: &str) -> NewEvent {
    NewEvent {
        at_ms: 0,
        body: body.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_handles_hold_the_suite() {
    let Some(place) = Place::new() else { return };
    stores::event_log(async || Ok(Arc::new(place.options().open().await?) as _))
        .await
        .assert_ok();
}

#[tokio::test]
async fn a_stream_is_kept_small() {
    let Some(place) = Place::new() else { return };
    let stores = Stores::default().events(Arc::new(place.options().open().await.unwrap()));
    upkeep::prunes_events(&stores).await;
}

#[tokio::test]
async fn h80_a_stream_proves_itself_and_serves_as_the_event_log() {
    let Some(place) = Place::new() else { return };
    let log = place.options().open().await.unwrap();
    assert_eq!(log.durability(), Durability::Delayed);
    let stores = Stores::default().events(Arc::new(log));
    stores.prove([Mode::Saas]).await.unwrap();
    assert!(stores.serves(StoreKind::Events, Mode::Saas) && !stores.serves(StoreKind::Audit, Mode::Lab));
}

#[tokio::test]
async fn g71_a_full_stream_refuses_and_drops_nothing() {
    let Some(place) = Place::new() else { return };
    let log = place.options().max_bytes(200_000).open().await.unwrap();
    let mut kept = 0;
    let error = loop {
        match log.append(&stream(), vec![event(&"x".repeat(10_000))]).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    let Read::Events(events) = log.read(&stream(), None, 1000).await.unwrap() else {
        panic!("no cursor was given");
    };
    assert_eq!(events.len(), kept);
}

#[tokio::test]
async fn a_server_that_is_not_there_or_a_wrong_address_is_refused() {
    let port = server::free_port();
    let error = JetStream::open(format!("nats://127.0.0.1:{port}")).await.unwrap_err();
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error}");
    for address in ["nats://u:sesame@127.0.0.1", "nats://[", "127.0.0.1:x"] {
        let error = JetStream::open(address).await.unwrap_err();
        assert!(matches!(error, OpenError::Address(_)), "{address}: {error}");
        assert!(!format!("{error:?} {error}").contains("sesame"));
    }
}

#[tokio::test]
async fn subjects_that_another_stream_takes_are_refused() {
    let Some(place) = Place::new() else { return };
    let _first = place.options().open().await.unwrap();
    let second =
        JetStreamOptions::new(&place.url).stream(format!("{}_too", place.name), format!("{}.events.chat", place.name));
    let error = second.open().await.unwrap_err();
    assert!(matches!(error, OpenError::Unsuitable { .. }), "{error}");
    assert!(error.to_string().contains("another prefix"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_open_an_empty_server_at_once_make_its_stream_once() {
    let Some(place) = Place::new() else { return };
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let options = place.options();
        tasks.spawn(async move { options.open().await });
    }
    while let Some(opened) = tasks.join_next().await {
        opened.unwrap().unwrap();
    }
}

/// A killed server comes back with all that it acknowledged, and tails wake.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_killed_comes_back_whole() {
    let Some(mut place) = Place::new() else { return };
    // Not somebody else's.
    let Some(server) = place.server.take() else { return };
    let log = place.options().open().await.unwrap();
    let ids = log.append(&stream(), vec![event("a"), event("b")]).await.unwrap();
    let mut tail = log.watch(&stream());
    let server = server.killed_and_started_again();
    let more = loop {
        match log.append(&stream(), vec![event("c")]).await {
            Ok(ids) => break ids,
            Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => panic!("{error:?}"),
        }
    };
    assert!(more[0].seq() > ids[1].seq());
    let Read::Events(events) = log.read(&stream(), Some(ids[0]), 1000).await.unwrap() else {
        panic!("the cursor is unknown");
    };
    assert_eq!(events[0].body, "b");
    let woke = tokio::time::timeout(Duration::from_secs(20), tail.changed()).await;
    assert_eq!(woke, Ok(true));
    drop(server);
}

/// To the server a purge up to the message 1 is one without an end.
#[tokio::test]
async fn pruning_by_age_spares_the_very_first_message() {
    let Some(place) = Place::new() else { return };
    let log = place.options().open().await.unwrap();
    let young = NewEvent {
        at_ms: 5_000,
        body: "a".to_owned(),
    };
    let ids = log.append(&stream(), vec![young.clone(), young]).await.unwrap();
    assert_eq!(ids[0].seq(), 1);
    let second = guard::store::Retention {
        max_age: Some(Duration::from_secs(1)),
        max_count: None,
    };
    assert_eq!(log.prune(&stream().kind, second, 5_500).await.unwrap(), 0);
    let Read::Events(events) = log.read(&stream(), None, 9).await.unwrap() else {
        panic!("no cursor was given");
    };
    assert_eq!(events.iter().map(|event| event.id).collect::<Vec<_>>(), ids);
}

/// What is pruned while it is read is missed by nobody who is told of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_beside_pruning_never_gets_a_hole() {
    let Some(place) = Place::new() else { return };
    let log = place.options().open().await.unwrap();
    let stream = stream();
    let pruner = {
        let (log, stream) = (log.clone(), stream.clone());
        tokio::spawn(async move {
            let keep = guard::store::Retention {
                max_count: Some(20),
                ..Default::default()
            };
            for n in 0..60 {
                let events = (n * 20..n * 20 + 20).map(|n: u64| event(&n.to_string())).collect();
                log.append(&stream, events).await.unwrap();
                log.prune(&stream.kind, keep, 0).await.unwrap();
            }
        })
    };
    let mut reads = 0;
    while !pruner.is_finished() {
        let Read::Events(events) = log.read(&stream, None, 1000).await.unwrap() else {
            panic!("no cursor was given");
        };
        let numbers: Vec<u64> = events.iter().map(|event| event.body.parse().unwrap()).collect();
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
        reads += 1;
    }
    pruner.await.unwrap();
    assert!(reads > 0);
}
