//! The streams of an engine.

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::watch;
#[cfg(feature = "ws")]
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::event::StreamEvent;
use super::feed::{Feed, FeedSize};
use super::feeds::{Feeds, lock};
use super::gate::{StreamGate, StreamInfo};
use super::limits::StreamLimits;
#[cfg(feature = "ws")]
use super::ws::Origins;
use crate::clock::{Clock, SystemClock};
use crate::code;
use crate::context::{Mode, TenantId};
use crate::envelope::{EngineError, ErrorEnvelope, ErrorStatus, ValidationIssue};
use crate::layer::panic_text;
use crate::store::{EventId, EventLog, StoreError, StoreFaults, StoreKind, Stores, StreamKey};

/// The streams of an engine: published here, read by the routes that declare one.
///
/// Clones are the same streams. Give one to [`Settings::streams`](crate::layer::Settings::streams), one to the handlers that
/// publish, and one to [`Server::streams_of`](crate::server::Server::streams_of).
#[derive(Clone)]
pub struct Streams(pub(super) Arc<Shared>);

pub(super) struct Shared {
    log: Arc<dyn EventLog>,
    modes: [bool; Mode::ALL.len()],
    pub(super) limits: StreamLimits,
    gate: Option<Box<dyn StreamGate>>,
    clock: Arc<dyn Clock>,
    #[cfg(feature = "ws")]
    pub(super) origins: Origins,
    /// Room for sockets whose client has not said yet who it is.
    #[cfg(feature = "ws")]
    strangers: Arc<Semaphore>,
    feeds: Feeds,
    tenants: Mutex<HashMap<TenantId, usize>>,
    open: watch::Sender<usize>,
    pub(super) signal: watch::Sender<Signal>,
}

/// What every open stream listens to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signal {
    pub(super) draining: bool,
}

/// What makes [`Streams`].
#[must_use]
pub struct StreamsBuilder {
    log: Arc<dyn EventLog>,
    modes: [bool; Mode::ALL.len()],
    limits: StreamLimits,
    gate: Option<Box<dyn StreamGate>>,
    clock: Arc<dyn Clock>,
    #[cfg(feature = "ws")]
    origins: Origins,
}

/// The most sockets whose client has not said yet who it is.
#[cfg(feature = "ws")]
const STRANGERS: usize = 256;

/// How often a log that gives no answer is asked again.
pub(super) const RETRIES: u32 = 5;

/// How long to wait then: 0.1 s, and each time twice as long.
pub(super) fn pause_after(failed: u32) -> Duration {
    Duration::from_millis(100 << failed.min(RETRIES))
}

impl Streams {
    /// Streams on this log, for the modes that the engine serves. A request in another mode is `<domain>.backend_forbidden`.
    ///
    /// # Errors
    ///
    /// [`StoreFaults`], which names the setting `Stores::events`: saas and enterprise take no log that forgets. To have the
    /// log prove what it declares, ask [`Stores::prove`] too.
    pub fn builder(
        log: Arc<dyn EventLog>,
        modes: impl IntoIterator<Item = Mode>,
    ) -> Result<StreamsBuilder, StoreFaults> {
        let mut served = [false; Mode::ALL.len()];
        for mode in modes {
            served[mode as usize] = true;
        }
        let modes = Mode::ALL.into_iter().filter(|mode| served[*mode as usize]);
        Stores::default().events(Arc::clone(&log)).check(modes)?;
        Ok(StreamsBuilder {
            log,
            modes: served,
            limits: StreamLimits::default(),
            gate: None,
            clock: Arc::new(SystemClock),
            #[cfg(feature = "ws")]
            origins: Origins::default(),
        })
    }

    /// Appends an event to a stream. When this returns it is kept, and everyone who follows the stream gets it, in whatever
    /// process they are.
    ///
    /// # Errors
    ///
    /// `<kind>.backend_forbidden` for a mode that is not served; `validation.error` for an event over 256 KiB; otherwise
    /// `http.exception` with status 503, with the log's error as its cause. The event may then have been appended.
    pub async fn publish(&self, stream: &StreamKey, event: &StreamEvent) -> Result<EventId, EngineError> {
        self.serves(stream)?;
        let now = self.0.clock.wall().ok_or_else(|| unavailable(&NoTime))?;
        let appended = self.0.log.append(stream, vec![event.for_log(stream, now)]).await;
        let ids = appended.map_err(|error| match error {
            StoreError::Refused(problem) => EngineError::from(not_an_event(problem)),
            error => unavailable(&error),
        })?;
        ids.first().copied().ok_or_else(|| unavailable(&NoId))
    }

