//! One reader of the log for all who follow a stream in this process.
//!
//! A feed follows the end of its stream and keeps the newest frames, so that an event is read and written once however many
//! wait for it. Who is further back reads the log for itself until it meets them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::first::{First, first};
use super::frame::Frame;
use crate::store::{EventId, EventLog, Read, StoreError, StreamKey, Tail};

/// The most bytes that a feed keeps, but always one frame.
const KEPT_BYTES: usize = 1024 * 1024;

/// How many frames a reader takes at once.
const TAKEN: usize = 32;

/// How large a feed is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FeedSize {
    /// The most frames that it keeps.
    pub(crate) frames: usize,
    /// How many events it asks of the log at once.
    pub(crate) page: usize,
}

impl Default for FeedSize {
    fn default() -> Self {
        Self { frames: 256, page: 64 }
    }
}

/// The end of a stream, as this process knows it.
pub(crate) struct Feed {
    key: StreamKey,
    log: Arc<dyn EventLog>,
    size: FeedSize,
    ring: Mutex<Ring>,
    news: watch::Sender<()>,
}

#[derive(Default)]
struct Ring {
    /// `None` until the feed knows where the stream stands.
    start: Option<Start>,
    frames: VecDeque<Arc<Frame>>,
    bytes: usize,
    /// How many frames were ever here.
    count: u64,
    fault: Option<FeedFault>,
}

/// What stands before the oldest frame; nothing where the stream was empty.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Start(Option<EventId>);

/// Why a feed goes no further.
#[derive(Debug, Clone)]
pub(crate) enum FeedFault {
    /// The log gives no answer.
    Log(StoreError),
    /// What it had read last was taken out before it read on.
    Pruned,
    /// The log was closed.
    Closed,
}

/// What a feed has for a reader.
pub(crate) enum Held {
    /// The frames after its place, and how many were ever here up to the last of them.
    Frames(Vec<Arc<Frame>>, u64),
    /// It has seen all of so many frames that were ever here.
    Nothing(u64),
    /// Its place is not here, and so many frames ever were.
    Elsewhere(u64),
}

impl Feed {
    pub(crate) fn new(key: StreamKey, log: Arc<dyn EventLog>, size: FeedSize) -> Self {
        Self {
            key,
            log,
            size,
            ring: Mutex::default(),
            news: watch::Sender::new(()),
        }
    }

    pub(crate) fn key(&self) -> &StreamKey {
        &self.key
    }

    pub(crate) fn log(&self) -> &dyn EventLog {
        &*self.log
    }

    /// Wakes for everything that is new. A feed without such a receiver has no readers.
    pub(crate) fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    pub(crate) fn has_readers(&self) -> bool {
        self.news.receiver_count() > 0
    }

    pub(crate) async fn deserted(&self) {
        self.news.closed().await;
    }

    /// What is there after a place.
    pub(crate) fn after(&self, place: Option<EventId>) -> Result<Held, FeedFault> {
        let ring = self.ring();
        let from = if ring.start == Some(Start(place)) {
            Some(0)
        } else {
            let found = place.and_then(|place| ring.frames.binary_search_by_key(&place, |frame| frame.id).ok());
            found.map(|at| at + 1)
        };
        match from {
            None => ring.fault.clone().map_or(Ok(Held::Elsewhere(ring.count)), Err),
            Some(from) if from == ring.frames.len() => ring.fault.clone().map_or(Ok(Held::Nothing(ring.count)), Err),
            Some(from) => {
                let frames: Vec<_> = ring.frames.iter().skip(from).take(TAKEN).cloned().collect();
                let left = (ring.frames.len() - from - frames.len()) as u64;
                Ok(Held::Frames(frames, ring.count - left))
            }
        }
    }

    /// Follows the stream until it can no longer be followed, or nobody reads it and `leave` agrees. The tail was made before
    /// this is called. `retry` is asked after each failure of the log, with how many came before it one after the other.
    pub(crate) async fn follow(&self, mut tail: Tail, retry: impl AsyncFn(u32) -> bool, leave: impl Fn() -> bool) {
        let (mut place, mut failed) = (None, 0);
        loop {
            match self.step(&mut place).await {
                Ok(true) => failed = 0,
                Ok(false) => {
                    failed = 0;
                    match first(self.deserted(), tail.changed()).await {
                        First::Left(()) if leave() => return,
                        First::Right(false) => return self.fail(FeedFault::Closed),
                        // Somebody came between, or there is something new.
                        First::Left(()) | First::Right(true) => {}
                    }
                }
                Err(FeedFault::Log(error)) => {
                    if !retry(failed).await {
                        return self.fail(FeedFault::Log(error));
                    }
                    failed += 1;
                }
                Err(fault) => return self.fail(fault),
            }
        }
    }

    /// Reads a page. `false` where there was nothing.
    async fn step(&self, place: &mut Option<EventId>) -> Result<bool, FeedFault> {
        let known = self.ring().start.is_some();
        if !known {
            *place = self.log.head(&self.key).await.map_err(FeedFault::Log)?;
            self.ring().start = Some(Start(*place));
            self.news.send_replace(());
        }
        match self
            .log
            .read(&self.key, *place, self.size.page)
            .await
            .map_err(FeedFault::Log)?
        {
            Read::UnknownCursor => Err(FeedFault::Pruned),
            Read::Events(events) => {
                let Some(last) = events.last() else { return Ok(false) };
                *place = Some(last.id);
                let frames: Vec<_> = events.iter().map(|event| Arc::new(Frame::new(event))).collect();
                self.ring().push(frames, self.size.frames);
                self.news.send_replace(());
                Ok(true)
            }
        }
    }

    fn fail(&self, fault: FeedFault) {
        self.ring().fault = Some(fault);
        self.news.send_replace(());
    }

    /// Each change below is whole while the lock is held, so what a panic left is whole too.
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn push(&mut self, frames: Vec<Arc<Frame>>, most: usize) {
        self.count += frames.len() as u64;
        self.bytes += frames.iter().map(|frame| frame.size()).sum::<usize>();
        self.frames.extend(frames);
        while self.frames.len() > 1 && (self.frames.len() > most || self.bytes > KEPT_BYTES) {
            if let Some(oldest) = self.frames.pop_front() {
                self.bytes -= oldest.size();
                self.start = Some(Start(Some(oldest.id)));
            }
        }
    }
}
