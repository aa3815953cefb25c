//! One piece of work at a time, shared by all who wait for it.

use std::fmt;
use std::future::Future;

use tokio::runtime::Handle;
use tokio::sync::watch;

/// A piece of work that runs as a task of its own, so that a caller who gives up neither stops nor wedges it.
pub(crate) struct Flight<T>(watch::Receiver<Option<T>>);

/// There is no tokio runtime to run the work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no tokio runtime is entered here")]
pub(crate) struct NoRuntime;

impl<T: Clone + Send + Sync + 'static> Flight<T> {
    pub(crate) fn start(work: impl Future<Output = T> + Send + 'static) -> Result<Self, NoRuntime> {
        let runtime = Handle::try_current().map_err(|_| NoRuntime)?;
        let (sender, receiver) = watch::channel(None);
        runtime.spawn(async move {
            let result = work.await;
            sender.send_replace(Some(result));
        });
        Ok(Self(receiver))
    }

    /// Whether nobody works on it any more: it is done, or its runtime had gone before it began.
    pub(crate) fn is_over(&self) -> bool {
        self.0.has_changed().is_err()
    }

    /// Waits for the result; `None` where the work panicked or its runtime went away.
    pub(crate) async fn landed(mut self) -> Option<T> {
        self.0.wait_for(Option::is_some).await.ok()?.clone()
    }
}

impl<T> Clone for Flight<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Flight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flight")
    }
}

/// Locks, and takes a poisoned lock as it is: nothing here panics halfway through a change.
pub(crate) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
