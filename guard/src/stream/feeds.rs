//! The feeds of a process: one for each stream that somebody follows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::feed::{Feed, FeedSize};
use crate::store::{EventLog, StreamKey, Tail};

/// The feeds, by their stream.
pub(crate) struct Feeds {
    log: Arc<dyn EventLog>,
    size: FeedSize,
    held: Arc<Held>,
}

type Held = Mutex<HashMap<StreamKey, Arc<Feed>>>;

/// A feed that has to be run to get anywhere.
pub(crate) struct Following {
    feed: Arc<Feed>,
    tail: Tail,
    held: Arc<Held>,
}

impl Feeds {
    pub(crate) fn new(log: Arc<dyn EventLog>, size: FeedSize) -> Self {
        Self {
            log,
            size,
            held: Arc::default(),
        }
    }

    /// The feed of a stream, and its news. One that is new is handed to `start`.
    pub(crate) fn join(&self, stream: &StreamKey, start: impl FnOnce(Following)) -> (Arc<Feed>, watch::Receiver<()>) {
        let mut held = lock(&self.held);
        if let Some(feed) = held.get(stream) {
            return (Arc::clone(feed), feed.news());
        }
        let feed = Arc::new(Feed::new(stream.clone(), Arc::clone(&self.log), self.size));
        let news = feed.news();
        held.insert(stream.clone(), Arc::clone(&feed));
        drop(held);
        start(Following {
            feed: Arc::clone(&feed),
            tail: self.log.watch(stream),
            held: Arc::clone(&self.held),
        });
        (feed, news)
    }
}

impl Following {
    /// Follows until nobody reads any more, or the log gives no answer and `retry` gives up.
    pub(crate) async fn run(self, retry: impl AsyncFn(u32) -> bool) {
        let Self { feed, tail, held } = self;
        let leave = || {
            let mut held = lock(&held);
            let deserted = !feed.has_readers();
            if deserted {
                remove(&mut held, &feed);
            }
            deserted
        };
        feed.follow(tail, retry, leave).await;
        remove(&mut lock(&held), &feed);
    }
}

/// Another feed of the same stream stays.
fn remove(held: &mut HashMap<StreamKey, Arc<Feed>>, feed: &Arc<Feed>) {
    if held.get(feed.key()).is_some_and(|found| Arc::ptr_eq(found, feed)) {
        held.remove(feed.key());
    }
}

/// What is changed under these locks is whole at once, so what a panic left is whole too.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
