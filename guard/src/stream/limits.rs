//! Bounds of streams.

use std::time::Duration;

/// Bounds of the streams of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct StreamLimits {
    pub(super) open: usize,
    pub(super) of_tenant: usize,
    pub(super) keep_alive: Duration,
    pub(super) most_behind: u64,
    pub(super) retry: Duration,
    #[cfg_attr(not(feature = "ws"), allow(dead_code, reason = "only a WebSocket has frames"))]
    pub(super) frame: usize,
}

/// The longest silence on a stream that proxies are known to bear.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            open: 10_000,
            of_tenant: 1_000,
            keep_alive: LONGEST_SILENCE,
            most_behind: 10_000,
            retry: Duration::from_secs(2),
            frame: 64 * 1024,
        }
    }
}

impl StreamLimits {
    /// The most open streams; 10 000 unless set. More are 503.
    pub fn open(mut self, most: usize) -> Self {
        self.open = most;
        self
    }

    /// The most open streams of one tenant; 1 000 unless set. More are 429.
    pub fn of_tenant(mut self, most: usize) -> Self {
        self.of_tenant = most;
        self
    }

    /// The longest silence on an event stream, after which a comment is sent; 15 s unless set, and never more.
    pub fn keep_alive(mut self, longest: Duration) -> Self {
        self.keep_alive = longest.clamp(Duration::from_millis(1), LONGEST_SILENCE);
        self
    }

    /// How many events a reader that kept up may fall behind before its stream ends with `stream_end`; 10 000 unless set.
    pub fn most_behind(mut self, events: u64) -> Self {
        self.most_behind = events;
        self
    }

    /// The most bytes of what a client sends over a WebSocket at once; 64 KiB unless set. More ends the connection.
    pub fn frame(mut self, bytes: usize) -> Self {
        self.frame = bytes;
        self
    }

    /// How long a client waits at least before it connects again; 2 s unless set. Each is told up to as much again at
    /// random, so that they do not all come at once.
    pub fn retry(mut self, time: Duration) -> Self {
        self.retry = time;
        self
    }
}
