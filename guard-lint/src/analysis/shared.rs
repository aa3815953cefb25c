//! What the threads of one analysis share: each summary, once it is computed.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashSet;

use super::summary::Summary;
use crate::model::{FnId, ModId};

/// The summaries so far. Two threads may compute the same one; the first result stays, and the second is the same.
pub(super) struct Shared {
    /// Modules that define a router: a wrapper there is the router's own, not a shared provider.
    router_modules: FxHashSet<ModId>,
    /// By [`FnId`].
    summaries: Vec<OnceLock<Arc<Summary>>>,
    /// Held while functions that call each other are kept: nobody keeps one of them from elsewhere in between.
    settling: Mutex<()>,
}

impl Shared {
    pub(super) fn new(router_modules: FxHashSet<ModId>, functions: usize) -> Self {
        let mut summaries = Vec::new();
        summaries.resize_with(functions, OnceLock::new);
        Self {
            router_modules,
            summaries,
            settling: Mutex::default(),
        }
    }

    pub(super) fn defines_router(&self, module: ModId) -> bool {
        self.router_modules.contains(&module)
    }

    /// The summary of a function, where it was computed.
    pub(super) fn summary(&self, function: FnId) -> Option<&Arc<Summary>> {
        self.summaries[function.0 as usize].get()
    }

    /// Keeps a function's summary with those of the functions that it and they call each other with; gives its own.
    pub(super) fn settle(
        &self,
        (function, summary): (FnId, Arc<Summary>),
        others: impl Iterator<Item = (FnId, Arc<Summary>)>,
    ) -> Arc<Summary> {
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        for (other, summary) in others {
            self.keep(other, summary);
        }
        self.keep(function, summary).clone()
    }

    fn keep(&self, function: FnId, summary: Arc<Summary>) -> &Arc<Summary> {
        self.summaries[function.0 as usize].get_or_init(|| summary)
    }
}
