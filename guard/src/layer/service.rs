//! The layer and its service.

use std::convert::Infallible;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum_core::BoxError;
use axum_core::body::Body;
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body::Body as HttpBody;
use tower_layer::Layer;
use tower_service::Service;

use super::admit::admit;
use super::body::GuardedBody;
use super::core::Core;
use super::future::ResponseFuture;
use super::inner::{Finished, Inner};
use super::request_id::RequestId;
use super::respond::Exchange;
use super::settings::Settings;
use super::start::{StartErrors, start};
use crate::context::Scan;
use crate::route::RouteMeta;

/// Puts a [`Guard`] around a finished service.
///
/// It knows the routes by their facts, and nothing else passes: a path that the service answers and that is not among them
/// is `route.not_found`. Use it for a service that is no list of axum handlers, a proxy say; for handlers the
/// [registry](crate::registry) does the same and mounts them too.
#[derive(Debug, Clone)]
pub struct GuardLayer {
    core: Arc<Core>,
}

impl GuardLayer {
    /// A layer for these routes.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the routes or the settings, all at once.
    pub fn new(settings: Settings, routes: impl IntoIterator<Item = RouteMeta>) -> Result<Self, StartErrors> {
        start(settings, routes.into_iter().collect()).map(|core| Self { core: Arc::new(core) })
    }

    /// The facts of the routes, in the order in which they were given.
    pub fn routes(&self) -> impl Iterator<Item = &RouteMeta> {
        self.core.table.policies().iter().map(|policy| &policy.meta)
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<Finished<S>>;

    fn layer(&self, inner: S) -> Self::Service {
        self.around(Finished(inner))
    }
}

impl GuardLayer {
    pub(crate) fn around<I>(&self, inner: I) -> Guard<I> {
        Guard {
            core: Arc::clone(&self.core),
            inner,
        }
    }
}

/// A service behind the guard.
///
/// It is always ready: it waits for the inner service after a request was admitted, within the route's timeout. It never
/// fails: whatever goes wrong is answered with an envelope.
#[derive(Clone)]
pub struct Guard<I> {
    core: Arc<Core>,
    inner: I,
}

impl<I> fmt::Debug for Guard<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("core", &self.core)
            .finish_non_exhaustive()
    }
}

impl<I, R> Service<Request<R>> for Guard<I>
where
    I: Inner,
    R: HttpBody<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<GuardedBody>;
    type Error = Infallible;
    type Future = ResponseFuture<I>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<R>) -> ResponseFuture<I> {
        let mut request = request.map(Body::new);
        let head = request.method() == Method::HEAD;
        // A verifier runs in here; a panic of its own is answered as a handler's is.
        match catch_unwind(AssertUnwindSafe(|| admit(&self.core, &mut request, false))) {
            Ok((id, admission)) => {
                ResponseFuture::new(Exchange::new(id, head), admission, &mut self.inner, &mut request)
            }
            Err(panic) => {
                let scan = Scan::new(request.headers());
                let exchange = Exchange::new(RequestId::of(request.headers(), &scan), head);
                ResponseFuture::panicked(&*panic, exchange)
            }
        }
    }
}
