//! The response of a guarded service.

use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum_core::body::Body;
use http::Response;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};

use super::admit::WaitingAdmission;
use super::body::{GuardedBody, panic_text};
use super::inner::Inner;
use super::respond::{Exchange, Finished};

pin_project! {
    /// The response of a [`Guard`](super::Guard): admission, the inner service, the envelope of a foreign error.
    pub struct ResponseFuture<I>
    where
        I: Inner,
    {
        #[pin]
        stage: Stage<I>,
        exchange: Exchange,
        timeout: Duration,
        // Made when something waits for the first time, so that a handler that never does costs no timer.
        #[pin]
        timer: Option<Sleep>,
    }
}

pin_project! {
    #[project = StageProj]
    enum Stage<I>
    where
        I: Inner,
    {
        Answered { response: Option<Response<GuardedBody>> },
        Waiting { admission: WaitingAdmission, inner: I },
        Calling { #[pin] call: I::Future },
        Replacing { response: Pin<Box<dyn Future<Output = Response<GuardedBody>> + Send>> },
    }
}

impl<I: Inner> ResponseFuture<I> {
    fn new(stage: Stage<I>, exchange: Exchange, timeout: Duration) -> Self {
        Self {
            stage,
            exchange,
            timeout,
            timer: None,
        }
    }

    pub(super) fn answered(response: Response<GuardedBody>, exchange: Exchange) -> Self {
        let stage = Stage::Answered {
            response: Some(response),
        };
        Self::new(stage, exchange, Duration::ZERO)
    }

    pub(super) fn panicked(panic: Box<dyn Any + Send>, mut exchange: Exchange) -> Self {
        Self::answered(exchange.panicked(panic_text(&*panic)), exchange)
    }

    pub(super) fn waiting(admission: WaitingAdmission, inner: I, exchange: Exchange, timeout: Duration) -> Self {
        Self::new(Stage::Waiting { admission, inner }, exchange, timeout)
    }

    pub(super) fn calling(call: I::Future, exchange: Exchange, timeout: Duration) -> Self {
        Self::new(Stage::Calling { call }, exchange, timeout)
    }

    fn advance(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response<GuardedBody>> {
        let mut this = self.project();
        loop {
            let next = match this.stage.as_mut().project() {
                StageProj::Answered { response } => match response.take() {
                    Some(response) => return Poll::Ready(response),
                    // Polled again after it was ready, which a caller must not do.
                    None => return Poll::Pending,
                },
                StageProj::Waiting { admission, inner } => match ready!(admission.as_mut().poll(cx)) {
                    Ok((request, entrance)) => {
                        this.exchange.resource_kind = entrance.resource_kind;
                        Stage::Calling {
                            call: inner.enter(entrance.route, request),
                        }
                    }
                    Err(refusal) => return Poll::Ready(this.exchange.refuse(refusal)),
                },
                StageProj::Calling { call } => match ready!(call.poll(cx)) {
                    Ok(response) => match this.exchange.finish(response.map(Body::new)) {
                        Finished::Now(response) => return Poll::Ready(response),
                        Finished::Later(response) => Stage::Replacing { response },
                    },
                    Err(error) => return Poll::Ready(this.exchange.fail(&*error.into())),
                },
                StageProj::Replacing { response } => return response.as_mut().poll(cx),
            };
            this.stage.set(next);
        }
    }
}

impl<I: Inner> Future for ResponseFuture<I> {
    type Output = Result<Response<GuardedBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = catch_unwind(AssertUnwindSafe(|| self.as_mut().advance(cx)));
        let mut this = self.project();
        let response = match polled {
            Ok(Poll::Ready(response)) => response,
            Err(panic) => this.exchange.panicked(panic_text(&*panic)),
            Ok(Poll::Pending) => {
                if this.timer.is_none() {
                    this.timer.set(Some(sleep(*this.timeout)));
                }
                if let Some(timer) = this.timer.as_mut().as_pin_mut() {
                    ready!(timer.poll(cx));
                }
                this.exchange.timed_out()
            }
        };
        // What a given-up or broken handler holds is dropped now, not when the connection gets round to it.
        this.stage.set(Stage::Answered { response: None });
        Poll::Ready(Ok(response))
    }
}
