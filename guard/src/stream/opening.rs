//! From the answer of a handler to an open stream. Everything that can be refused is refused here, before the response head.

use std::sync::Arc;

use axum_core::body::Body;
use http::Response;
use tokio::time::Instant;

use super::cursor::{self, GivenCursor};
use super::event::StreamEvent;
use super::gate::StreamInfo;
use super::hub::{Streams, unavailable};
use super::reader::Reader;
use super::session::{Expiry, Retries, Session};
use super::sse;
use super::subscribe::Subscribe;
#[cfg(feature = "ws")]
use super::ws::{Upgrade, drive};
use crate::clock::Clock;
use crate::code;
use crate::context::{OpaqueId, RequestContext};
use crate::envelope::{EngineError, ErrorEnvelope};
use crate::route::StreamFacts;
use crate::store::{EventId, Read, Scope, StreamKey};

/// What the guard keeps of a request for a stream, while its handler says which one.
pub(crate) struct Opening {
    pub(crate) streams: Streams,
    pub(crate) facts: StreamFacts,
    pub(crate) resource_kind: Option<&'static str>,
    pub(crate) context: RequestContext,
    pub(crate) cursor: GivenCursor,
    pub(crate) expiry: Expiry,
    pub(crate) clock: Arc<dyn Clock>,
    /// The request was `HEAD`: nothing is opened.
    pub(crate) head: bool,
    /// The connection, where it is to become a WebSocket.
    #[cfg(feature = "ws")]
    pub(crate) upgrade: Option<Upgrade>,
}

/// A stream that may be sent, and what is said before its first event.
pub(crate) struct Opened {
    pub(crate) session: Box<Session>,
    /// The event that says where the stream stands, where it has events.
    pub(crate) resume: Option<String>,
}

impl Opening {
    /// The response of a stream route, in place of what its handler answered.
    pub(crate) async fn answer(self: Box<Self>, response: Response<Body>) -> Response<Body> {
        let subscribe = match subscribed(response) {
            Ok(subscribe) => subscribe,
            Err(response) => return *response,
        };
        let head = self.head;
        #[cfg(feature = "ws")]
        let (opening, upgrade) = self.without_upgrade();
        #[cfg(not(feature = "ws"))]
        let opening = self;
        let Opened { session, resume } = match opening.open(subscribe).await {
            Ok(opened) => opened,
            Err(error) => return refused(&error),
        };
        #[cfg(feature = "ws")]
        if let Some(upgrade) = upgrade {
            let (response, limits) = (upgrade.response(), session.streams.limits());
            tokio::spawn(async move {
                if let Some(socket) = upgrade.socket(limits).await {
                    drive(socket, session, resume).await;
                }
            });
            return response;
        }
        sse::response(resume, (!head).then_some(session))
    }

    #[cfg(feature = "ws")]
    fn without_upgrade(mut self: Box<Self>) -> (Box<Self>, Option<Upgrade>) {
        let upgrade = self.upgrade.take();
        (self, upgrade)
    }

    /// The stream of a socket that is open already, or what it is to be told.
    #[cfg(feature = "ws")]
    pub(crate) async fn enter(self, response: Response<Body>) -> Result<Opened, ErrorEnvelope> {
        let subscribe = subscribed(response).map_err(|response| ErrorEnvelope::of_response(&response))?;
        self.open(subscribe).await.map_err(|error| {
            if let Some(cause) = error.cause() {
                tracing::error!(error = cause.error(), "a stream did not open");
            }
            error.envelope().clone()
        })
    }

    /// Opens the stream, if its mode is served, the gate lets it pass, there is room, and the cursor is known.
    async fn open(self, Subscribe { id, from_start }: Subscribe) -> Result<Opened, EngineError> {
        let Self {
            streams,
            facts,
            context,
            ..
        } = self;
        let kind = OpaqueId::parse(facts.domain).map_err(EngineError::internal)?;
        let scope = Scope::of(&context);
        let stream = StreamKey { scope, kind, id };
        streams.serves(&stream)?;
        // Before the gate is asked, so that what it learns afterwards is not missed.
        let signal = streams.0.signal.subscribe();
        let info = StreamInfo { context, stream };
        streams.judge(&info)?;
        let slot = streams.enter(info.context.tenant_id())?;

        let latest = streams
            .log()
            .head(&info.stream)
            .await
            .map_err(|error| unavailable(&error))?;
        let place = match self.cursor {
            GivenCursor::Id(cursor) => {
                let known = is_known(&streams, &info.stream, cursor).await?;
                let invalid = || cursor::invalid(facts.domain, self.resource_kind, Some(&cursor.to_string()));
                Some(known.then_some(cursor).ok_or_else(invalid)?)
            }
            GivenCursor::Malformed(quoted) => {
                let quoted = quoted.as_ref().map(OpaqueId::as_str);
                return Err(cursor::invalid(facts.domain, self.resource_kind, quoted).into());
            }
            GivenCursor::None if from_start => None,
            GivenCursor::None => latest,
        };
        let now = self.clock.wall().unwrap_or_default();
        let resume =
            latest.map(|latest| StreamEvent::resume_cursor(&info.stream, &info.context, &latest.to_string(), now));
        let (feed, news) = streams.feed(&info.stream);
        let limits = streams.0.limits;
        let session = Session {
            reader: Reader::new(feed, news, place, limits.most_behind),
            streams,
            info,
            signal,
            expiry: self.expiry,
            clock: self.clock,
            resource_kind: self.resource_kind,
            keep_alive: limits.keep_alive,
            spoke_at: Instant::now(),
            retries: Retries::default(),
            _slot: slot,
        };
        Ok(Opened {
            session: Box::new(session),
            resume,
        })
    }
}

/// Which stream the handler answered; any other answer as a response.
fn subscribed(mut response: Response<Body>) -> Result<Subscribe, Box<Response<Body>>> {
    match response.extensions_mut().remove::<Subscribe>() {
        Some(subscribe) => Ok(subscribe),
        None if response.status().is_success() => {
            tracing::error!("the handler of a stream route answered without saying which stream");
            Err(Box::new(refused(
                &ErrorEnvelope::builder(code::INTERNAL_ERROR).build().into(),
            )))
        }
        None => Err(Box::new(response)),
    }
}

async fn is_known(streams: &Streams, stream: &StreamKey, cursor: EventId) -> Result<bool, EngineError> {
    let read = streams.log().read(stream, Some(cursor), 0).await;
    Ok(matches!(read.map_err(|error| unavailable(&error))?, Read::Events(_)))
}

fn refused(error: &EngineError) -> Response<Body> {
    error.to_response().map(Body::from)
}
