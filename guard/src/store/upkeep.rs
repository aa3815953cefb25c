//! Takes out, now and then, what nobody will ask for any more.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::{Retention, StoreError, StoreKind, Stores};
use crate::action::milliseconds;
use crate::clock::{Clock, SystemClock};
use crate::context::OpaqueId;

/// For so long after its end a ticket is remembered: the clock of another machine may be behind.
const LEEWAY: Duration = Duration::from_secs(5 * 60);

/// Keeps stores from growing for ever: prunes the events of streams by age and count, forgets tickets that have ended, and
/// forgets charges that were settled long ago.
///
/// Of events nothing is pruned unless [`events`](Self::events) says so. Audit, usage and policies are never touched. Any
/// number of processes may do this for the same stores at the same time.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// use std::time::Duration;
///
/// use guard::context::OpaqueId;
/// use guard::store::{Memory, Retention, Stores, Upkeep};
///
/// let stores = Stores::of(Memory::default());
/// let week = Retention { max_age: Some(Duration::from_secs(7 * 86_400)), max_count: Some(10_000) };
/// let upkeep = Upkeep::of(&stores).events(OpaqueId::parse("chat")?, week).start()?;
/// // It goes on until this is dropped.
/// drop(upkeep);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Upkeep {
    stores: Stores,
    events: Vec<(OpaqueId, Retention)>,
    charges: Duration,
    every: Duration,
    clock: Arc<dyn Clock>,
}

/// Streams are to be pruned, and there is no event log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the events of streams are to be pruned, and no store keeps any: name one with {}", StoreKind::Events.setting())]
pub struct NoEventLog;

/// What was taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Events.
    pub events: u64,
    /// Used tickets.
    pub tickets: u64,
    /// Charges.
    pub charges: u64,
}

/// Goes on until it is dropped.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct UpkeepTask(AbortHandle);

impl Drop for UpkeepTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Upkeep {
    /// For these stores, each minute; charges are forgotten after 30 days.
    pub fn of(stores: &Stores) -> Self {
        Self {
            stores: stores.clone(),
            events: Vec::new(),
            charges: Duration::from_secs(30 * 86_400),
            every: Duration::from_secs(60),
            clock: Arc::new(SystemClock),
        }
    }

    /// What stays of every stream of a kind.
    pub fn events(mut self, kind: OpaqueId, retention: Retention) -> Self {
        self.events.push((kind, retention));
        self
    }

    /// How long a charge is remembered after its hold would have ended. So long a request that is sent again under its id is
    /// not charged again.
    pub fn charges(mut self, keep: Duration) -> Self {
        self.charges = keep;
        self
    }

    /// How long to wait between two times; 60 s unless set, and never less than a millisecond.
    pub fn every(mut self, pause: Duration) -> Self {
        self.every = pause.max(Duration::from_millis(1));
        self
    }

    /// The clock that ages are counted by; the machine's unless set.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Does it once. Where the clock does not know the time, nothing is done.
    ///
    /// # Errors
    ///
    /// The first error of a store; what comes after it is done all the same.
    pub async fn once(&self) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        let Some(now) = self.clock.wall() else {
            return Ok(swept);
        };
        let now_ms = milliseconds(now);
        let mut failed = None;
        let mut count = |done: Result<u64, StoreError>| {
            done.unwrap_or_else(|error| {
                failed.get_or_insert(error);
                0
            })
        };
        if let Some(log) = self.stores.event_log() {
            for (kind, retention) in &self.events {
                swept.events += count(log.prune(kind, *retention, now_ms).await);
            }
        }
        if let Some(tickets) = self.stores.used_tickets() {
            swept.tickets += count(tickets.forget(now.saturating_sub(LEEWAY).as_secs()).await);
        }
        if let Some(budget) = self.stores.budget_store() {
            let ended_ms = milliseconds(now.saturating_sub(self.charges));
            swept.charges += count(budget.forget_charges(ended_ms).await);
        }
        failed.map_or(Ok(swept), Err)
    }

    /// Does it now and then from now on, inside of a Tokio runtime. What fails is logged and done the next time.
    ///
    /// # Errors
    ///
    /// [`NoEventLog`] where there is nothing to prune.
    pub fn start(self) -> Result<UpkeepTask, NoEventLog> {
        if !self.events.is_empty() && self.stores.event_log().is_none() {
            return Err(NoEventLog);
        }
        let upkeep = async move {
            loop {
                match self.once().await {
                    Ok(swept) => tracing::debug!(?swept, "upkeep of the stores"),
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "upkeep of the stores failed")
                    }
                }
                sleep(self.every).await;
            }
        };
        Ok(UpkeepTask(tokio::spawn(upkeep).abort_handle()))
    }
}

impl fmt::Debug for Upkeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upkeep")
            .field("stores", &self.stores)
            .field("events", &self.events)
            .field("charges", &self.charges)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}
