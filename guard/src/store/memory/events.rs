//! The event log.

use std::collections::{HashMap, VecDeque};

use super::{Memory, done, lock};
use crate::context::OpaqueId;
use crate::store::StoreFuture;
use crate::store::error::StoreError;
use crate::store::event::{Event, EventLog, NewEvent, Read, Retention, StreamKey, check_bodies};
use crate::store::event_id::EventId;
use crate::store::wake::Tail;

/// The kept events of every stream, without holes. The newest is never pruned, so it tells the next number.
pub(super) type Events = HashMap<StreamKey, VecDeque<Event>>;

impl EventLog for Memory {
    fn append<'a>(&'a self, stream: &'a StreamKey, events: Vec<NewEvent>) -> StoreFuture<'a, Vec<EventId>> {
        done(check_bodies(&events).and_then(|()| {
            let ids = push(&mut lock(&self.0.events), stream, events)?;
            self.0.streams.wake(stream);
            Ok(ids)
        }))
    }

    fn read<'a>(&'a self, stream: &'a StreamKey, after: Option<EventId>, limit: usize) -> StoreFuture<'a, Read> {
        let streams = lock(&self.0.events);
        let kept = streams.get(stream);
        let start = match after {
            None => Some(0),
            Some(cursor) => kept
                .and_then(|kept| kept.binary_search_by_key(&cursor, |event| event.id).ok())
                .map(|at| at + 1),
        };
        done(Ok(start.map_or(Read::UnknownCursor, |start| {
            let events = kept.into_iter().flatten().skip(start).take(limit);
            Read::Events(events.cloned().collect())
        })))
    }

    fn head<'a>(&'a self, stream: &'a StreamKey) -> StoreFuture<'a, Option<EventId>> {
        let head = lock(&self.0.events).get(stream).and_then(|kept| Some(kept.back()?.id));
        done(Ok(head))
    }

    fn prune<'a>(&'a self, kind: &'a OpaqueId, retention: Retention, now_ms: u64) -> StoreFuture<'a, u64> {
        let mut streams = lock(&self.0.events);
        let of_kind = streams.iter_mut().filter(|(key, _)| key.kind == *kind);
        done(Ok(of_kind.map(|(_, kept)| trim(kept, retention, now_ms)).sum()))
    }

    fn watch(&self, stream: &StreamKey) -> Tail {
        self.0.streams.watch(stream.clone())
    }
}

fn push(streams: &mut Events, stream: &StreamKey, events: Vec<NewEvent>) -> Result<Vec<EventId>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let kept = streams.entry(stream.clone()).or_default();
    let mut seq = kept.back().map_or(0, |event| event.id.seq());
    let mut ids = Vec::with_capacity(events.len());
    for NewEvent { at_ms, body } in events {
        seq += 1;
        let id = EventId::from_parts(seq, EventId::new_tag())
            .map_err(|_| StoreError::Refused("the stream has no numbers left"))?;
        kept.push_back(Event { id, at_ms, body });
        ids.push(id);
    }
    Ok(ids)
}

fn trim(kept: &mut VecDeque<Event>, retention: Retention, now_ms: u64) -> u64 {
    let Some(last) = kept.len().checked_sub(1) else {
        return 0;
    };
    let by_count = retention.max_count.map_or(0, |count| {
        kept.len().saturating_sub(usize::try_from(count).unwrap_or(usize::MAX))
    });
    let by_age = retention.oldest_ms(now_ms).map_or(0, |oldest| {
        kept.iter()
            .position(|event| event.at_ms >= oldest)
            .unwrap_or(kept.len())
    });
    let gone = by_count.max(by_age).min(last);
    kept.drain(..gone);
    gone as u64
}
