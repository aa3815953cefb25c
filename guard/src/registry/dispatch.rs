//! From an admitted request to its handler.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::future::RouteFuture;
use axum_core::body::Body;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::code;
use crate::envelope::ErrorEnvelope;
use crate::layer::Admitted;

/// Calls the handler of the route that the guard chose.
///
/// No path is matched to choose it, so there is no second opinion on which route a request is for. A request that the guard
/// did not admit has no route.
#[derive(Clone)]
pub struct Dispatch {
    /// One router for each route: it fills in what axum's extractors read.
    routes: Arc<[Router]>,
}

impl Dispatch {
    pub(super) fn new(routes: Vec<Router>) -> Self {
        Self { routes: routes.into() }
    }
}

impl fmt::Debug for Dispatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatch").field("routes", &self.routes.len()).finish()
    }
}

impl Service<Request<Body>> for Dispatch {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = DispatchFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> DispatchFuture {
        let route = Admitted::of(&request).and_then(|admitted| self.routes.get(admitted.route()));
        match route.cloned() {
            // A router is always ready.
            Some(mut route) => DispatchFuture::Calling {
                call: route.call(request),
            },
            None => DispatchFuture::Nowhere,
        }
    }
}

pin_project! {
    /// The response of a [`Dispatch`].
    #[project = DispatchProj]
    pub enum DispatchFuture {
        #[doc(hidden)]
        Calling { #[pin] call: RouteFuture<Infallible> },
        #[doc(hidden)]
        Nowhere,
    }
}

impl Future for DispatchFuture {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            DispatchProj::Calling { call } => call.poll(cx),
            DispatchProj::Nowhere => Poll::Ready(Ok(ErrorEnvelope::builder(code::ROUTE_NOT_FOUND)
                .build()
                .into_response())),
        }
    }
}
