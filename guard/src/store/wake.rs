//! Wakes those who wait for a change.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// Wakes when there may be something new.
#[derive(Debug, Clone)]
pub struct Tail(watch::Receiver<u64>);

impl Tail {
    /// Waits until there may be something new since the tail was made, or since this last returned.
    ///
    /// It can wake for nothing, and never sleeps through a change. Dropping the future loses nothing. `false` when the store
    /// was closed: nothing will come any more.
    pub async fn changed(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }
}

/// Those who wait, by what they wait for.
#[derive(Debug)]
pub(super) struct Wakes<K>(Arc<Mutex<HashMap<K, watch::Sender<u64>>>>);

impl<K> Clone for Wakes<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Wakes<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// From so many keys on, those that nobody waits for are looked for now and then.
const SWEEP_FROM: usize = 64;

impl<K: Eq + Hash> Wakes<K> {
    pub(super) fn watch(&self, key: K) -> Tail {
        let mut tails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // At powers of two, so that a sweep costs each new key a constant on average.
        if tails.len() >= SWEEP_FROM && tails.len().is_power_of_two() {
            tails.retain(|_, tail| tail.receiver_count() > 0);
        }
        let tail = tails.entry(key).or_insert_with(|| watch::channel(0).0);
        Tail(tail.subscribe())
    }

    pub(super) fn wake(&self, key: &K) {
        let tails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tail) = tails.get(key) {
            advance(tail);
        }
    }

    /// For when it is not known who would have to be woken.
    #[cfg(any(test, feature = "sqlite", feature = "postgres", feature = "nats"))]
    pub(super) fn wake_all(&self) {
        let tails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tails.values().for_each(advance);
    }
}

/// All who wait for a change in a database.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
#[derive(Debug, Clone, Default)]
pub(super) struct AllWakes {
    pub(super) streams: Wakes<super::StreamKey>,
    pub(super) changes: Wakes<()>,
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl AllWakes {
    pub(super) fn wake_all(&self) {
        self.streams.wake_all();
        self.changes.wake_all();
    }
}

fn advance(tail: &watch::Sender<u64>) {
    tail.send_modify(|count| *count = count.wrapping_add(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tail_wakes_for_its_own_key_and_for_what_came_before_it_waited() {
        let wakes = Wakes::default();
        let (mut left, mut right) = (wakes.watch("left"), wakes.watch("right"));
        wakes.wake(&"left");
        assert!(left.changed().await);
        assert!(!right.0.has_changed().unwrap());
        wakes.wake_all();
        assert!(right.changed().await && left.changed().await);
        drop(wakes);
        assert!(!left.changed().await, "the store is closed");
    }

    #[test]
    fn keys_that_nobody_waits_for_go() {
        let wakes = Wakes::default();
        let kept = wakes.watch(0);
        for key in 1..1000 {
            drop(wakes.watch(key));
        }
        let keys = wakes.0.lock().unwrap().len();
        assert!(keys <= SWEEP_FROM, "{keys} keys");
        drop(kept);
    }
}
