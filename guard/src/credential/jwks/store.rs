//! The keys of a JWKS document, kept fresh.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use super::document::{Document, KeySet};
use super::{JwksError, JwksSource};
use crate::clock::Clock;
use crate::credential::Cause;
use crate::credential::flight::{Flight, lock};
use crate::credential::jwt::{PublicKey, Refusal};

/// The public keys of one issuer, fetched from a JWKS document and kept fresh. Clones share them.
///
/// Nothing is fetched before the first token or [`Jwks::load`]. Then:
///
/// - keys older than the refresh age are fetched anew while requests go on with the old ones;
/// - a token with an unknown `kid` waits for one fetch, if the last one ended longer ago than the cooldown. All such
///   requests share it, and within the cooldown they are refused at once, so random ids cost one fetch per cooldown;
/// - where fetching fails, the old keys serve until they are older than the largest age, and nobody gets in after that;
/// - a document without a usable key counts as a failed fetch;
/// - a key that is replaced under its old `kid` is noticed by its age, not by a token: a forged one looks the same.
///
/// A fetch runs as a task of the tokio runtime, whose timer has to be on: a request that goes away does not end it. Ages
/// are measured from the start of a fetch, by the monotonic clock.
#[derive(Clone)]
pub struct Jwks {
    store: Arc<Store>,
}

/// How keys are kept fresh.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) refresh_after: Duration,
    pub(super) max_age: Duration,
    pub(super) cooldown: Duration,
    pub(super) timeout: Duration,
    pub(super) max_bytes: usize,
}

struct Store {
    source: Box<dyn JwksSource>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    current: RwLock<Arc<Current>>,
    /// Never held across an await, nor while `current` is read by requests.
    traffic: Mutex<Traffic>,
}

/// The keys as the last good fetch found them.
struct Current {
    keys: KeySet,
    /// Counts changes of the keys, so that what was verified with other keys is known as such.
    generation: u64,
    /// The start of that fetch; `None` before the first.
    fetched: Option<Duration>,
}

#[derive(Default)]
struct Traffic {
    running: Option<Flight<()>>,
    ended: Option<Duration>,
    error: Option<JwksError>,
}

impl Traffic {
    fn end(&mut self, now: Duration, error: Option<JwksError>) {
        *self = Self {
            running: None,
            ended: Some(now),
            error,
        };
    }
}

/// Whether a caller would wait for newer keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// It would.
    Wait,
    /// It has waited already.
    None,
}

/// What came of looking for a key.
pub(crate) enum Found {
    /// A key of the current set.
    Key { key: Arc<PublicKey>, generation: u64 },
    /// There is no such key.
    None(Refusal),
    /// It can be told after a fetch.
    Wait(Refresh),
    /// There are no keys.
    Unavailable(JwksError),
}

/// A fetch that is under way.
#[derive(Debug, Clone)]
pub(crate) struct Refresh(Flight<()>);

impl Refresh {
    /// Waits for its end, good or bad.
    pub(crate) async fn landed(self) {
        self.0.landed().await;
    }
}

/// How old the keys are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    Fresh,
    /// Good, and due to be fetched anew.
    Due,
    /// There are none, or they are too old.
    Ended,
}

impl Jwks {
    pub(super) fn from_parts(source: Box<dyn JwksSource>, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let none = Current {
            keys: KeySet::default(),
            generation: 0,
            fetched: None,
        };
        Self {
            store: Arc::new(Store {
                source,
                clock,
                settings,
                current: RwLock::new(Arc::new(none)),
                traffic: Mutex::default(),
            }),
        }
    }

    /// Fetches the keys unless they are fresh: for a start that fails where the issuer cannot be reached.
    ///
    /// # Errors
    ///
    /// Why there are no keys, or [`JwksError::NoRuntime`] outside a tokio runtime.
    pub async fn load(&self) -> Result<(), JwksError> {
        let now = self.store.clock.monotonic();
        if self.store.age(&self.store.current(), now) == Age::Ended
            && let Some(refresh) = self.store.refresh(now)
        {
            refresh.landed().await;
        }
        let now = self.store.clock.monotonic();
        match self.store.age(&self.store.current(), now) {
            Age::Ended => Err(self.store.error()),
            Age::Fresh | Age::Due => Ok(()),
        }
    }

    /// The generation of the keys, while they are good. Starts a fetch that is due.
    pub(crate) fn generation(&self) -> Option<u64> {
        let now = self.store.clock.monotonic();
        let current = self.store.current();
        match self.store.age(&current, now) {
            Age::Fresh => Some(current.generation),
            Age::Due => {
                self.store.refresh(now);
                Some(current.generation)
            }
            Age::Ended => None,
        }
    }

