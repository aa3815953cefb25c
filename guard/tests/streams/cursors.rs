//! Cursors are judged before the response head.

use guard::context::{Mode, OpaqueId};
use guard::store::{EventId, EventLog, Retention};
use serde_json::Value;

use crate::support::*;

#[tokio::test]
async fn e51_a_cursor_that_is_not_of_this_stream_is_410() {
    cursors_of_other_streams(House::default()).await;
}

pub(crate) async fn cursors_of_other_streams(house: House) {
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let ids = publish(&streams, &stream("chat", "th_1"), 0..3).await;
    let other = publish(&streams, &stream("chat", "th_2"), 0..3).await;
    let canvas = publish(&streams, &stream("canvas", "th_1"), 0..3).await;
    let mut foreign = stream("chat", "th_1");
    foreign.scope = scope("t_other", Mode::Saas);
    let foreign = publish(&streams, &foreign, 0..3).await;
    let mut lab = stream("chat", "th_1");
    lab.scope = scope("t_acme", Mode::Lab);
    let lab = publish(&streams, &lab, 0..3).await;
    let guessed = EventId::from_parts(ids[1].seq(), ids[1].tag() ^ 1).unwrap();
    let future = EventId::from_parts(4, 0).unwrap();
    let mut answers: Vec<Value> = Vec::new();
    for cursor in [other[1], canvas[1], foreign[1], lab[1], guessed, future] {
        let (status, code, mut envelope) = refused(&engine, after(get("/sse/chat/th_1"), cursor)).await;
        assert_eq!((status, &*code), (410, "chat.cursor_invalid"));
        assert_eq!(envelope["error"]["details"]["cursor"].take(), cursor.to_string());
        answers.push(envelope);
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "they tell foreign from unknown: {answers:?}"
    );
    assert_eq!(answers[0]["error"]["resource_kind"], "chat");
    assert_eq!(streams.open(), 0, "nothing stays open");
    is(
        refused(&engine, after(get("/sse/canvas/th_1"), ids[0])).await,
        410,
        "canvas.cursor_invalid",
    );

    let mut client = Client::open(&engine, after(get("/sse/chat/th_1"), ids[0])).await;
    assert_eq!(client.numbers(2).await, [1, 2]);
}

#[tokio::test]
async fn e51_a_cursor_that_was_pruned_is_410() {
    pruned_cursors(House::default()).await;
}

pub(crate) async fn pruned_cursors(house: House) {
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let ids = publish(&streams, &stream("chat", "th_1"), 0..5).await;
    let retention = Retention {
        max_count: Some(2),
        ..Retention::default()
    };
    assert_eq!(
        house
            .log
            .prune(&OpaqueId::parse("chat").unwrap(), retention, 0)
            .await
            .unwrap(),
        3
    );
    for cursor in &ids[..3] {
        is(
            refused(&engine, after(get("/sse/chat/th_1"), *cursor)).await,
            410,
            "chat.cursor_invalid",
        );
    }
    let mut client = Client::open(&engine, after(get("/sse/chat/th_1"), ids[3])).await;
    assert_eq!(client.numbers(1).await, [4]);
}

#[tokio::test]
async fn e51_a_malformed_cursor_is_410_and_never_absent() {
    let house = House::default();
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    publish(&streams, &stream("chat", "th_1"), 0..3).await;
    let huge = "9".repeat(20_000);
    for cursor in [
        "",
        " ",
        "1",
        "resume-1",
        "é",
        &huge,
        "0000000000000001-000000000000000",
        "null",
    ] {
        let request = get("/sse/chat/th_1");
        let value = http::HeaderValue::from_bytes(cursor.as_bytes()).unwrap();
        let mut request = request;
        request.headers_mut().insert("last-event-id", value);
        let (status, code, envelope) = refused(&engine, request).await;
        assert_eq!((status, &*code), (410, "chat.cursor_invalid"), "{cursor:.20}");
        let quoted = &envelope["error"]["details"]["cursor"];
        assert!(quoted.is_null() || quoted == cursor, "{quoted}");
        assert!(envelope.to_string().len() < 500);
    }
    for query in [
        "last_event_id",
        "last_event_id=",
        "last_event_id=a%0Ab",
        "last_event_id=a%00",
        "last_event_id=1&last_event_id=2",
        "last%5Fevent%5Fid=1",
    ] {
        let request = get(&format!("/sse/chat/th_1?{query}"));
        is(refused(&engine, request).await, 410, "chat.cursor_invalid");
    }
    let mut twice = after(get("/sse/chat/th_1"), EventId::from_parts(1, 1).unwrap());
    twice.headers_mut().append("last-event-id", "1".parse().unwrap());
    is(refused(&engine, twice).await, 400, "auth.header_duplicate");
}

#[tokio::test]
async fn the_header_wins_over_the_query() {
    two_cursors(House::default()).await;
}

pub(crate) async fn two_cursors(house: House) {
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let ids = publish(&streams, &stream("chat", "th_1"), 0..4).await;
    let path = format!("/sse/chat/th_1?last_event_id={}", ids[0]);
    let mut by_query = Client::open(&engine, get(&path)).await;
    assert_eq!(by_query.numbers(3).await, [1, 2, 3]);
    let mut by_both = Client::open(&engine, after(get(&path), ids[2])).await;
    assert_eq!(by_both.numbers(1).await, [3]);
    let nonsense = "/sse/chat/th_1?last_event_id=nonsense";
    let mut by_header = Client::open(&engine, after(get(nonsense), ids[2])).await;
    assert_eq!(by_header.numbers(1).await, [3]);
    is(
        refused(&engine, with(get(&path), "last-event-id", "nonsense")).await,
        410,
        "chat.cursor_invalid",
    );
}

#[tokio::test]
async fn e52_a_clock_that_steps_back_reorders_no_stream() {
    a_clock_that_steps_back(House::default()).await;
}

pub(crate) async fn a_clock_that_steps_back(house: House) {
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let thread = stream("chat", "th_1");
    let first = publish(&streams, &thread, 0..2).await[0];
    let mut live = Client::open(&engine, after(get("/sse/chat/th_1"), first)).await;
    house.clock.set(NOW - 7_200);
    let stepped = publish(&streams, &thread, 2..4).await;
    assert_eq!(live.numbers(3).await, [1, 2, 3]);
    let hour = Retention {
        max_age: Some(std::time::Duration::from_secs(3_600)),
        ..Retention::default()
    };
    let kind = OpaqueId::parse("chat").unwrap();
    for now in [NOW - 7_200, NOW] {
        // What looks old stands behind what is young.
        assert_eq!(house.log.prune(&kind, hour, now * 1_000).await.unwrap(), 0);
    }
    let mut replayed = Client::open(&engine, after(get("/sse/chat/th_1"), first)).await;
    assert_eq!(replayed.numbers(3).await, [1, 2, 3]);
    house.clock.set(NOW);
    publish(&streams, &thread, [4]).await;
    let mut again = Client::open(&engine, after(get("/sse/chat/th_1"), stepped[1])).await;
    assert_eq!(again.numbers(1).await, [4]);
    assert_eq!((live.numbers(1).await, replayed.numbers(1).await), (vec![4], vec![4]));
}
