//! A WebSocket in hello mode: its first frame is judged as a request with the same headers is.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum_core::body::Body;
use futures_util::FutureExt;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::admit::{Admission, admit};
use super::body::panic_text;
use super::core::Core;
use super::inner::Detached;
use super::refusal::{Refusal, unavailable};
use crate::audit::Outcome;
use crate::code;
use crate::envelope::ErrorEnvelope;
use crate::stream::{Hello, HelloFault, Opened, Streams, Upgrade, drive, refuse};

/// A client whose socket opens before anybody knows who it is.
pub(crate) struct Stranger {
    core: Arc<Core>,
    streams: Streams,
    upgrade: Upgrade,
    room: OwnedSemaphorePermit,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Stranger {
    /// Takes the handshake, which was judged, out of its request.
    pub(super) fn new(core: &Arc<Core>, request: &mut Request<Body>) -> Result<Self, Refusal> {
        let streams = core.settings.streams.clone().ok_or_else(|| unavailable(None))?;
        let room = streams.stranger()?;
        Ok(Self {
            upgrade: Upgrade::take(request).ok_or_else(|| unavailable(None))?,
            core: Arc::clone(core),
            streams,
            room,
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        })
    }

    /// Lets the socket open, and goes on when its client has spoken.
    pub(super) fn begin(self, handlers: Detached) -> Response<Body> {
        let response = self.upgrade.response();
        tokio::spawn(self.run(handlers));
        response
    }

    async fn run(self, handlers: Detached) {
        let Self {
            core,
            streams,
            upgrade,
            room,
            method,
            uri,
            headers,
        } = self;
        let Some(mut socket) = upgrade.socket(streams.limits()).await else {
            return;
        };
        let opened = match Hello::read(&mut socket).await {
            Err(HelloFault::Gone) => return,
            Err(HelloFault::Refused(envelope)) => Err(envelope),
            Ok(hello) => match hello.request(&method, &uri, &headers) {
                Ok(request) => open(&core, request, handlers).await,
                Err(envelope) => Err(envelope),
            },
        };
        drop(room);
        match opened {
            Ok(Opened { session, resume }) => drive(socket, session, resume).await,
            Err(envelope) => refuse(socket, &envelope).await,
        }
    }
}

/// What a panic on the way leaves is an envelope.
async fn open(core: &Arc<Core>, request: Request<Body>, handlers: Detached) -> Result<Opened, ErrorEnvelope> {
    let opening = AssertUnwindSafe(admitted(core, request, handlers)).catch_unwind();
    opening.await.unwrap_or_else(|panic| Err(panicked(&*panic)))
}

fn panicked(panic: &(dyn Any + Send)) -> ErrorEnvelope {
    tracing::error!(panic = panic_text(panic), "the handler panicked");
    ErrorEnvelope::builder(code::INTERNAL_ERROR).build()
}

async fn admitted(core: &Arc<Core>, mut request: Request<Body>, handlers: Detached) -> Result<Opened, ErrorEnvelope> {
    let late = || ErrorEnvelope::builder(code::REQUEST_TIMEOUT).build();
    let (id, admission) = admit(core, &mut request, true);
    let log = |refusal: Refusal| {
        let cause = refusal.cause.as_ref().map(tracing::field::display);
        tracing::debug!(
            request_id = id.as_str(),
            code = refusal.envelope.code(),
            cause,
            "refused"
        );
        refusal.envelope
    };
    let (entrance, time) = match admission {
        Admission::Refused(refusal) => return Err(log(*refusal)),
        Admission::Entered(entrance, time) => (entrance, time),
        Admission::Waiting(waiting, time, _) => {
            let waited = timeout(time, waiting).await.map_err(|_| late())?;
            let (admitted, entrance) = waited.map_err(log)?;
            request = admitted;
            (entrance, time)
        }
        // Whoever was greeted is no stranger.
        Admission::Greeting(_) => return Err(ErrorEnvelope::builder(code::INTERNAL_ERROR).build()),
    };
    let opening = entrance
        .stream
        .ok_or_else(|| ErrorEnvelope::builder(code::INTERNAL_ERROR).build())?;
    let running = entrance.running;
    if let Some(running) = &running {
        running.enter();
    }
    let opened = AssertUnwindSafe(async {
        let response = handlers(entrance.route, request).await;
        opening.enter(response).await
    });
    let (opened, outcome) = match timeout(time, opened.catch_unwind()).await {
        Err(_) => (Err(late()), Outcome::TimedOut),
        Ok(Err(panic)) => (Err(panicked(&*panic)), Outcome::Panicked),
        Ok(Ok(opened)) => {
            let status = match &opened {
                Ok(_) => StatusCode::SWITCHING_PROTOCOLS,
                Err(envelope) => envelope.http_status().into(),
            };
            (opened, Outcome::Answered(status.as_u16()))
        }
    };
    // As behind a head: the action is over when the stream is open or refused.
    if let Some(running) = running {
        running.end(outcome);
    }
    opened
}
