//! The event log.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use async_nats::jetstream::{Error as ApiError, ErrorCode};
use futures_util::{StreamExt, TryStreamExt};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::{JetStream, PATIENCE, subject};
use crate::context::OpaqueId;
use crate::store::StoreFuture;
use crate::store::error::StoreError;
use crate::store::event::{Event, EventLog, NewEvent, Read, Retention, StreamKey, check_bodies};
use crate::store::event_id::EventId;
use crate::store::wake::Tail;

/// Bytes before the body: the tag and the time, each as 16 hexadecimal digits. Headers would be slower to write and read.
const HEAD: usize = 32;

/// Messages that are asked for at once.
const FETCH: usize = 10_000;

/// After so long without a message the server is asked whether any is left.
const SILENCE: Duration = Duration::from_millis(250);

/// How often a stream is read again that was pruned meanwhile, or that the server does not have up to its end yet, and how
/// long to wait for that.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(25);

impl EventLog for JetStream {
    fn append<'a>(&'a self, stream: &'a StreamKey, events: Vec<NewEvent>) -> StoreFuture<'a, Vec<EventId>> {
        Box::pin(async move {
            check_bodies(&events)?;
            let subject = self.subject(stream);
            let mut acks = Vec::with_capacity(events.len());
            for NewEvent { at_ms, body } in events {
                let tag = EventId::new_tag();
                let message = format!("{tag:016x}{at_ms:016x}{body}");
                let ack = self.0.context.publish(subject.clone(), message.into()).await;
                acks.push((tag, ack.map_err(publish_error)?));
            }
            let mut ids = Vec::with_capacity(acks.len());
            for (tag, ack) in acks {
                ids.push(id(ack.await.map_err(publish_error)?.sequence, tag)?);
            }
            self.0.wakes.wake(&subject);
            Ok(ids)
        })
    }

    fn read<'a>(&'a self, stream: &'a StreamKey, after: Option<EventId>, limit: usize) -> StoreFuture<'a, Read> {
        Box::pin(async move {
            let subject = self.subject(stream);
            for _ in 0..TRIES {
                let head = match (self.last(&subject).await?, after) {
                    (None, None) => return Ok(Read::Events(Vec::new())),
                    (None, Some(_)) => return Ok(Read::UnknownCursor),
                    // A reader who has seen all is the usual one, and needs no consumer.
                    (Some(head), Some(cursor)) if head.id == cursor => return Ok(Read::Events(Vec::new())),
                    (Some(head), Some(cursor)) if head.id.seq() <= cursor.seq() => return Ok(Read::UnknownCursor),
                    (Some(head), _) => head.id,
                };
                let (from, count) = match after {
                    // The cursor's own event is read too: while it is there, nothing after it has been pruned.
                    Some(cursor) => (cursor.seq(), limit.saturating_add(1)),
                    None => match self.first(&subject).await? {
                        Some(first) => (first, limit),
                        None => continue,
                    },
                };
                let mut delivery = self.deliver(&subject, from, count).await?;
                if delivery.is_short || delivery.is_behind(head) {
                    sleep(PAUSE).await;
                    continue;
                }
                let is_whole = self.is_whole(&delivery, head).await?;
                match after {
                    None if is_whole => return Ok(Read::Events(delivery.events)),
                    None => {}
                    Some(cursor) => {
                        if !is_whole || delivery.events.first().is_none_or(|event| event.id != cursor) {
                            return Ok(Read::UnknownCursor);
                        }
                        delivery.events.remove(0);
                        return Ok(Read::Events(delivery.events));
                    }
                }
            }
            Err(StoreError::unavailable(
                "the server stays behind the one that leads, or prunes faster than it delivers",
            ))
        })
    }

    fn head<'a>(&'a self, stream: &'a StreamKey) -> StoreFuture<'a, Option<EventId>> {
        Box::pin(async move {
            let head = self.last(&self.subject(stream)).await?;
            Ok(head.map(|event| event.id))
        })
    }

    fn prune<'a>(&'a self, kind: &'a OpaqueId, retention: Retention, now_ms: u64) -> StoreFuture<'a, u64> {
        Box::pin(async move {
            let filter = subject::of_kind(&self.0.options.prefix, kind);
            let subjects = self.0.stream.info_with_subjects(filter).await;
            let subjects: Vec<(String, usize)> = subjects
                .map_err(StoreError::unavailable)?
                .try_collect()
                .await
                .map_err(StoreError::unavailable)?;
            let mut gone = 0;
            for (subject, _) in subjects {
                gone += self.prune_subject(&subject, retention, now_ms).await?;
            }
            Ok(gone)
        })
    }

