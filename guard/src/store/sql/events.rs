//! The event log.

use super::{Database, NewRows, Record, Sql, Work, corrupt, int, limit, number};
use crate::context::OpaqueId;
use crate::store::StoreFuture;
use crate::store::error::StoreError;
use crate::store::event::{Event, EventLog, NewEvent, Read, Retention, StreamKey, check_bodies};
use crate::store::event_id::EventId;
use crate::store::wake::Tail;

impl<D: Database> EventLog for D {
    fn append<'a>(&'a self, stream: &'a StreamKey, events: Vec<NewEvent>) -> StoreFuture<'a, Vec<EventId>> {
        Box::pin(async move {
            check_bodies(&events)?;
            if events.is_empty() {
                return Ok(Vec::new());
            }
            let tags = events.iter().map(|_| EventId::new_tag().cast_signed()).collect();
            let stream = stream.clone();
            self.write(Append { stream, tags, events }).await
        })
    }

    fn read<'a>(&'a self, stream: &'a StreamKey, after: Option<EventId>, limit: usize) -> StoreFuture<'a, Read> {
        let stream = stream.clone();
        Database::read(self, ReadEvents { stream, after, limit })
    }

    fn head<'a>(&'a self, stream: &'a StreamKey) -> StoreFuture<'a, Option<EventId>> {
        Database::read(self, Head(stream.clone()))
    }

    fn prune<'a>(&'a self, kind: &'a OpaqueId, retention: Retention, now_ms: u64) -> StoreFuture<'a, u64> {
        Box::pin(async move {
            let mut gone = 0;
            for cut in Database::read(
                self,
                Cuts {
                    kind: kind.clone(),
                    retention,
                    now_ms,
                },
            )
            .await?
            {
                // In parts, so that nobody waits long.
                loop {
                    let part = self.write(Prune(cut)).await?;
                    gone += part;
                    if part == 0 {
                        break;
                    }
                }
            }
            Ok(gone)
        })
    }

    fn watch(&self, stream: &StreamKey) -> Tail {
        self.wakes().streams.watch(stream.clone())
    }
}

struct Append {
    stream: StreamKey,
    tags: Vec<i64>,
    events: Vec<NewEvent>,
}

impl Work for Append {
    type Output = Vec<EventId>;

    const ONE_STATEMENT: bool = true;

    fn stream(&self) -> Option<&StreamKey> {
        Some(&self.stream)
    }

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Vec<EventId>, StoreError> {
        let last = connection
            .append(NewRows {
                stream: &self.stream,
                tags: &self.tags,
                events: &self.events,
            })
            .await?;
        let first = number(last)?.saturating_sub(self.tags.len() as u64) + 1;
        self.tags
            .iter()
            .zip(first..)
            .map(|(tag, seq)| id(int(seq), *tag))
            .collect()
    }
}

struct ReadEvents {
    stream: StreamKey,
    after: Option<EventId>,
    limit: usize,
}

impl Work for ReadEvents {
    type Output = Read;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Read, StoreError> {
        // The cursor's own event is read too: where it is there, nothing after it has been pruned, and one statement sees
        // both. What is missing in the midst of a stream nobody takes out.
        let (from, limit) = match self.after {
            None => (0, limit(self.limit)),
            Some(cursor) => (int(cursor.seq()), limit(self.limit).saturating_add(1)),
        };
        let StreamKey { scope, kind, id: name } = &self.stream;
        let rows = connection
            .rows(
                "SELECT seq, tag, at_ms, body FROM guard_event WHERE stream = (SELECT id FROM guard_stream \
                 WHERE kind = $1 AND tenant = $2 AND mode = $3 AND project = $4 AND stream = $5) \
                 AND seq >= $6 ORDER BY seq LIMIT $7",
                &[
                    kind.as_str().into(),
                    scope.tenant.as_str().into(),
                    scope.mode.as_str().into(),
                    scope.project.as_str().into(),
                    name.as_str().into(),
                    from.into(),
                    limit.into(),
                ],
            )
            .await?;
        let mut events = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        if let Some(cursor) = self.after {
            match rows.next() {
                Some(row) if id(row.int(0)?, row.int(1)?)? == cursor => {}
                _ => return Ok(Read::UnknownCursor),
            }
        }
        for row in rows {
            events.push(Event {
                id: id(row.int(0)?, row.int(1)?)?,
                at_ms: number(row.int(2)?)?,
                body: row.text(3)?,
            });
        }
        Ok(Read::Events(events))
    }
}

