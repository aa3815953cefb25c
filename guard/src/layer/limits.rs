//! Limits in time and size.

use std::time::Duration;

/// Limits of an engine. A route may set its own body limit and timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Limits {
    pub(crate) body: u64,
    pub(crate) compared_body: u64,
    pub(crate) compared_bodies: u64,
    pub(crate) timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 2 * 1024 * 1024,
            compared_body: 64 * 1024,
            compared_bodies: 16 * 1024 * 1024,
            timeout: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// The most bytes of a request's body; 2 MiB unless set. More is `request.too_large`.
    pub fn body(mut self, bytes: u64) -> Self {
        self.body = bytes;
        self
    }

    /// The most bytes of a body that is read to compare its fields; 64 KiB unless set. More is `request.too_large`.
    pub fn compared_body(mut self, bytes: u64) -> Self {
        self.compared_body = bytes;
        self
    }

    /// The most bytes that all bodies held for comparison may take together; 16 MiB unless set. A request waits for room
    /// within its timeout.
    pub fn compared_bodies(mut self, bytes: u64) -> Self {
        self.compared_bodies = bytes;
        self
    }

    /// The longest time from a request's head until its response's head; 30 s unless set. More is `request.timeout`.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}
