//! One who follows a stream: what was missed from the log, then what is new from the feed, without a seam.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::watch;

use super::feed::{Feed, FeedFault, Held};
use super::frame::Frame;
use crate::store::{EventId, Read, StoreError};

/// The first page that a reader asks of the log, and the largest; pages grow while their events are small.
const FIRST_PAGE: usize = 16;
const LARGEST_PAGE: usize = 128;
const SMALL_PAGE_BYTES: usize = 128 * 1024;

/// A place in a stream that only moves forward.
pub(crate) struct Reader {
    feed: Arc<Feed>,
    news: watch::Receiver<()>,
    place: Option<EventId>,
    taken: VecDeque<Arc<Frame>>,
    page: usize,
    most_behind: u64,
    /// The count of the feed at which this reader last was with it.
    together: Option<u64>,
}

/// Why a reader goes no further.
#[derive(Debug)]
pub(crate) enum ReadFault {
    /// The log gives no answer now. The reader can be asked again.
    Log(StoreError),
    /// The log gave no answer for so long that the feed ended.
    Feed(StoreError),
    /// The log was closed.
    Closed,
    /// What comes after its place was taken out before it was read.
    Pruned,
    /// It kept up once, and fell too far behind.
    Lagged,
}

impl Reader {
    /// A reader from this place on. Whoever makes it has made sure that the place is known.
    pub(crate) fn new(feed: Arc<Feed>, news: watch::Receiver<()>, place: Option<EventId>, most_behind: u64) -> Self {
        Self {
            feed,
            news,
            place,
            taken: VecDeque::new(),
            page: FIRST_PAGE,
            most_behind,
            together: None,
        }
    }

    /// The last event that was given out.
    pub(crate) fn place(&self) -> Option<EventId> {
        self.place
    }

    /// The next event, if it is at hand.
    pub(crate) fn at_hand(&mut self) -> Option<Arc<Frame>> {
        let frame = self.taken.pop_front()?;
        self.place = Some(frame.id);
        Some(frame)
    }

    /// The next event, when there is one. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Arc<Frame>, ReadFault> {
        loop {
            if let Some(frame) = self.at_hand() {
                return Ok(frame);
            }
            // Before looking, so that what comes while this looks wakes it.
            self.news.borrow_and_update();
            match self.feed.after(self.place)? {
                Held::Frames(frames, count) => {
                    self.together = Some(count);
                    self.taken.extend(frames);
                }
                Held::Nothing(count) => {
                    self.together = Some(count);
                    self.wait().await;
                }
                Held::Elsewhere(count) => {
                    if self
                        .together
                        .is_some_and(|together| count - together > self.most_behind)
                    {
                        return Err(ReadFault::Lagged);
                    }
                    if !self.catch_up().await? {
                        self.wait().await;
                    }
                }
            }
        }
    }

    /// Takes a page from the log. `false` where this reader has seen all of it, and the feed has yet to come here.
    async fn catch_up(&mut self) -> Result<bool, ReadFault> {
        let feed = Arc::clone(&self.feed);
        let read = feed.log().read(feed.key(), self.place, self.page).await;
        let Read::Events(events) = read.map_err(ReadFault::Log)? else {
            return Err(ReadFault::Pruned);
        };
        let bytes: usize = events.iter().map(|event| event.body.len()).sum();
        if bytes < SMALL_PAGE_BYTES {
            self.page = (self.page * 2).min(LARGEST_PAGE);
        } else {
            self.page = (self.page / 2).max(FIRST_PAGE);
        }
        self.taken
            .extend(events.iter().map(|event| Arc::new(Frame::new(event))));
        Ok(!self.taken.is_empty())
    }

    async fn wait(&mut self) {
        // The feed lives as long as this reader, so the channel is open.
        if self.news.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl From<FeedFault> for ReadFault {
    fn from(fault: FeedFault) -> Self {
        match fault {
            FeedFault::Log(error) => Self::Feed(error),
            FeedFault::Closed => Self::Closed,
            FeedFault::Pruned => Self::Pruned,
        }
    }
}

#[cfg(test)]
mod tests;
