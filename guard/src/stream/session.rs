//! An open stream: what it says next, and when it ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};
use uuid::Uuid;

use super::cursor;
use super::first::{First, first};
use super::frame::Frame;
use super::gate::StreamInfo;
use super::hub::{RETRIES, Signal, Slot, Streams, pause_after, unavailable};
use super::reader::{ReadFault, Reader};
use crate::clock::Clock;
use crate::code::Code;
use crate::envelope::ErrorEnvelope;
use crate::store::EventId;

/// When the credential of a stream ends, and what is said then.
#[derive(Debug, Clone)]
pub(crate) struct Expiry {
    /// In seconds since 1970-01-01T00:00:00Z.
    pub(crate) at_s: Option<u64>,
    pub(crate) code: Code,
}

/// An open stream.
pub(crate) struct Session {
    pub(super) reader: Reader,
    pub(super) streams: Streams,
    pub(super) info: StreamInfo,
    pub(super) signal: watch::Receiver<Signal>,
    pub(super) expiry: Expiry,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) resource_kind: Option<&'static str>,
    /// The longest silence.
    pub(super) keep_alive: Duration,
    pub(super) spoke_at: Instant,
    pub(super) retries: Retries,
    pub(super) _slot: Slot,
}

/// How often the log gave no answer, one time after the other, and when it is asked again.
#[derive(Default)]
pub(super) struct Retries {
    failed: u32,
    at: Option<Instant>,
}

/// What an open stream says next.
pub(crate) enum Step {
    /// An event.
    Event(Arc<Frame>),
    /// Nothing, for so long that something has to be sent.
    KeepAlive,
    /// The last thing.
    End(End),
}

/// Why a stream ends.
pub(crate) enum End {
    /// It must not go on.
    Refused(ErrorEnvelope),
    /// The client can come back with its cursor.
    Paused(Pause),
}

/// Why a client has to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// It fell too far behind.
    Lagged,
    /// The server ends.
    Draining,
}

impl Pause {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Lagged => "lagged",
            Self::Draining => "draining",
        }
    }
}

impl Session {
    /// What comes next. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Step {
        loop {
            if let Some(end) = self.must_end() {
                return Step::End(end);
            }
            let (silent_at, deadline) = self.deadlines();
            if Instant::now() >= silent_at {
                self.spoke_at = Instant::now();
                // A gate whose owner forgot to say that it changed is asked now and then all the same.
                self.signal.mark_changed();
                return Step::KeepAlive;
            }
            let (retry_at, reader) = (self.retries.at, &mut self.reader);
            let read = async {
                if let Some(at) = retry_at {
                    sleep_until(at).await;
                }
                reader.next().await
            };
            match timeout_at(deadline, first(self.signal.changed(), read)).await {
                Ok(First::Right(Ok(frame))) => {
                    self.retries = Retries::default();
                    // What the signal says goes before what came at the same time.
                    if let Some(end) = self.must_end() {
                        return Step::End(end);
                    }
                    self.spoke_at = Instant::now();
                    return Step::Event(frame);
                }
                Ok(First::Right(Err(ReadFault::Log(_)))) if self.retries.failed < RETRIES => {
                    self.retries.at = Some(Instant::now() + pause_after(self.retries.failed));
                    self.retries.failed += 1;
                }
                Ok(First::Right(Err(fault))) => return Step::End(self.fault(fault)),
                // The sender is in `streams`, so it is there; `changed` left the mark for `must_end` to see.
                Ok(First::Left(_)) => self.signal.mark_changed(),
                Err(_) => {}
            }
        }
    }

    /// Waits until the stream must end, whatever events there are. Dropping the future loses nothing.
    #[cfg(feature = "ws")]
    pub(crate) async fn ended(&mut self) -> End {
        loop {
            if let Some(end) = self.must_end() {
                return end;
            }
            // A clock that was set is noticed after a while too.
            let (_, deadline) = self.deadlines();
            let deadline = deadline.max(Instant::now() + Duration::from_millis(100));
            if timeout_at(deadline, self.signal.changed()).await.is_ok() {
                self.signal.mark_changed();
            }
        }
    }

    /// Another event that is at hand, while nothing keeps it from being sent.
    pub(crate) fn at_hand(&mut self) -> Option<Arc<Frame>> {
        if self.signal.has_changed().unwrap_or(true) || self.has_expired() {
            return None;
        }
        self.reader.at_hand()
    }

    /// The last event that was given out.
    pub(crate) fn place(&self) -> Option<EventId> {
        self.reader.place()
    }

    /// A time to wait before connecting again, in milliseconds; another one for each who asks.
    pub(crate) fn retry_ms(&self) -> u128 {
        let least = self.streams.0.limits.retry.as_millis();
        least + Uuid::new_v4().as_u128() % (least + 1)
    }

    /// Whether the credential, the gate or the server say that it is over.
    pub(crate) fn must_end(&mut self) -> Option<End> {
        if self.has_expired() {
            let envelope = ErrorEnvelope::builder(self.expiry.code.clone());
            let envelope = match self.resource_kind {
                Some(kind) => envelope.resource_kind(kind),
                None => envelope,
            };
            return Some(End::Refused(envelope.build()));
        }
        if self.signal.has_changed().unwrap_or(true) {
            let draining = self.signal.borrow_and_update().draining;
            if let Err(envelope) = self.streams.judge(&self.info) {
                return Some(End::Refused(envelope));
            }
            if draining {
                return Some(End::Paused(Pause::Draining));
            }
        }
        None
    }

    /// A clock that does not know the time ends what ends at a time.
    fn has_expired(&self) -> bool {
        let now = self.clock.wall();
        self.expiry
            .at_s
            .is_some_and(|end| now.is_none_or(|now| now.as_secs() >= end))
    }

    /// When the silence is long enough, and when to look again.
    fn deadlines(&self) -> (Instant, Instant) {
        let silent_at = self.spoke_at + self.keep_alive;
        let left = self
            .expiry
            .at_s
            .zip(self.clock.wall())
            .map(|(end, now)| Duration::from_secs(end).saturating_sub(now));
        let expires_at = left.and_then(|left| Instant::now().checked_add(left));
        (silent_at, expires_at.map_or(silent_at, |at| at.min(silent_at)))
    }

    fn fault(&self, fault: ReadFault) -> End {
        let stream = &self.info.stream;
        match fault {
            ReadFault::Lagged => End::Paused(Pause::Lagged),
            ReadFault::Closed => End::Paused(Pause::Draining),
            ReadFault::Pruned => {
                let place = self.place().map(|place| place.to_string());
                End::Refused(cursor::invalid(
                    stream.kind.as_str(),
                    self.resource_kind,
                    place.as_deref(),
                ))
            }
            ReadFault::Log(error) | ReadFault::Feed(error) => {
                let error = unavailable(&error);
                tracing::error!(
                    error = &error as &(dyn std::error::Error + 'static),
                    "a stream cannot be read on"
                );
                End::Refused(error.envelope().clone())
            }
        }
    }
}
