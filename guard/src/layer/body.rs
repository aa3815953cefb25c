//! A response body that may panic.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum_core::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::code;
use crate::envelope::ErrorEnvelope;

/// The body of a guarded response.
///
/// If the inner body panics or fails after the head was sent, a stream of events ends with an `error` event whose data is an
/// envelope; any other body ends in an error, so that the client sees that it is not whole.
#[derive(Debug)]
pub struct GuardedBody(State);

#[derive(Debug)]
enum State {
    /// Bytes of the guard's own, empty when they were sent.
    Whole(Bytes),
    /// The handler's.
    Inner {
        body: Body,
        /// It is a stream of events.
        events: bool,
        /// An event has begun and not ended: what came of it must not be taken for a whole one.
        within_event: bool,
        /// The last frame ended a line, so one more line's end ends the event.
        at_line_start: bool,
    },
}

/// Why a body ends early. The panic's text is in the log.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the response body panicked")]
struct BodyPanicked;

type Polled = Poll<Option<Result<Frame<Bytes>, axum_core::Error>>>;

impl GuardedBody {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self(State::Whole(bytes.into()))
    }

    pub(crate) fn inner(body: Body, events: bool) -> Self {
        Self(State::Inner {
            body,
            events,
            within_event: false,
            at_line_start: true,
        })
    }

    fn end(&mut self, error: axum_core::Error) -> Polled {
        let last = std::mem::replace(&mut self.0, State::Whole(Bytes::new()));
        match last {
            State::Inner {
                events: true,
                within_event: false,
                ..
            } => {
                let envelope = ErrorEnvelope::builder(code::INTERNAL_ERROR).build();
                let data = envelope.to_response().into_body();
                let frame = format!("event: error\ndata: {data}\n\n");
                Poll::Ready(Some(Ok(Frame::data(Bytes::from(frame)))))
            }
            _ => Poll::Ready(Some(Err(error))),
        }
    }
}

/// Empty. A layer around the guard that answers by itself, as one for CORS does, needs it.
impl Default for GuardedBody {
    fn default() -> Self {
        Self::whole(Bytes::new())
    }
}

impl HttpBody for GuardedBody {
    type Data = Bytes;
    type Error = axum_core::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let this = &mut *self;
        let (body, events, within_event, at_line_start) = match &mut this.0 {
            State::Whole(bytes) if bytes.is_empty() => return Poll::Ready(None),
            State::Whole(bytes) => return Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            State::Inner {
                body,
                events,
                within_event,
                at_line_start,
            } => (body, *events, within_event, at_line_start),
        };
        match catch_unwind(AssertUnwindSafe(|| Pin::new(body).poll_frame(cx))) {
            Ok(Poll::Ready(Some(Ok(frame)))) => {
                if events
                    && let Some(data) = frame.data_ref()
                    && !data.is_empty()
                {
                    *within_event = !(data.ends_with(b"\n\n") || *at_line_start && **data == *b"\n");
                    *at_line_start = data.ends_with(b"\n");
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Ok(Poll::Ready(Some(Err(error)))) => {
                tracing::error!(
                    error = &error as &(dyn std::error::Error + 'static),
                    "the response body failed"
                );
                this.end(error)
            }
            Ok(other) => other,
            Err(panic) => {
                tracing::error!(panic = panic_text(&*panic), "the response body panicked");
                this.end(axum_core::Error::new(BodyPanicked))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            State::Whole(bytes) => bytes.is_empty(),
            State::Inner { body, .. } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            State::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            State::Inner { body, .. } => body.size_hint(),
        }
    }
}

/// The text of a panic, for the log.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "a panic that is no text",
    }
}