    /// Has every open stream of this process ask the [`StreamGate`] again. Call it when what the gate says may have changed;
    /// a stream that it no longer lets pass ends at once.
    pub fn recheck(&self) {
        self.0.signal.send_modify(|_| {});
    }

    /// Ends every open stream of this process and opens no more. A client is told when to come back.
    pub fn drain(&self) {
        self.0.signal.send_modify(|signal| signal.draining = true);
    }

    /// Waits until no stream of this process is open, at most as long as that. Gives how many still are.
    pub async fn drained(&self, within: Duration) -> usize {
        let mut open = self.0.open.subscribe();
        // The sender is in `self`, so waiting ends with what is waited for.
        let _ = timeout(within, open.wait_for(|open| *open == 0)).await;
        self.open()
    }

    /// How many streams of this process are open.
    pub fn open(&self) -> usize {
        *self.0.open.borrow()
    }

    pub(crate) fn log(&self) -> &dyn EventLog {
        &*self.0.log
    }

    /// Whether the mode of a stream is served.
    pub(super) fn serves(&self, stream: &StreamKey) -> Result<(), ErrorEnvelope> {
        if self.0.modes[stream.scope.mode as usize] {
            return Ok(());
        }
        let code = code::backend_forbidden(stream.kind.as_str()).unwrap_or(code::INTERNAL_ERROR);
        Err(ErrorEnvelope::builder(code)
            .detail("store", StoreKind::Events.setting())
            .detail("mode", stream.scope.mode.as_str())
            .build())
    }

    /// The feed of a stream, and its news. It is followed from now on, as long as somebody has the news.
    pub(super) fn feed(&self, stream: &StreamKey) -> (Arc<Feed>, watch::Receiver<()>) {
        self.0.feeds.join(stream, |following| {
            tokio::spawn(following.run(async |failed| {
                sleep(pause_after(failed)).await;
                failed < RETRIES
            }));
        })
    }

    /// Room for one more stream of a tenant.
    pub(super) fn enter(&self, tenant: &TenantId) -> Result<Slot, ErrorEnvelope> {
        if self.0.signal.borrow().draining {
            return Err(busy(
                StatusCode::SERVICE_UNAVAILABLE,
                "the server ends; come back in a moment",
            ));
        }
        let limits = &self.0.limits;
        let mut tenants = lock(&self.0.tenants);
        let of_tenant = tenants.get(tenant).copied().unwrap_or(0);
        if of_tenant >= limits.of_tenant {
            return Err(busy(
                StatusCode::TOO_MANY_REQUESTS,
                "the tenant has too many open streams",
            ));
        }
        if self.open() >= limits.open {
            return Err(busy(StatusCode::SERVICE_UNAVAILABLE, "there are too many open streams"));
        }
        tenants.insert(tenant.clone(), of_tenant + 1);
        self.0.open.send_modify(|open| *open += 1);
        Ok(Slot {
            shared: Arc::clone(&self.0),
            tenant: tenant.clone(),
        })
    }

    /// The pages that may open a WebSocket.
    #[cfg(feature = "ws")]
    pub(crate) fn origins(&self) -> &Origins {
        &self.0.origins
    }

    /// Room for one more socket whose client has yet to say who it is.
    #[cfg(feature = "ws")]
    pub(crate) fn stranger(&self) -> Result<OwnedSemaphorePermit, ErrorEnvelope> {
        if self.0.signal.borrow().draining {
            return Err(busy(
                StatusCode::SERVICE_UNAVAILABLE,
                "the server ends; come back in a moment",
            ));
        }
        let room = Arc::clone(&self.0.strangers).try_acquire_owned();
        room.map_err(|_| {
            busy(
                StatusCode::SERVICE_UNAVAILABLE,
                "too many sockets have yet to say hello",
            )
        })
    }