    fn watch(&self, stream: &StreamKey) -> Tail {
        let tail = self.0.wakes.watch(self.subject(stream));
        self.0.watched.notify_one();
        tail
    }
}

impl JetStream {
    fn subject(&self, stream: &StreamKey) -> String {
        subject::of_stream(&self.0.options.prefix, stream)
    }

    /// The newest event of a subject, by the server that leads.
    async fn last(&self, subject: &str) -> Result<Option<Event>, StoreError> {
        match self.0.stream.get_last_raw_message_by_subject(subject).await {
            Ok(message) => event(message.sequence, &message.payload).map(Some),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }

    /// The number of the oldest event of a subject.
    async fn first(&self, subject: &str) -> Result<Option<u64>, StoreError> {
        match self.0.stream.get_first_raw_message_by_subject(subject, 1).await {
            Ok(message) => Ok(Some(message.sequence)),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }

    /// Whether nothing between these was pruned while they came. `head` was the newest event before.
    async fn is_whole(&self, delivery: &Delivery, head: EventId) -> Result<bool, StoreError> {
        let (Some(first), Some(last)) = (delivery.events.first(), delivery.events.last()) else {
            return Ok(true);
        };
        // As many as there were, and none that came since is among them: so it is these. The server would take its time to
        // say so, since it tidies up after a long delivery.
        if delivery.is_all && last.id.seq() <= head.seq() {
            return Ok(true);
        }
        // What is pruned goes from the beginning.
        match self.0.stream.get_raw_message(first.id.seq()).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(false),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }

    /// Up to so many events of a subject from a sequence number on, of those that there are now. Begin where the subject
    /// does: the server looks through the messages of all others in between.
    async fn deliver(&self, subject: &str, from: u64, count: usize) -> Result<Delivery, StoreError> {
        if count == 0 {
            return Ok(Delivery::default());
        }
        let mut consumer = self
            .0
            .stream
            .create_consumer(pull::Config {
                filter_subject: subject.to_owned(),
                deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: from },
                ack_policy: AckPolicy::None,
                memory_storage: true,
                num_replicas: 1,
                inactive_threshold: PATIENCE * 2,
                ..pull::Config::default()
            })
            .await
            .map_err(StoreError::unavailable)?;
        let there = usize::try_from(consumer.cached_info().num_pending).unwrap_or(usize::MAX);
        let count = count.min(there);
        let mut events = Vec::with_capacity(count.min(FETCH));
        while events.len() < count {
            let before = events.len();
            let part = (count - before).min(FETCH);
            let messages = consumer.fetch().max_messages(part).messages().await;
            let mut messages = messages.map_err(StoreError::unavailable)?;
            let mut silence = interval(SILENCE);
            silence.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut heard = true;
            loop {
                let next = tokio::select! {
                    biased;
                    next = messages.next() => next,
                    _ = silence.tick() => {
                        if std::mem::take(&mut heard) {
                            continue;
                        }
                        // What is pruned before it goes out is not always told: then nothing more comes, and no end either.
                        // What the server has sent may still be on its way.
                        let patience = if pending(&mut consumer).await? == 0 { SILENCE } else { PATIENCE };
                        timeout(patience, messages.next()).await.ok().flatten()
                    }
                };
                let Some(message) = next else { break };
                heard = true;
                let message = message.map_err(StoreError::unavailable)?;
                let info = message.info().map_err(StoreError::unavailable)?;
                // Each is sent once, and counted: what was lost on its way does not come again.
                if info.consumer_sequence != events.len() as u64 + 1 {
                    return Err(StoreError::unavailable("events were lost on their way"));
                }
                events.push(event(info.stream_sequence, &message.payload)?);
            }
            // The rest was pruned since, or the server did not answer.
            if events.len() == before {
                if pending(&mut consumer).await? > 0 {
                    return Err(StoreError::unavailable("the server did not deliver what it has"));
                }
                break;
            }
        }
        Ok(Delivery {
            is_all: events.len() == there,
            is_short: events.len() < count,
            events,
            _consumer: Some(Consumer {
                stream: self.0.stream.clone(),
                name: consumer.cached_info().name.clone(),
            }),
        })
    }

    async fn prune_subject(&self, subject: &str, retention: Retention, now_ms: u64) -> Result<u64, StoreError> {
        let mut gone = 0;
        if let Some(count) = retention.max_count {
            let purge = self.0.stream.purge().keep(count.max(1)).filter(subject);
            gone += purge.await.map_err(StoreError::unavailable)?.purged;
        }
        if let Some(oldest_ms) = retention.oldest_ms(now_ms)
            && let Some(cut) = self.first_young(subject, oldest_ms).await?
            // Nothing comes before the first message, and to the server a purge up to it is one of everything.
            && cut > 1
        {
            let purge = self.0.stream.purge().sequence(cut).filter(subject);
            gone += purge.await.map_err(StoreError::unavailable)?.purged;
        }
        Ok(gone)
    }

    /// The first event from a time on, or the newest one. Only old ones are read, and one part more.
    async fn first_young(&self, subject: &str, oldest_ms: u64) -> Result<Option<u64>, StoreError> {
        let (mut from, mut newest) = (self.first(subject).await?, None);
        while let Some(start) = from {
            let Delivery { events, .. } = &self.deliver(subject, start, FETCH).await?;
            if let Some(young) = events.iter().find(|event| event.at_ms >= oldest_ms) {
                return Ok(Some(young.id.seq()));
            }
            from = events.last().map(|last| last.id.seq() + 1);
            newest = events.last().map(|last| last.id.seq()).or(newest);
        }
        Ok(newest)
    }
}

/// How many messages the server has yet to send to a consumer.
async fn pending(consumer: &mut PullConsumer) -> Result<u64, StoreError> {
    let info = consumer.info().await.map_err(StoreError::unavailable)?;
    Ok(info.num_pending)
}

/// Events of a subject, as they came.
///
/// Keep it until nothing more is asked: the server answers nothing else while it takes the consumer away.
#[derive(Default)]
struct Delivery {
    events: Vec<Event>,
    /// These are as many as there were when the consumer was made.
    is_all: bool,
    /// These are fewer than there were, or than were asked for: the rest was pruned before it went out.
    is_short: bool,
    _consumer: Option<Consumer>,
}

impl Delivery {
    /// Whether the server that delivered lacks what the one that leads has: the newest event is never pruned.
    fn is_behind(&self, head: EventId) -> bool {
        self.is_all && self.events.last().is_none_or(|last| last.id.seq() < head.seq())
    }
}

/// A consumer that has done its work. It would end by itself, some seconds later, so nobody waits for its end.
struct Consumer {
    stream: Stream,
    name: String,
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let (stream, name) = (self.stream.clone(), std::mem::take(&mut self.name));
        tokio::spawn(async move { stream.delete_consumer(&name).await });
    }
}

