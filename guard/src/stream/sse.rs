//! A stream as server-sent events.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum_core::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Response, header};
use http_body::{Body as HttpBody, Frame as BodyFrame};
use serde_json::json;

use super::frame::control;
use super::session::{End, Session, Step};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("text/event-stream");
/// Nobody keeps it, and nobody compresses it.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("no-store, no-transform");
const NO: HeaderValue = HeaderValue::from_static("no");
/// The address may hold a ticket.
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");

const KEEP_ALIVE: &[u8] = b": keep-alive\n\n";

/// How much is joined into one write, where there is as much.
const JOINED_BYTES: usize = 32 * 1024;

/// The response. Without a session it is the head alone.
pub(super) fn response(resume: Option<String>, session: Option<Box<Session>>) -> Response<Body> {
    let body = session.map_or_else(Body::empty, |session| {
        let mut head = format!("retry: {}\n\n", session.retry_ms());
        if let Some(resume) = resume {
            head.push_str(&control("resume_cursor", &resume));
        }
        Body::new(SseBody(State::Head(head.into(), session)))
    });
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
    headers.insert(header::HeaderName::from_static("x-accel-buffering"), NO);
    headers.insert(header::REFERRER_POLICY, NO_REFERRER);
    response
}

struct SseBody(State);

enum State {
    Head(Bytes, Box<Session>),
    Idle(Box<Session>),
    Waiting(Pin<Box<dyn Future<Output = (Box<Session>, Step)> + Send>>),
    Done,
}

async fn next(mut session: Box<Session>) -> (Box<Session>, Step) {
    let step = session.next().await;
    (session, step)
}

impl HttpBody for SseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, Infallible>>> {
        loop {
            // What panics on the way leaves an ended stream.
            let (bytes, state) = match std::mem::replace(&mut self.0, State::Done) {
                State::Done => return Poll::Ready(None),
                State::Head(head, session) => (head, State::Idle(session)),
                State::Idle(session) => {
                    self.0 = State::Waiting(Box::pin(next(session)));
                    continue;
                }
                State::Waiting(mut waiting) => {
                    let Poll::Ready((session, step)) = waiting.as_mut().poll(cx) else {
                        self.0 = State::Waiting(waiting);
                        return Poll::Pending;
                    };
                    said(session, step)
                }
            };
            self.0 = state;
            return Poll::Ready(Some(Ok(BodyFrame::data(bytes))));
        }
    }
}

fn said(mut session: Box<Session>, step: Step) -> (Bytes, State) {
    match step {
        Step::KeepAlive => (Bytes::from_static(KEEP_ALIVE), State::Idle(session)),
        Step::End(end) => (last(&session, end), State::Done),
        Step::Event(frame) => {
            let first = frame.sse();
            let Some(second) = session.at_hand() else {
                return (first, State::Idle(session));
            };
            let mut joined = BytesMut::from(first);
            joined.extend_from_slice(&second.sse());
            while joined.len() < JOINED_BYTES
                && let Some(frame) = session.at_hand()
            {
                joined.extend_from_slice(&frame.sse());
            }
            (joined.freeze(), State::Idle(session))
        }
    }
}

fn last(session: &Session, end: End) -> Bytes {
    match end {
        End::Refused(envelope) => control("error", envelope.to_response().body()).into(),
        End::Paused(pause) => {
            let cursor = session.place().map(|place| place.to_string());
            let data = json!({"reason": pause.as_str(), "cursor": cursor}).to_string();
            format!("retry: {}\n{}", session.retry_ms(), control("stream_end", &data)).into()
        }
    }
}
