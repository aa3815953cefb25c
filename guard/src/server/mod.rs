//! Serves an engine over HTTP/1.1 and HTTP/2, with limits.
//!
//! ```no_run
//! use guard::server::{Server, termination};
//! use tokio::net::TcpListener;
//!
//! # async fn start(engine: guard::registry::Engine) -> std::io::Result<()> {
//! let listener = TcpListener::bind("127.0.0.1:8080").await?;
//! let drained = Server::new().serve(listener, engine, termination()?).await;
//! println!("{} connections were cut", drained.cut);
//! # Ok(())
//! # }
//! ```
//!
//! HTTP/2 is spoken in the clear with prior knowledge; there is no upgrade to it, by which requests have been smuggled past
//! proxies. TLS ends at a proxy before the engine.
//!
//! # What the engine never sees
//!
//! The guard answers every request with a response of its own or with the handler's. These are no requests yet, and hyper
//! answers them alone, without an envelope and without a body:
//!
//! | over HTTP/1.1 | answer |
//! |---|---|
//! | a malformed request line or header, a folded header, contradicting lengths | 400, then closed |
//! | a target of more than 65 534 bytes, where [`Server::head_bytes`] allows as much | 414, then closed |
//! | more headers than [`Server::headers`], or a head larger than [`Server::head_bytes`] | 431, then closed |
//! | a head that takes longer than [`Server::head_time`], or nothing for as long | closed |
//!
//! Over HTTP/2 a malformed request resets its stream; a head that is too large is answered 431, and one that is much too
//! large ends the connection.
//!
//! # What is not limited here
//!
//! The time until a response head and the size of a body are the guard's:
//! [`Limits`](crate::layer::Limits). A client that reads its response slowly holds its connection, as long as it reads
//! something within [`Server::write_time`], and one HTTP/2 connection that answers pings may stay as long as it likes; what
//! bounds both is [`Server::connections`], and the proxy before it. A connection that became a WebSocket no longer counts
//! here, but among the open streams; it is waited for at the end if [`Server::streams_of`] names them.

mod prompt;
mod run;
mod signal;
mod stalled;

use std::time::Duration;

use crate::stream::Streams;

pub use run::Drained;
pub use signal::termination;

/// What hyper needs at least.
const MIN_HEAD_BYTES: usize = 8 * 1024;

/// Serves a service under limits.
#[derive(Debug, Clone)]
#[must_use]
pub struct Server {
    connections: usize,
    head_time: Duration,
    head_bytes: usize,
    headers: usize,
    streams: u32,
    ping_interval: Duration,
    ping_timeout: Duration,
    drain: Duration,
    write_time: Duration,
    engine_streams: Option<Streams>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            connections: 1024,
            head_time: Duration::from_secs(10),
            head_bytes: 32 * 1024,
            headers: 100,
            streams: 100,
            ping_interval: Duration::from_secs(20),
            ping_timeout: Duration::from_secs(10),
            drain: Duration::from_secs(20),
            write_time: Duration::from_secs(30),
            engine_streams: None,
        }
    }
}

impl Server {
    /// A server with the limits that the setters name.
    pub fn new() -> Self {
        Self::default()
    }

    /// The most connections at once; 1024 unless set, at least 1. Others wait in the system's queue.
    pub fn connections(mut self, most: usize) -> Self {
        self.connections = most.max(1);
        self
    }

    /// The longest time for the head of a request, and for the silence before it on an open HTTP/1.1 connection; 10 s
    /// unless set.
    pub fn head_time(mut self, time: Duration) -> Self {
        self.head_time = time;
        self
    }

    /// The most bytes of a request's head, and of what is read ahead of its body; 32 KiB unless set, at least 8 KiB.
    pub fn head_bytes(mut self, bytes: usize) -> Self {
        self.head_bytes = bytes.max(MIN_HEAD_BYTES);
        self
    }

    /// The most headers of a request over HTTP/1.1; 100 unless set.
    pub fn headers(mut self, most: usize) -> Self {
        self.headers = most;
        self
    }

    /// The most requests at once on an HTTP/2 connection; 100 unless set.
    pub fn streams(mut self, most: u32) -> Self {
        self.streams = most;
        self
    }

    /// How often an HTTP/2 connection is pinged, and how long the answer may take before it is closed; 20 s and 10 s unless
    /// set.
    pub fn pings(mut self, interval: Duration, timeout: Duration) -> Self {
        self.ping_interval = interval;
        self.ping_timeout = timeout;
        self
    }

    /// How long a client may take nothing of what is sent to it, over HTTP/1.1 or HTTP/2, before its connection is closed;
    /// 30 s unless set.
    pub fn write_time(mut self, time: Duration) -> Self {
        self.write_time = time;
        self
    }

    /// The streams of the engine: they are told when the server ends, and WebSockets are waited for too. Without this an
    /// open stream lasts until the time to drain is over, and is cut.
    pub fn streams_of(mut self, streams: &Streams) -> Self {
        self.engine_streams = Some(streams.clone());
        self
    }

    /// How long requests in flight may take at the end; 20 s unless set.
    pub fn drain(mut self, time: Duration) -> Self {
        self.drain = time;
        self
    }
}
