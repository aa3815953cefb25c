//! The event log.

use std::fmt;
use std::time::Duration;

use super::event_id::EventId;
use super::scope::Scope;
use super::wake::Tail;
use super::{Backend, StoreFuture};
use crate::context::OpaqueId;

/// The largest body of an event, in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Which stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// Whose it is.
    pub scope: Scope,
    /// What it streams: `chat`, `canvas`.
    pub kind: OpaqueId,
    /// Which of them: the id of a thread, of a canvas.
    pub id: OpaqueId,
}

/// Its parts with spaces between them, which no part can hold, so that no two keys share a text.
impl fmt::Display for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.scope, self.kind, self.id)
    }
}

/// An event to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// When it happened, in milliseconds since 1970-01-01T00:00:00Z. Pruning by age asks for it; order does not.
    pub at_ms: u64,
    /// The event as JSON, without its id and number, which the log assigns. At most [`MAX_BODY_BYTES`], without NUL.
    pub body: String,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, which is the cursor of a client that has seen it.
    pub id: EventId,
    /// When it happened, as it was appended.
    pub at_ms: u64,
    /// Its body, byte for byte as it was appended.
    pub body: String,
}

/// What a reader finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// The events after the cursor, in order, as many as were asked for or there are. Nothing between them is missing.
    Events(Vec<Event>),
    /// There is no such event in this stream: it was pruned, or belongs to another stream, or never was. Something may be
    /// missing after it, so there is nothing to go on with.
    UnknownCursor,
}

/// What pruning leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Events older than that go.
    pub max_age: Option<Duration>,
    /// Of each stream, all but so many of the newest go.
    pub max_count: Option<u64>,
}

impl Retention {
    /// The time from which on events are kept.
    pub(super) fn oldest_ms(self, now_ms: u64) -> Option<u64> {
        let age = u64::try_from(self.max_age?.as_millis()).unwrap_or(u64::MAX);
        Some(now_ms.saturating_sub(age))
    }
}

/// Keeps the events of streams.
///
/// A live reader needs nothing but this: make a [`Tail`] with [`watch`](Self::watch), read to the end, wait for the tail, and
/// read on from the last id. Since the tail was made before the first read, no event falls between.
pub trait EventLog: Backend {
    /// Appends events in their order and gives their ids. Readers see them in the order of their ids, and never one before
    /// an earlier one.
    ///
    /// After an error any of them may be in the log, in their order; databases keep all or none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`](super::StoreError::Refused) for a body over [`MAX_BODY_BYTES`] or with a NUL, before anything
    /// is written.
    fn append<'a>(&'a self, stream: &'a StreamKey, events: Vec<NewEvent>) -> StoreFuture<'a, Vec<EventId>>;

    /// Reads up to `limit` events after a cursor, or from the oldest that is kept. A limit of 0 judges the cursor alone.
    fn read<'a>(&'a self, stream: &'a StreamKey, after: Option<EventId>, limit: usize) -> StoreFuture<'a, Read>;

    /// The id of the newest event; `None` for a stream without any.
    fn head<'a>(&'a self, stream: &'a StreamKey) -> StoreFuture<'a, Option<EventId>>;

    /// Takes old events out of every stream of a kind and says how many went. `now_ms` is the time to count ages from.
    ///
    /// What stays is always the newest part without a hole: an event goes only if all before it go. The newest event always
    /// stays, so that a reader who has seen all can come back however long nothing happened.
    fn prune<'a>(&'a self, kind: &'a OpaqueId, retention: Retention, now_ms: u64) -> StoreFuture<'a, u64>;

    /// Wakes when events may have been appended to the stream, by this process or another one.
    fn watch(&self, stream: &StreamKey) -> Tail;
}

/// What every backend refuses alike.
pub(super) fn check_bodies(events: &[NewEvent]) -> Result<(), super::StoreError> {
    use super::StoreError::Refused;
    if events.iter().any(|event| event.body.len() > MAX_BODY_BYTES) {
        return Err(Refused(
            "the body of an event is over 256 KiB; keep large things elsewhere",
        ));
    }
    if events.iter().any(|event| event.body.contains('\0')) {
        return Err(Refused("the body of an event holds a NUL, which JSON does not"));
    }
    if events.iter().any(|event| i64::try_from(event.at_ms).is_err()) {
        return Err(Refused("the time of an event is past all reckoning"));
    }
    Ok(())
}
