//! The response of a guarded service.

use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum_core::body::Body;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};

use super::admit::{Admission, WaitingAdmission};
use super::body::{GuardedBody, panic_text};
use super::inner::Inner;
use super::respond::{Exchange, Finished};
use crate::action::Running;
use crate::audit::Outcome;

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
        timer: Option<Pin<Box<Sleep>>>,
        // Where the chain of gates wants to know how the action ends. Dropped without a word, nobody waited for it.
        running: Option<Running>,
    }
}

pin_project! {
    #[project = StageProj]
    enum Stage<I>
    where
        I: Inner,
    {
        // Boxed, as the timer is, so that the future of a request that is let in is small to move.
        Answered { response: Option<Box<Response<GuardedBody>>> },
        Waiting { admission: WaitingAdmission, inner: I },
        Calling { #[pin] call: I::Future },
        Opening { response: Pin<Box<dyn Future<Output = Response<Body>> + Send>> },
        Replacing { response: Pin<Box<dyn Future<Output = Response<GuardedBody>> + Send>> },
    }
}

/// Only an engine's own routes can be called for a socket that is open already.
#[cfg(feature = "ws")]
#[derive(Debug, thiserror::Error)]
#[error("a route in hello mode stands before a foreign service; mount it in an Engine")]
struct NoHandlers;

impl<I: Inner> ResponseFuture<I> {
    /// Begins a response as its admission says.
    ///
    /// The request is handed on by reference: it is large.
    pub(super) fn new(exchange: Exchange, admission: Admission, inner: &mut I, request: &mut Request<Body>) -> Self {
        let mut this = Self::empty(exchange);
        // The inner service is called in here, or cloned.
        let begun = catch_unwind(AssertUnwindSafe(|| match admission {
            Admission::Entered(entrance, timeout) => {
                this.timeout = timeout;
                this.exchange.resource_kind = entrance.resource_kind;
                this.exchange.stream = entrance.stream;
                this.running = entrance.running;
                this.stage = Stage::Calling {
                    call: inner.enter(entrance.route, request),
                };
            }
            #[cfg(feature = "ws")]
            Admission::Greeting(stranger) => match inner.detached() {
                Some(handlers) => {
                    let response = stranger.begin(handlers);
                    this.answer(|exchange| exchange.pass(response));
                }
                None => this.answer(|exchange| exchange.fail(&NoHandlers)),
            },
            Admission::Waiting(admission, timeout, resource_kind) => {
                this.timeout = timeout;
                this.exchange.resource_kind = resource_kind;
                this.stage = Stage::Waiting {
                    admission,
                    inner: inner.clone(),
                };
            }
            Admission::Refused(refusal) => this.answer(|exchange| exchange.refuse(*refusal)),
        }));
        if let Err(panic) = begun {
            this.answer(|exchange| exchange.panicked(panic_text(&*panic)));
        }
        this
    }

    /// The response to a panic.
    pub(super) fn panicked(panic: &(dyn Any + Send), exchange: Exchange) -> Self {
        let mut this = Self::empty(exchange);
        this.answer(|exchange| exchange.panicked(panic_text(panic)));
        this
    }

    fn empty(exchange: Exchange) -> Self {
        Self {
            stage: Stage::Answered { response: None },
            exchange,
            timeout: Duration::ZERO,
            timer: None,
            running: None,
        }
    }

    fn answer(&mut self, response: impl FnOnce(&mut Exchange) -> Response<GuardedBody>) {
        self.stage = Stage::Answered {
            response: Some(Box::new(response(&mut self.exchange))),
        };
    }

    fn advance(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response<GuardedBody>> {
        let mut this = self.project();
        loop {
            let next = match this.stage.as_mut().project() {
                StageProj::Answered { response } => match response.take() {
                    Some(response) => return Poll::Ready(*response),
                    // Polled again after it was ready, which a caller must not do.
                    None => return Poll::Pending,
                },
                StageProj::Waiting { admission, inner } => match ready!(admission.as_mut().poll(cx)) {
                    Ok((mut request, entrance)) => {
                        this.exchange.resource_kind = entrance.resource_kind;
                        this.exchange.stream = entrance.stream;
                        *this.running = entrance.running;
                        if let Some(running) = this.running {
                            running.enter();
                        }
                        Stage::Calling {
                            call: inner.enter(entrance.route, &mut request),
                        }
                    }
                    Err(refusal) => return Poll::Ready(this.exchange.refuse(refusal)),
                },
                StageProj::Calling { call } => match ready!(call.poll(cx)) {
                    Ok(response) => match this.exchange.stream.take() {
                        Some(opening) => Stage::Opening {
                            response: Box::pin(opening.answer(response.map(Body::new))),
                        },
                        None => match this.exchange.finish(response.map(Body::new)) {
                            Finished::Now(response) => return Poll::Ready(response),
                            Finished::Later(response) => Stage::Replacing { response },
                        },
                    },
                    Err(error) => return Poll::Ready(this.exchange.fail(&*error.into())),
                },
                StageProj::Opening { response } => match this.exchange.finish(ready!(response.as_mut().poll(cx))) {
                    Finished::Now(response) => return Poll::Ready(response),
                    Finished::Later(response) => Stage::Replacing { response },
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
        let (response, outcome) = match polled {
            Ok(Poll::Ready(response)) => {
                let outcome = Outcome::Answered(response.status().as_u16());
                (response, outcome)
            }
            Err(panic) => (this.exchange.panicked(panic_text(&*panic)), Outcome::Panicked),
            Ok(Poll::Pending) => {
                let timer = this.timer.get_or_insert_with(|| Box::pin(sleep(*this.timeout)));
                ready!(timer.as_mut().poll(cx));
                (this.exchange.timed_out(), Outcome::TimedOut)
            }
        };
        if let Some(running) = this.running.take() {
            running.end(outcome);
        }
        // What a given-up or broken handler holds is dropped now, not when the connection gets round to it.
        // It may panic while it is dropped; its response stands.
        let emptied = catch_unwind(AssertUnwindSafe(|| this.stage.set(Stage::Answered { response: None })));
        if let Err(panic) = emptied {
            tracing::error!(panic = panic_text(&*panic), "the handler panicked while it was dropped");
        }
        Poll::Ready(Ok(response))
    }
}
