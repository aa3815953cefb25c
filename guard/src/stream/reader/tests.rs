//! Replay, seam and fan-out in every order of steps that a scheduler finds: authors, pruning, readers that come and go.
//!
//! shuttle chooses which task goes on at each await; the log yields around everything that it does, as a database would.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shuttle::future::{block_on, spawn, yield_now};

use super::{ReadFault, Reader};
use crate::context::{Mode, OpaqueId, ProjectId, TenantId};
use crate::store::{
    Backend, Durability, EventId, EventLog, Memory, NewEvent, Read, Retention, Scope, StoreFuture, StreamKey, Tail,
};
use crate::stream::feed::FeedSize;
use crate::stream::feeds::Feeds;

/// How many orders each model is run in.
const ORDERS: usize = 4_000;

/// Events after the first one.
const EVENTS: usize = 7;

/// A log that lets others go on before and after each step.
struct Slow(Memory);

impl Backend for Slow {
    fn name(&self) -> &'static str {
        "Slow"
    }

    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        self.0.prove()
    }
}

fn slowly<'a, T: Send + 'a>(
    step: impl Future<Output = T> + Send + 'a,
) -> std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(async {
        yield_now().await;
        let answer = step.await;
        yield_now().await;
        answer
    })
}

impl EventLog for Slow {
    fn append<'a>(&'a self, stream: &'a StreamKey, events: Vec<NewEvent>) -> StoreFuture<'a, Vec<EventId>> {
        slowly(async move { self.0.append(stream, events).await })
    }

    fn read<'a>(&'a self, stream: &'a StreamKey, after: Option<EventId>, limit: usize) -> StoreFuture<'a, Read> {
        slowly(async move { self.0.read(stream, after, limit).await })
    }

    fn head<'a>(&'a self, stream: &'a StreamKey) -> StoreFuture<'a, Option<EventId>> {
        slowly(async move { self.0.head(stream).await })
    }

    fn prune<'a>(&'a self, kind: &'a OpaqueId, retention: Retention, now_ms: u64) -> StoreFuture<'a, u64> {
        slowly(async move { self.0.prune(kind, retention, now_ms).await })
    }

    fn watch(&self, stream: &StreamKey) -> Tail {
        EventLog::watch(&self.0, stream)
    }
}

fn thread() -> StreamKey {
    StreamKey {
        scope: Scope {
            tenant: TenantId::parse("t_acme").unwrap(),
            mode: Mode::Lab,
            project: ProjectId::parse("launch").unwrap(),
        },
        kind: OpaqueId::parse("chat").unwrap(),
        id: OpaqueId::parse("th_1").unwrap(),
    }
}

fn event() -> NewEvent {
    NewEvent {
        at_ms: 0,
        body: "{}".to_owned(),
    }
}

/// Follows from a place until an event, and gives the numbers of what it saw.
async fn follow(feeds: &Feeds, place: Option<EventId>, last: u64) -> Result<Vec<u64>, (Vec<u64>, ReadFault)> {
    let (feed, news) = feeds.join(&thread(), |following| {
        spawn(following.run(async |_| panic!("this log does not fail")));
    });
    let mut reader = Reader::new(feed, news, place, u64::MAX);
    let mut seen = Vec::new();
    while seen.last().copied().unwrap_or(place.map_or(0, EventId::seq)) < last {
        match reader.next().await {
            Ok(frame) => seen.push(frame.id.seq()),
            Err(fault) => return Err((seen, fault)),
        }
    }
    Ok(seen)
}

fn assert_whole(seen: &[u64], after: u64) {
    assert!(
        seen.iter().copied().eq(after + 1..=after + seen.len() as u64),
        "{seen:?} after {after}"
    );
}

fn feeds(log: &Arc<Slow>) -> Feeds {
    Feeds::new(Arc::clone(log) as _, FeedSize { frames: 2, page: 2 })
}

/// An author who appends one by one and in pairs.
async fn author(log: Arc<Slow>) {
    let mut left = EVENTS;
    while left > 0 {
        let count = (1 + left % 2).min(left);
        log.append(&thread(), vec![event(); count]).await.unwrap();
        left -= count;
    }
}