fn event(sequence: u64, message: &[u8]) -> Result<Event, StoreError> {
    let corrupt = || StoreError::Corrupt(format!("the message {sequence} is not an event of the guard"));
    let text = str::from_utf8(message).map_err(|_| corrupt())?;
    let (head, body) = text.split_at_checked(HEAD).ok_or_else(corrupt)?;
    let (tag, at_ms) = head.split_at(HEAD / 2);
    let number = |digits| u64::from_str_radix(digits, 16).map_err(|_| corrupt());
    Ok(Event {
        id: id(sequence, number(tag)?)?,
        at_ms: number(at_ms)?,
        body: body.to_owned(),
    })
}

fn id(sequence: u64, tag: u64) -> Result<EventId, StoreError> {
    EventId::from_parts(sequence, tag).map_err(|_| StoreError::Corrupt(format!("the sequence number {sequence}")))
}

/// What JetStream answers when nothing more fits: the stream's limits, the account's, the disk's.
const FULL: [ErrorCode; 4] = [
    ErrorCode::STREAM_STORE_FAILED,
    ErrorCode::ACCOUNT_RESOURCES_EXCEEDED,
    ErrorCode::INSUFFICIENT_RESOURCES,
    ErrorCode::STORAGE_RESOURCES_EXCEEDED,
];

pub(super) fn publish_error(error: PublishError) -> StoreError {
    let answer = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<ApiError>());
    if error.kind() == PublishErrorKind::Other && answer.is_some_and(|answer| FULL.contains(&answer.error_code())) {
        return StoreError::full(error);
    }
    StoreError::unavailable(error)
}