struct Head(StreamKey);

impl Work for Head {
    type Output = Option<EventId>;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Option<EventId>, StoreError> {
        let StreamKey { scope, kind, id: name } = &self.0;
        let rows = connection
            .rows(
                "SELECT seq, tag FROM guard_event WHERE stream = (SELECT id FROM guard_stream \
                 WHERE kind = $1 AND tenant = $2 AND mode = $3 AND project = $4 AND stream = $5) \
                 ORDER BY seq DESC LIMIT 1",
                &[
                    kind.as_str().into(),
                    scope.tenant.as_str().into(),
                    scope.mode.as_str().into(),
                    scope.project.as_str().into(),
                    name.as_str().into(),
                ],
            )
            .await?;
        rows.first().map(|row| id(row.int(0)?, row.int(1)?)).transpose()
    }
}

/// The last event of a stream that goes.
#[derive(Debug, Clone, Copy)]
struct Cut {
    stream: i64,
    last: i64,
}

/// Finds the streams of a kind that have something to prune.
struct Cuts {
    kind: OpaqueId,
    retention: Retention,
    now_ms: u64,
}

impl Work for Cuts {
    type Output = Vec<Cut>;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Vec<Cut>, StoreError> {
        let streams = connection
            .rows(
                // Two looks into an index for each stream, however many events it has.
                "SELECT id, COALESCE((SELECT MAX(seq) FROM guard_event WHERE stream = guard_stream.id), 0), \
                 COALESCE((SELECT MIN(seq) FROM guard_event WHERE stream = guard_stream.id), 0) \
                 FROM guard_stream WHERE kind = $1",
                &[self.kind.as_str().into()],
            )
            .await?;
        let mut cuts = Vec::new();
        for row in streams {
            let (stream, head, oldest) = (row.int(0)?, row.int(1)?, row.int(2)?);
            let by_count = self
                .retention
                .max_count
                .map_or(0, |count| head.saturating_sub(int(count)));
            let by_age = match self.retention.oldest_ms(self.now_ms) {
                None => 0,
                Some(young) => first_young(connection, stream, int(young)).await?.unwrap_or(head) - 1,
            };
            let last = by_count.max(by_age).min(head - 1);
            if last >= oldest {
                cuts.push(Cut { stream, last });
            }
        }
        Ok(cuts)
    }
}

async fn first_young<C: Sql>(connection: &mut C, stream: i64, young_ms: i64) -> Result<Option<i64>, StoreError> {
    let rows = connection
        .rows(
            "SELECT seq FROM guard_event WHERE stream = $1 AND at_ms >= $2 ORDER BY seq LIMIT 1",
            &[stream.into(), young_ms.into()],
        )
        .await?;
    rows.first().map(|row| row.int(0)).transpose()
}

struct Prune(Cut);

/// The most events that one transaction takes out.
const PART: i64 = 5_000;

impl Work for Prune {
    type Output = u64;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<u64, StoreError> {
        let Self(Cut { stream, last }) = *self;
        connection
            .change(
                "DELETE FROM guard_event WHERE stream = $1 AND seq <= $2 \
                 AND seq < (SELECT MIN(seq) FROM guard_event WHERE stream = $1) + $3",
                &[stream.into(), last.into(), PART.into()],
            )
            .await
    }
}

fn id(seq: i64, tag: i64) -> Result<EventId, StoreError> {
    EventId::from_parts(number(seq)?, tag.cast_unsigned()).map_err(|_| corrupt(format!("the event number {seq}")))
}