#[test]
fn e52_every_reader_sees_all_after_its_cursor_once_and_in_order() {
    shuttle::check_random(
        || {
            block_on(async {
                let log = Arc::new(Slow(Memory::default()));
                let first = log.append(&thread(), vec![event()]).await.unwrap()[0];
                let feeds = Arc::new(feeds(&log));
                let last = 1 + EVENTS as u64;
                let writing = spawn(author(Arc::clone(&log)));
                let reading: Vec<_> = (0..3)
                    .map(|reader| {
                        let (feeds, log) = (Arc::clone(&feeds), Arc::clone(&log));
                        spawn(async move {
                            let place = if reader == 0 {
                                log.head(&thread()).await.unwrap()
                            } else {
                                Some(first)
                            };
                            let after = place.map_or(0, EventId::seq);
                            // One goes away on the way, and another one comes back where it was.
                            let stop = if reader == 2 { last - 2 } else { last };
                            assert_whole(&follow(&feeds, place, stop.max(after)).await.unwrap(), after);
                        })
                    })
                    .collect();
                writing.await.unwrap();
                for reader in reading {
                    reader.await.unwrap();
                }
            });
        },
        ORDERS,
    );
}

#[test]
fn e52_what_is_pruned_meanwhile_is_told_and_never_passed_over() {
    // In plain counters, so that the scheduler does not see them.
    static TOLD: AtomicUsize = AtomicUsize::new(0);
    static WHOLE: AtomicUsize = AtomicUsize::new(0);
    shuttle::check_random(
        || {
            block_on(async {
                let log = Arc::new(Slow(Memory::default()));
                let first = log.append(&thread(), vec![event()]).await.unwrap()[0];
                let feeds = Arc::new(feeds(&log));
                let writing = spawn(author(Arc::clone(&log)));
                let pruning = {
                    let log = Arc::clone(&log);
                    spawn(async move {
                        for kept in [4, 2, 1] {
                            let retention = Retention {
                                max_count: Some(kept),
                                ..Retention::default()
                            };
                            log.prune(&thread().kind, retention, 0).await.unwrap();
                        }
                    })
                };
                let reading: Vec<_> = (0..2)
                    .map(|_| {
                        let feeds = Arc::clone(&feeds);
                        spawn(async move {
                            match follow(&feeds, Some(first), 1 + EVENTS as u64).await {
                                Ok(seen) => {
                                    WHOLE.fetch_add(1, Ordering::Relaxed);
                                    assert_whole(&seen, 1);
                                    assert_eq!(seen.len(), EVENTS);
                                }
                                Err((seen, ReadFault::Pruned)) => {
                                    TOLD.fetch_add(1, Ordering::Relaxed);
                                    assert_whole(&seen, 1);
                                }
                                Err((_, fault)) => panic!("{fault:?}"),
                            }
                        })
                    })
                    .collect();
                writing.await.unwrap();
                pruning.await.unwrap();
                for reader in reading {
                    reader.await.unwrap();
                }
            });
        },
        ORDERS,
    );
    let (told, whole) = (TOLD.load(Ordering::Relaxed), WHOLE.load(Ordering::Relaxed));
    assert!(
        told > ORDERS / 100 && whole > ORDERS / 100,
        "the model finds both ends: {told} told, {whole} whole"
    );
}

#[test]
fn e52_a_feed_ends_when_nobody_reads_it_and_the_next_reader_gets_another() {
    shuttle::check_random(
        || {
            block_on(async {
                let log = Arc::new(Slow(Memory::default()));
                let first = log.append(&thread(), vec![event()]).await.unwrap()[0];
                let feeds = Arc::new(feeds(&log));
                let writing = spawn(author(Arc::clone(&log)));
                // Each leaves before the next comes, so that leaving and coming meet.
                let mut place = first;
                for _ in 0..EVENTS {
                    let seen = follow(&feeds, Some(place), place.seq() + 1).await.unwrap();
                    assert_eq!(seen, [place.seq() + 1]);
                    let Read::Events(next) = log.read(&thread(), Some(place), 1).await.unwrap() else {
                        panic!("nothing is pruned");
                    };
                    place = next[0].id;
                }
                writing.await.unwrap();
            });
        },
        ORDERS,
    );
}
