//! A policy store that can be cut off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use guard::store::{
    Backend, Durability, Memory, Policy, PolicyKey, PolicyStore, Put, PutPolicy, StoreError, StoreFuture, Tail,
};

/// The policies of a memory, which can be cut off. It wakes nobody.
#[derive(Clone, Default)]
pub(crate) struct Cut {
    memory: Memory,
    silent: Memory,
    pub(crate) is_cut: Arc<AtomicBool>,
}

impl Backend for Cut {
    fn name(&self) -> &'static str {
        "Cut"
    }

    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        self.memory.prove()
    }
}

impl PolicyStore for Cut {
    fn get<'a>(&'a self, key: &'a PolicyKey) -> StoreFuture<'a, Option<Policy>> {
        self.memory.get(key)
    }

    fn put(&self, policy: PutPolicy) -> StoreFuture<'_, Put> {
        self.memory.put(policy)
    }

    fn changes(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<Policy>> {
        if self.is_cut.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::unavailable("cut off")) });
        }
        self.memory.changes(after, limit)
    }

    fn watch(&self) -> Tail {
        PolicyStore::watch(&self.silent)
    }
}
