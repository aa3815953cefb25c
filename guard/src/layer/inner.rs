//! What stands behind the guard.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum_core::BoxError;
use axum_core::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use tower::util::Oneshot;
use tower_service::Service;

/// What stands behind a [`Guard`](super::Guard): a finished service, or the routes of an engine. Sealed.
pub trait Inner: sealed::Sealed + Clone {
    /// The body of its responses.
    type Body: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static;
    /// What it fails with; `internal.error` for the client.
    type Error: Into<BoxError>;
    /// Its response.
    type Future: Future<Output = Result<Response<Self::Body>, Self::Error>>;

    /// Hands an admitted request to the route at this place of the list, and leaves an empty one.
    #[doc(hidden)]
    fn enter(&mut self, route: usize, request: &mut Request<Body>) -> Self::Future;

    /// A way to the routes that outlives this request, where there is one.
    #[doc(hidden)]
    fn detached(&self) -> Option<Detached> {
        None
    }
}

/// Calls the handler at this place of the list.
pub type Detached =
    Arc<dyn Fn(usize, Request<Body>) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> + Send + Sync>;

pub(crate) mod sealed {
    /// Keeps others from standing behind the guard without being called by it.
    pub trait Sealed {}
}

/// A finished service: it finds its way by itself.
#[derive(Clone)]
pub struct Finished<S>(pub(super) S);

impl<S> sealed::Sealed for Finished<S> {}

impl<S, B> Inner for Finished<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Body = B;
    type Error = S::Error;
    type Future = Oneshot<S, Request<Body>>;

    /// The service is asked whether it is ready within the route's timeout.
    fn enter(&mut self, _: usize, request: &mut Request<Body>) -> Self::Future {
        Oneshot::new(self.0.clone(), std::mem::take(request))
    }
}

impl<S> fmt::Debug for Finished<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finished").finish_non_exhaustive()
    }
}
