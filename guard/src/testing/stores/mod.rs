//! Holds a store against what its trait promises.
//!
//! ```
//! use std::sync::Arc;
//!
//! use guard::store::Memory;
//! use guard::testing::stores;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let memory = Memory::default();
//! let report = stores::used_tickets(async || Ok(Arc::new(memory.clone()) as _)).await;
//! report.assert_ok();
//! # });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each suite opens its store more than once: what one handle did, another one has to see, and what several do at the same
//! time has to come out as if they had done it in turn. Give it a place of its own, since some cases act on all there is.

mod audit;
mod budget;
mod case;
mod charges;
mod events;
mod policies;
mod tickets;
mod usage;

use std::sync::Arc;

pub use case::{StoreOutcome, StoreReport};

use crate::store::{AuditStore, BudgetStore, EventLog, PolicyStore, UsedTickets};

/// A store, or why it does not open.
pub type Opened<S> = Result<Arc<S>, Box<dyn std::error::Error + Send + Sync>>;

/// Holds an event log against [`EventLog`]. `open` opens one place, again each time.
pub async fn event_log(open: impl AsyncFn() -> Opened<dyn EventLog>) -> StoreReport {
    case::run(open, events::CASES).await
}

/// Holds a store of used tickets against [`UsedTickets`]. `open` opens one place, again each time.
pub async fn used_tickets(open: impl AsyncFn() -> Opened<dyn UsedTickets>) -> StoreReport {
    case::run(open, tickets::CASES).await
}

/// Holds a store of budget and usage against [`BudgetStore`]. `open` opens one place, again each time.
pub async fn budget(open: impl AsyncFn() -> Opened<dyn BudgetStore>) -> StoreReport {
    let cases = [budget::CASES, charges::CASES, usage::CASES].concat();
    case::run(open, &cases).await
}

/// Holds a store of audit chains against [`AuditStore`]. `open` opens one place, again each time.
pub async fn audit(open: impl AsyncFn() -> Opened<dyn AuditStore>) -> StoreReport {
    case::run(open, audit::CASES).await
}

/// Holds a store of policies against [`PolicyStore`]. `open` opens one place, again each time.
pub async fn policies(open: impl AsyncFn() -> Opened<dyn PolicyStore>) -> StoreReport {
    case::run(open, policies::CASES).await
}
