//! What an event log has to hold.

use std::sync::Arc;
use std::time::Duration;

use super::case::{Broken, Held, cases, hold, new_id, new_scope, same, together};
use crate::context::{Mode, OpaqueId, ProjectId};
use crate::store::{Event, EventId, EventLog, MAX_BODY_BYTES, NewEvent, Read, Retention, StoreError, StreamKey};

type Log = Arc<dyn EventLog>;

cases! { dyn EventLog:
    reads_back = "every event comes back, in order and byte for byte";
    cursors = "a cursor gives what comes after it, and no more than the limit";
    foreign_cursors = "a cursor of another stream, a guessed one and one from the future are unknown";
    scopes = "streams with the same id in other scopes and kinds are other streams";
    heads = "the head is the newest event";
    clock_back = "a clock that steps back reorders nothing";
    refusals = "an event that is too large or no text is refused, and nothing of its batch is kept";
    prune_count = "pruning by count leaves the newest, and their cursors";
    prune_age = "pruning by age takes what is old and stands before everything young";
    prune_all = "the newest event stays, and numbers go on after it";
    concurrent = "what several writers append is all there, once, each writer's in order";
    live = "a reader that follows the tail sees every event once and in order";
    tail_wakes = "a tail wakes for what another handle appends";
}

fn stream() -> Held<StreamKey> {
    Ok(StreamKey {
        scope: new_scope()?,
        kind: new_id()?,
        id: OpaqueId::parse("th_1")?,
    })
}

fn event(at_ms: u64, body: impl Into<String>) -> NewEvent {
    NewEvent {
        at_ms,
        body: body.into(),
    }
}

fn numbered(numbers: std::ops::Range<u64>) -> Vec<NewEvent> {
    numbers.map(|n| event(n, n.to_string())).collect()
}

async fn read(log: &Log, stream: &StreamKey, after: Option<EventId>, limit: usize) -> Held<Vec<Event>> {
    match log.read(stream, after, limit).await? {
        Read::Events(events) => Ok(events),
        Read::UnknownCursor => Err(Broken(format!("the cursor {after:?} is unknown"))),
    }
}

fn bodies(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.body.as_str()).collect()
}

async fn is_unknown(log: &Log, stream: &StreamKey, cursor: EventId) -> Held<bool> {
    Ok(log.read(stream, Some(cursor), 0).await? == Read::UnknownCursor
        && log.read(stream, Some(cursor), 10).await? == Read::UnknownCursor)
}

fn id(seq: u64, tag: u64) -> Held<EventId> {
    EventId::from_parts(seq, tag).map_err(|error| Broken(error.to_string()))
}

async fn reads_back(left: Log, right: Log) -> Held {
    let stream = stream()?;
    same!(left.append(&stream, Vec::new()).await?, [], "ids of no events");
    let texts = [
        "{}",
        "",
        "é \u{1F600} \u{2028}",
        "a\nb\r\"'\\%_$1",
        &"x".repeat(MAX_BODY_BYTES),
    ];
    let mut ids = Vec::new();
    for (at, text) in texts.into_iter().enumerate() {
        let pair = vec![event(at as u64, text), event(i64::MAX as u64, "between")];
        ids.extend(left.append(&stream, pair).await?);
    }
    hold!(
        ids.is_sorted_by(|a, b| a.seq() < b.seq()),
        "the ids do not rise: {ids:?}"
    );
    let texts_of_ids: Vec<String> = ids.iter().map(EventId::to_string).collect();
    hold!(texts_of_ids.is_sorted(), "the ids do not rise as text");
    for log in [left, right] {
        let events = read(&log, &stream, None, 100).await?;
        same!(events.iter().map(|event| event.id).collect::<Vec<_>>(), ids, "ids");
        for (pair, (at, text)) in events.chunks(2).zip(texts.into_iter().enumerate()) {
            hold!(
                pair[0].body == text,
                "the body {text:.20} came back as {:.20}",
                pair[0].body
            );
            same!(pair[0].at_ms, at as u64, "time");
            same!(pair[1].at_ms, i64::MAX as u64, "time");
        }
    }
    Ok(())
}