    /// Looks for a key by `kid`. A caller asks for the generation first, which is what keeps the keys fresh.
    pub(crate) fn find(&self, id: Option<&str>, patience: Patience) -> Found {
        loop {
            let now = self.store.clock.monotonic();
            let current = self.store.current();
            let missing = match (self.store.age(&current, now), current.keys.find(id)) {
                (Age::Ended, _) => None,
                (_, Ok(key)) => {
                    return Found::Key {
                        key: Arc::clone(key),
                        generation: current.generation,
                    };
                }
                // More keys would not make a missing `kid` clearer.
                (_, Err(Refusal::KeyIdMissing)) => return Found::None(Refusal::KeyIdMissing),
                (_, Err(refusal)) => Some(refusal),
            };
            if patience == Patience::Wait
                && let Some(refresh) = self.store.refresh(now)
            {
                return Found::Wait(refresh);
            }
            // A fetch that ended since `current` was read may have brought the key, and its end is why no other starts.
            if !Arc::ptr_eq(&current, &self.store.current()) {
                continue;
            }
            return match missing {
                Some(refusal) => Found::None(refusal),
                None => Found::Unavailable(self.store.error()),
            };
        }
    }
}

impl Store {
    fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn age(&self, current: &Current, now: Duration) -> Age {
        match current.fetched.map(|fetched| now.saturating_sub(fetched)) {
            Some(age) if age < self.settings.refresh_after => Age::Fresh,
            Some(age) if age < self.settings.max_age => Age::Due,
            _ => Age::Ended,
        }
    }

    fn error(&self) -> JwksError {
        lock(&self.traffic).error.clone().unwrap_or(JwksError::NotFetched)
    }

    /// The fetch that is under way, or a new one unless the last one ended within the cooldown.
    fn refresh(self: &Arc<Self>, now: Duration) -> Option<Refresh> {
        let mut traffic = lock(&self.traffic);
        // One that is over and still noted never began: its runtime ended first, and no cooldown is due.
        if let Some(running) = traffic.running.take().filter(|running| !running.is_over()) {
            traffic.running = Some(running.clone());
            return Some(Refresh(running));
        }
        let cooling = traffic
            .ended
            .is_some_and(|ended| now.saturating_sub(ended) < self.settings.cooldown);
        if cooling {
            return None;
        }
        // The task cannot end before it is noted as running: its end takes this lock.
        match Flight::start(Arc::clone(self).run(now)) {
            Ok(flight) => {
                traffic.running = Some(flight.clone());
                Some(Refresh(flight))
            }
            Err(_) => {
                traffic.error = Some(JwksError::NoRuntime);
                None
            }
        }
    }

    async fn run(self: Arc<Self>, started: Duration) {
        // Also where the source panics or the runtime ends: the next request then starts another one.
        let mut end = End {
            store: &self,
            error: Some(JwksError::Interrupted),
        };
        let error = match self.fetch().await {
            Ok(document) => {
                self.publish(document, started);
                None
            }
            Err(error) => {
                tracing::warn!(error = %error, "the JWKS document could not be refreshed");
                Some(error)
            }
        };
        end.error = error;
    }

    async fn fetch(&self) -> Result<Document, JwksError> {
        let limit = self.settings.max_bytes;
        let document = tokio::time::timeout(self.settings.timeout, self.source.fetch(limit))
            .await
            .map_err(|_| JwksError::Timeout)?
            .map_err(|error| JwksError::Fetch(Cause::new(error)))?;
        if document.len() > limit {
            return Err(JwksError::TooLarge);
        }
        Document::parse(&document)
    }

    fn publish(&self, document: Document, started: Duration) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let changed = current.keys != document.keys;
        if changed {
            tracing::info!(keys = document.keys.len(), "the JWKS document has new keys");
            for (index, why) in &document.unused {
                tracing::warn!(index, %why, "a key of the JWKS document is not used");
            }
        }
        *current = Arc::new(Current {
            keys: document.keys,
            generation: current.generation + u64::from(changed),
            fetched: Some(started),
        });
    }
}

/// Notes the end of a fetch, however it comes about.
struct End<'a> {
    store: &'a Store,
    error: Option<JwksError>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        let now = self.store.clock.monotonic();
        lock(&self.store.traffic).end(now, self.error.take());
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let current = self.store.current();
        f.debug_struct("Jwks")
            .field("keys", &current.keys.len())
            .field("generation", &current.generation)
            .finish_non_exhaustive()
    }
}
