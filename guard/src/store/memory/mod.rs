//! State in the memory of the process: for lab and for tests.

mod audit;
mod budget;
mod events;
mod policies;
mod tickets;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::StoreError;
use super::event::StreamKey;
use super::wake::Wakes;
use super::{Backend, Durability, StoreFuture};

/// State in the memory of the process. It ends with it, so no mode but lab is served by it.
///
/// Clones share their state.
#[derive(Clone, Default)]
pub struct Memory(Arc<Inner>);

#[derive(Default)]
struct Inner {
    events: Mutex<events::Events>,
    tickets: Mutex<tickets::Tickets>,
    budget: Mutex<budget::Budget>,
    audit: Mutex<audit::Audit>,
    policies: Mutex<policies::Policies>,
    streams: Wakes<StreamKey>,
    changes: Wakes<()>,
}

impl Backend for Memory {
    fn name(&self) -> &'static str {
        "Memory"
    }

    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        done(Err(StoreError::Unproven("memory cannot be opened again")))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

/// Each change below is made whole while its lock is held, so what a panic left is whole too.
fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn done<'a, T: Send + 'a>(result: Result<T, StoreError>) -> StoreFuture<'a, T> {
    Box::pin(std::future::ready(result))
}