async fn cursors(left: Log, right: Log) -> Held {
    let stream = stream()?;
    let ids = left.append(&stream, numbered(0..7)).await?;
    same!(read(&right, &stream, None, 0).await?, [], "a limit of 0");
    same!(bodies(&read(&right, &stream, None, 2).await?), ["0", "1"], "the oldest");
    for (at, id) in ids.iter().enumerate() {
        let rest = read(&right, &stream, Some(*id), 3).await?;
        let wanted: Vec<String> = (at + 1..7).take(3).map(|n| n.to_string()).collect();
        same!(bodies(&rest), wanted, format!("after {at}"));
        same!(read(&right, &stream, Some(*id), 0).await?, [], "a limit of 0");
    }
    Ok(())
}

async fn foreign_cursors(left: Log, right: Log) -> Held {
    let (stream, empty) = (stream()?, stream()?);
    let sibling = StreamKey {
        id: OpaqueId::parse("th_2")?,
        ..stream.clone()
    };
    let ids = left.append(&stream, numbered(0..3)).await?;
    let others = left.append(&sibling, numbered(0..3)).await?;
    for own in &ids {
        for (other, what) in [(&sibling, "its sibling"), (&empty, "a stream without events")] {
            hold!(is_unknown(&right, other, *own).await?, "a cursor is known in {what}");
        }
        let guessed = [
            id(own.seq(), own.tag() ^ 1)?,
            id(own.seq(), 0)?,
            id(own.seq(), u64::MAX)?,
        ];
        for guess in guessed {
            hold!(
                is_unknown(&right, &stream, guess).await?,
                "the guessed cursor {guess} is known"
            );
        }
    }
    let head = ids[ids.len() - 1];
    for future in [head.seq() + 1, head.seq() + 1_000_000, i64::MAX as u64] {
        let cursor = id(future, head.tag())?;
        hold!(
            is_unknown(&right, &stream, cursor).await?,
            "the cursor {cursor} from the future is known"
        );
    }
    hold!(
        is_unknown(&right, &stream, others[2]).await?,
        "a sibling's cursor is known"
    );
    same!(read(&right, &empty, None, 10).await?, [], "a stream without events");
    Ok(())
}

async fn scopes(left: Log, right: Log) -> Held {
    let stream = stream()?;
    let mut others = vec![stream.clone(); 6];
    others[0].scope.tenant = new_scope()?.tenant;
    others[1].scope.mode = Mode::Lab;
    others[2].scope.project = ProjectId::parse("P")?;
    others[3].kind = OpaqueId::parse("chat/th_1")?;
    others[4].id = OpaqueId::parse("TH_1")?;
    others[5].kind = OpaqueId::parse("chat")?;
    others[5].id = OpaqueId::parse("th_1/th_1")?;
    for (at, other) in others.iter().enumerate() {
        left.append(other, vec![event(0, at.to_string())]).await?;
    }
    same!(read(&right, &stream, None, 10).await?, [], "events of others");
    for (at, other) in others.iter().enumerate() {
        same!(
            bodies(&read(&right, other, None, 10).await?),
            [at.to_string()],
            "events"
        );
    }
    Ok(())
}

async fn heads(left: Log, right: Log) -> Held {
    let stream = stream()?;
    same!(right.head(&stream).await?, None, "the head of nothing");
    for n in 0..3 {
        let ids = left.append(&stream, numbered(n..n + 2)).await?;
        same!(right.head(&stream).await?, ids.last().copied(), "the head");
    }
    Ok(())
}

