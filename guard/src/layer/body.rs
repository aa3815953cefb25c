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

/// Passes a body on. If it panics or fails after the head was sent, a stream of events ends with an `error` event whose
/// data is an envelope; any other body ends in an error, so that the client sees that it is not whole.
pub(crate) struct GuardedBody {
    /// `None` once it has failed.
    inner: Option<Body>,
    events: bool,
    /// An event has begun and not ended: what came of it must not be taken for a whole one.
    within_event: bool,
    /// The last frame ended a line, so one more line's end ends the event.
    at_line_start: bool,
}

/// Why a body ends early. The panic's text is in the log.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the response body panicked")]
struct BodyPanicked;

impl GuardedBody {
    pub(crate) fn new(inner: Body, events: bool) -> Self {
        Self {
            inner: Some(inner),
            events,
            within_event: false,
            at_line_start: true,
        }
    }

    fn end(&mut self, error: axum_core::Error) -> Poll<Option<Result<Frame<Bytes>, axum_core::Error>>> {
        self.inner = None;
        if self.events && !self.within_event {
            let envelope = ErrorEnvelope::builder(code::INTERNAL_ERROR).build();
            let data = envelope.to_response().into_body();
            let frame = format!("event: error\ndata: {data}\n\n");
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from(frame)))));
        }
        Poll::Ready(Some(Err(error)))
    }
}

impl HttpBody for GuardedBody {
    type Data = Bytes;
    type Error = axum_core::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum_core::Error>>> {
        let this = &mut *self;
        let Some(inner) = &mut this.inner else {
            return Poll::Ready(None);
        };
        match catch_unwind(AssertUnwindSafe(|| Pin::new(inner).poll_frame(cx))) {
            Ok(Poll::Ready(Some(Ok(frame)))) => {
                if this.events
                    && let Some(data) = frame.data_ref()
                    && !data.is_empty()
                {
                    this.within_event = !(data.ends_with(b"\n\n") || this.at_line_start && **data == *b"\n");
                    this.at_line_start = data.ends_with(b"\n");
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
        self.inner.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
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