    #[cfg(feature = "ws")]
    pub(crate) fn limits(&self) -> StreamLimits {
        self.0.limits
    }

    /// Whether the gate lets a stream be open.
    pub(super) fn judge(&self, info: &StreamInfo) -> Result<(), ErrorEnvelope> {
        let Some(gate) = &self.0.gate else { return Ok(()) };
        catch_unwind(AssertUnwindSafe(|| gate.judge(info))).unwrap_or_else(|panic| {
            tracing::error!(panic = panic_text(&*panic), "the gate of streams panicked");
            Err(ErrorEnvelope::builder(code::INTERNAL_ERROR).build())
        })
    }
}

impl StreamsBuilder {
    /// The limits.
    pub fn limits(mut self, limits: StreamLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Who may keep a stream open: a kill switch, a list of revoked credentials.
    pub fn gate(mut self, gate: impl StreamGate) -> Self {
        self.gate = Some(Box::new(gate));
        self
    }

    /// The clock that stamps events.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The pages that may open a WebSocket; none unless set.
    #[cfg(feature = "ws")]
    pub fn origins(mut self, origins: Origins) -> Self {
        self.origins = origins;
        self
    }

    /// The streams.
    pub fn build(self) -> Streams {
        let shared = Arc::new(Shared {
            modes: self.modes,
            limits: self.limits,
            gate: self.gate,
            clock: self.clock,
            #[cfg(feature = "ws")]
            origins: self.origins,
            #[cfg(feature = "ws")]
            strangers: Arc::new(Semaphore::new(STRANGERS)),
            feeds: Feeds::new(Arc::clone(&self.log), FeedSize::default()),
            log: self.log,
            tenants: Mutex::default(),
            open: watch::Sender::new(0),
            signal: watch::Sender::new(Signal::default()),
        });
        if let Some(gate) = &shared.gate {
            // The gate belongs to what it would keep alive.
            let streams = Arc::downgrade(&shared);
            gate.on_change(Box::new(move || {
                if let Some(streams) = streams.upgrade() {
                    streams.signal.send_modify(|_| {});
                }
            }));
        }
        Streams(shared)
    }
}

/// The room of an open stream, which is free again when it is dropped.
pub(crate) struct Slot {
    shared: Arc<Shared>,
    tenant: TenantId,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut tenants = lock(&self.shared.tenants);
        match tenants.get_mut(&self.tenant) {
            Some(open) if *open > 1 => *open -= 1,
            _ => {
                tenants.remove(&self.tenant);
            }
        }
        self.shared.open.send_modify(|open| *open = open.saturating_sub(1));
    }
}

/// No stream now, and a retry makes sense.
fn busy(status: StatusCode, message: &'static str) -> ErrorEnvelope {
    let status = ErrorStatus::literal(status);
    ErrorEnvelope::builder(code::http_exception(status))
        .message(message)
        .build()
}

/// `problem` is a rule of the log's, and quotes nothing.
fn not_an_event(problem: &'static str) -> ErrorEnvelope {
    let issue = ValidationIssue {
        loc: vec!["event".to_owned()],
        msg: problem.to_owned(),
        kind: "value_error".to_owned(),
    };
    ErrorEnvelope::validation(&[issue]).build()
}

/// The log gives no answer, or none that can be used.
pub(super) fn unavailable(error: &(impl std::error::Error + Clone + Send + Sync + 'static)) -> EngineError {
    let envelope = busy(
        StatusCode::SERVICE_UNAVAILABLE,
        "the stream cannot be read or written now",
    );
    EngineError::new(envelope, error.clone())
}

#[derive(Debug, Clone, thiserror::Error)]
#[error("the clock does not know the time")]
struct NoTime;

#[derive(Debug, Clone, thiserror::Error)]
#[error("the log gave no id")]
struct NoId;

impl fmt::Debug for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams")
            .field("log", &self.0.log.name())
            .field("limits", &self.0.limits)
            .field("open", &self.open())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StreamsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamsBuilder")
            .field("log", &self.log.name())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