async fn clock_back(left: Log, right: Log) -> Held {
    let stream = stream()?;
    for (at_ms, body) in [(5_000, "a"), (1_000, "b"), (9_000, "c"), (0, "d")] {
        left.append(&stream, vec![event(at_ms, body)]).await?;
    }
    same!(
        bodies(&read(&right, &stream, None, 9).await?),
        ["a", "b", "c", "d"],
        "order"
    );
    Ok(())
}

async fn refusals(left: Log, right: Log) -> Held {
    let stream = stream()?;
    let bad = [
        event(0, "x".repeat(MAX_BODY_BYTES + 1)),
        event(0, "a\0b"),
        event(u64::MAX, "late"),
    ];
    for bad in bad {
        let appended = left.append(&stream, vec![event(0, "good"), bad]).await;
        hold!(
            matches!(appended, Err(StoreError::Refused(_))),
            "not refused: {appended:?}"
        );
    }
    same!(read(&right, &stream, None, 9).await?, [], "events");
    Ok(())
}

async fn prune_count(left: Log, right: Log) -> Held {
    let stream = stream()?;
    let other_kind = StreamKey {
        kind: new_id()?,
        ..stream.clone()
    };
    let ids = left.append(&stream, numbered(0..10)).await?;
    left.append(&other_kind, numbered(0..10)).await?;
    let keep = |max_count| Retention {
        max_count: Some(max_count),
        ..Retention::default()
    };
    same!(
        left.prune(&stream.kind, Retention::default(), u64::MAX).await?,
        0,
        "pruned by nothing"
    );
    same!(left.prune(&stream.kind, keep(10), 0).await?, 0, "pruned of ten");
    same!(left.prune(&stream.kind, keep(4), 0).await?, 6, "pruned to four");
    same!(
        bodies(&read(&right, &stream, None, 99).await?),
        ["6", "7", "8", "9"],
        "kept"
    );
    for gone in &ids[..6] {
        hold!(
            is_unknown(&right, &stream, *gone).await?,
            "the pruned cursor {gone} is known"
        );
    }
    same!(
        bodies(&read(&right, &stream, Some(ids[6]), 99).await?),
        ["7", "8", "9"],
        "after the oldest"
    );
    same!(
        read(&right, &other_kind, None, 99).await?.len(),
        10,
        "events of another kind"
    );
    Ok(())
}

async fn prune_age(left: Log, right: Log) -> Held {
    let stream = stream()?;
    for at_ms in [100, 200, 900, 300, 950] {
        left.append(&stream, vec![event(at_ms, at_ms.to_string())]).await?;
    }
    let older = |ms| Retention {
        max_age: Some(Duration::from_millis(ms)),
        ..Retention::default()
    };
    same!(
        left.prune(&stream.kind, older(u64::MAX), 1_000).await?,
        0,
        "pruned by a long age"
    );
    same!(left.prune(&stream.kind, older(500), 1_000).await?, 2, "pruned");
    same!(
        bodies(&read(&right, &stream, None, 9).await?),
        ["900", "300", "950"],
        "kept"
    );
    same!(
        left.prune(&stream.kind, older(500), 100).await?,
        0,
        "pruned after the clock stepped back"
    );
    Ok(())
}

async fn prune_all(left: Log, right: Log) -> Held {
    let stream = stream()?;
    let ids = left.append(&stream, numbered(0..5)).await?;
    let nothing = Retention {
        max_age: Some(Duration::ZERO),
        max_count: Some(0),
    };
    same!(left.prune(&stream.kind, nothing, i64::MAX as u64).await?, 4, "pruned");
    same!(right.head(&stream).await?, Some(ids[4]), "the head");
    same!(read(&right, &stream, Some(ids[4]), 9).await?, [], "after the head");
    let more = right.append(&stream, numbered(5..7)).await?;
    hold!(more[0].seq() > ids[4].seq(), "the numbers begin again");
    same!(
        bodies(&read(&left, &stream, Some(ids[4]), 9).await?),
        ["5", "6"],
        "after the head"
    );
    Ok(())
}

