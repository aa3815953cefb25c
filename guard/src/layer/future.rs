//! The response of a guarded service.

use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum_core::BoxError;
use axum_core::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tower::util::Oneshot;
use tower_service::Service;

use super::admit::WaitingAdmission;
use super::body::panic_text;
use super::respond::{Exchange, Finished};

pin_project! {
    /// The response of a [`Guard`](super::Guard): admission, the inner service, the envelope of a foreign error.
    pub struct ResponseFuture<S>
    where
        S: Service<Request<Body>>,
    {
        #[pin]
        stage: Stage<S>,
        exchange: Exchange,
        timeout: Duration,
        // Made when something waits for the first time, so that a handler that never does costs no timer.
        #[pin]
        timer: Option<Sleep>,
    }
}

pin_project! {
    #[project = StageProj]
    enum Stage<S>
    where
        S: Service<Request<Body>>,
    {
        Answered { response: Option<Response<Body>> },
        Waiting { admission: WaitingAdmission, service: Option<S> },
        Calling { #[pin] call: Oneshot<S, Request<Body>> },
        Replacing { response: Pin<Box<dyn Future<Output = Response<Body>> + Send>> },
    }
}

impl<S: Service<Request<Body>>> ResponseFuture<S> {
    fn new(stage: Stage<S>, exchange: Exchange, timeout: Duration) -> Self {
        Self {
            stage,
            exchange,
            timeout,
            timer: None,
        }
    }

    pub(super) fn answered(response: Response<Body>, exchange: Exchange) -> Self {
        let stage = Stage::Answered {
            response: Some(response),
        };
        Self::new(stage, exchange, Duration::ZERO)
    }

    pub(super) fn waiting(admission: WaitingAdmission, service: S, exchange: Exchange, timeout: Duration) -> Self {
        let stage = Stage::Waiting {
            admission,
            service: Some(service),
        };
        Self::new(stage, exchange, timeout)
    }

    pub(super) fn calling(service: S, request: Request<Body>, exchange: Exchange, timeout: Duration) -> Self {
        let stage = Stage::Calling {
            call: Oneshot::new(service, request),
        };
        Self::new(stage, exchange, timeout)
    }
}

impl<S, B> Future for ResponseFuture<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<Body>, Infallible>;

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

impl<S, B> ResponseFuture<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn advance(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response<Body>> {
        let mut this = self.project();
        loop {
            let next = match this.stage.as_mut().project() {
                StageProj::Answered { response } => match response.take() {
                    Some(response) => return Poll::Ready(response),
                    // Polled again after it was ready, which a caller must not do.
                    None => return Poll::Pending,
                },
                StageProj::Waiting { admission, service } => {
                    match (ready!(admission.as_mut().poll(cx)), service.take()) {
                        (Ok((request, resource_kind)), Some(service)) => {
                            this.exchange.resource_kind = resource_kind;
                            Stage::Calling {
                                call: Oneshot::new(service, request),
                            }
                        }
                        (Err(refusal), _) => return Poll::Ready(this.exchange.refuse(refusal)),
                        (Ok(_), None) => return Poll::Pending,
                    }
                }
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
