//! An amount that is held for a call.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::store::{BudgetStore, ChargeKey, Cost, Reservation, Reserve, Settle, Settlement, StoreError, UsageEvent};

/// An amount that is held in a store. It is let go of when it is dropped, unless it was settled.
pub(crate) struct Hold {
    held: Option<Held>,
    runtime: Handle,
}

struct Held {
    store: Arc<dyn BudgetStore>,
    key: ChargeKey,
}

/// Waits between tries to write what must not be lost; together about a minute.
const PAUSES_MS: [u64; 9] = [20, 50, 100, 500, 1_000, 3_000, 8_000, 16_000, 32_000];

/// Tries until it is done, or until a minute has passed. What the store refuses is not tried again.
pub(crate) async fn persisted<T, F>(what: &'static str, mut try_once: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut pauses = PAUSES_MS.into_iter();
    loop {
        let error = match try_once().await {
            Ok(done) => return Some(done),
            Err(error) => error,
        };
        let pause = pauses.next().filter(|_| !matches!(error, StoreError::Refused(_)));
        let Some(pause) = pause else {
            tracing::error!(error = &error as &dyn std::error::Error, what, "given up");
            return None;
        };
        tracing::warn!(error = &error as &dyn std::error::Error, what, "tried again soon");
        sleep(Duration::from_millis(pause)).await;
    }
}

impl Hold {
    /// Reserves in a task of its own, so that an answer that nobody waits for any more is let go of again.
    pub(crate) async fn reserve(
        store: Arc<dyn BudgetStore>,
        reservation: Reservation,
    ) -> Result<Result<Self, Reserve>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let runtime = Handle::current();
        tokio::spawn(async move {
            let key = reservation.key.clone();
            let reserved = store.reserve(reservation).await.map(|reserved| match reserved {
                Reserve::Held => Ok(Self {
                    held: Some(Held { store, key }),
                    runtime,
                }),
                other => Err(other),
            });
            // Dropped where nobody takes it.
            drop(answer.send(reserved));
        });
        let lost = || StoreError::unavailable("the reservation panicked");
        answered.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Lets go of it: the handler never ran.
    pub(crate) async fn release(mut self) {
        if let Some(held) = self.held.take() {
            held.release().await;
        }
    }

    /// Turns it into what was spent.
    pub(crate) async fn settle(mut self, cost: Cost, usage: Vec<UsageEvent>) {
        if let Some(held) = self.held.take() {
            held.settle(cost, usage).await;
        }
    }
}

impl Held {
    async fn release(self) {
        persisted("letting go of a reservation", || self.store.release(&self.key)).await;
    }

    async fn settle(self, cost: Cost, usage: Vec<UsageEvent>) {
        let Self { store, key } = self;
        let route = key.route.clone();
        let settled = persisted("settling a reservation", || {
            store.settle(Settlement {
                key: key.clone(),
                cost,
                usage: usage.clone(),
            })
        });
        match settled.await {
            Some(Settle::Settled { over }) if over > Cost::ZERO => {
                tracing::warn!(route, over = %over, "a call cost more than its route holds");
            }
            Some(Settle::NotHeld) => tracing::error!(route, "nothing was held for a call that ran"),
            // Settled by a try whose answer was lost.
            Some(Settle::Settled { .. } | Settle::Repeated(_)) => {}
            // It counts as spent in full when it expires.
            None => {}
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            self.runtime.spawn(held.release());
        }
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hold")
            .field("is_held", &self.held.is_some())
            .finish_non_exhaustive()
    }
}