/// Tasks, batches of each, events of each batch.
const WRITERS: (u64, u64, u64) = (8, 12, 3);

/// Appends from several tasks on both handles; the bodies are `writer.number`.
async fn write_all(left: &Log, right: &Log, stream: &StreamKey) -> Held<Vec<Vec<EventId>>> {
    let (writers, batches, size) = WRITERS;
    together((0..writers).map(|writer| {
        let log = Arc::clone(if writer % 2 == 0 { left } else { right });
        let stream = stream.clone();
        async move {
            let mut ids = Vec::new();
            for batch in 0..batches {
                let numbers = batch * size..(batch + 1) * size;
                let events = numbers.map(|n| event(0, format!("{writer}.{n}"))).collect();
                ids.extend(log.append(&stream, events).await?);
            }
            Ok(ids)
        }
    }))
    .await
}

/// Whether the events are those of [`write_all`]: all, once, each writer's in order.
fn check_written(events: &[Event]) -> Held {
    let (writers, batches, size) = WRITERS;
    hold!(
        events.is_sorted_by(|a, b| a.id.seq() < b.id.seq()),
        "the numbers do not rise"
    );
    for writer in 0..writers {
        let own = |event: &&Event| {
            event
                .body
                .split_once('.')
                .is_some_and(|(by, _)| by == writer.to_string())
        };
        let found: Vec<&str> = events.iter().filter(own).map(|event| event.body.as_str()).collect();
        let wanted: Vec<String> = (0..batches * size).map(|n| format!("{writer}.{n}")).collect();
        same!(found, wanted, format!("the events of writer {writer}"));
    }
    Ok(())
}

async fn concurrent(left: Log, right: Log) -> Held {
    let stream = stream()?;
    let ids = write_all(&left, &right, &stream).await?;
    let events = read(&right, &stream, None, 100_000).await?;
    check_written(&events)?;
    let mut ids: Vec<EventId> = ids.concat();
    ids.sort();
    same!(
        events.iter().map(|event| event.id).collect::<Vec<_>>(),
        ids,
        "the ids that were given"
    );
    Ok(())
}

async fn live(left: Log, right: Log) -> Held {
    let (writers, batches, size) = WRITERS;
    let stream = stream()?;
    let reader = {
        let (log, stream) = (Arc::clone(&right), stream.clone());
        async move {
            let mut tail = log.watch(&stream);
            let mut seen: Vec<Event> = Vec::new();
            while (seen.len() as u64) < writers * batches * size {
                match log.read(&stream, seen.last().map(|event| event.id), 7).await? {
                    Read::Events(events) if events.is_empty() => {
                        tail.changed().await;
                    }
                    Read::Events(events) => seen.extend(events),
                    Read::UnknownCursor => return Err(StoreError::Corrupt("a cursor was lost".to_owned())),
                }
            }
            Ok(seen)
        }
    };
    let reader = tokio::spawn(reader);
    write_all(&left, &right, &stream).await?;
    let seen = reader.await.map_err(|error| Broken(error.to_string()))??;
    check_written(&seen)
}

async fn tail_wakes(left: Log, right: Log) -> Held {
    let (stream, other) = (stream()?, stream()?);
    let mut tail = right.watch(&stream);
    left.append(&stream, vec![event(0, "a")]).await?;
    hold!(wakes(&mut tail, 2_000).await, "it sleeps for two seconds");
    same!(read(&right, &stream, None, 9).await?.len(), 1, "events when it woke");
    // Wakes for nothing may come late; they end.
    while wakes(&mut tail, 500).await {}
    left.append(&other, vec![event(0, "b")]).await?;
    left.append(&stream, vec![event(0, "c")]).await?;
    hold!(wakes(&mut tail, 2_000).await, "it sleeps on");
    Ok(())
}

async fn wakes(tail: &mut crate::store::Tail, ms: u64) -> bool {
    tokio::time::timeout(Duration::from_millis(ms), tail.changed()).await == Ok(true)
}
