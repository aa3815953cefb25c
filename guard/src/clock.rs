//! Time, injected.
//!
//! Expiry is judged by the wall clock, since `exp` is one; ages of cached things by a monotonic clock, which nobody can set
//! back. The idea is rustls' `TimeProvider`.

use std::fmt;
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time. Tests bring their own.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Time since 1970-01-01T00:00:00Z, or `None` where the machine does not know it. Without it no credential is valid.
    fn wall(&self) -> Option<Duration>;

    /// Time since a fixed moment of this process; it never goes back.
    fn monotonic(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> Option<Duration> {
        SystemTime::now().duration_since(UNIX_EPOCH).ok()
    }

    fn monotonic(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}
