//! An engine: the guard around its routes.

use std::convert::Infallible;
use std::fmt;
use std::task::{Context, Poll};

use axum::routing::IntoMakeService;
use axum_core::BoxError;
use axum_core::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use tower::util::MapResponse;
use tower_service::Service;

use super::{Dispatch, Manifest, Route};
use crate::layer::{Guard, GuardLayer, GuardedBody, ResponseFuture, Settings, StartErrors};
use crate::route::RouteMeta;

/// Puts a response into axum's own body, which `axum::serve` wants.
pub type IntoAxum = fn(Response<GuardedBody>) -> Response<Body>;

/// The routes of an engine, behind the guard: a tower service that axum and hyper can serve.
///
/// It is no `Router` and gives none out, so nothing can be merged into it, nested in it or mounted after the guard. A layer
/// around it, for CORS say, is `layer.layer(engine)`; a layer within it cannot undo what the guard decided.
#[derive(Clone)]
pub struct Engine {
    guard: Guard<Dispatch>,
    manifest: std::sync::Arc<Manifest>,
}

impl Engine {
    /// An engine of these routes.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the routes or the settings, all at once.
    pub fn new(settings: Settings, routes: impl IntoIterator<Item = Route>) -> Result<Self, StartErrors> {
        Self::with_state(settings, routes, ())
    }

    /// An engine of routes whose handlers take this state.
    ///
    /// # Errors
    ///
    /// As [`Engine::new`].
    pub fn with_state<S>(
        settings: Settings,
        routes: impl IntoIterator<Item = Route<S>>,
        state: S,
    ) -> Result<Self, StartErrors>
    where
        S: Clone + Send + Sync + 'static,
    {
        let routes: Vec<Route<S>> = routes.into_iter().collect();
        let facts: Vec<RouteMeta> = routes.iter().map(|route| *route.meta()).collect();
        let layer = GuardLayer::new(settings, facts)?;
        let manifest = Manifest::of(layer.routes());
        let dispatch = Dispatch::new(routes.into_iter().map(|route| route.mount(state.clone())).collect());
        Ok(Self {
            guard: layer.around(dispatch),
            manifest: manifest.into(),
        })
    }

    /// The facts of every route, for the linter and for people.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// For `axum::serve`.
    pub fn into_make_service(self) -> IntoMakeService<MapResponse<Self, IntoAxum>> {
        let service = MapResponse::new(self, (|response| response.map(Body::new)) as IntoAxum);
        axum::ServiceExt::<Request<Body>>::into_make_service(service)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("manifest", &self.manifest)
            .finish_non_exhaustive()
    }
}

impl<B> Service<Request<B>> for Engine
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<GuardedBody>;
    type Error = Infallible;
    type Future = ResponseFuture<Dispatch>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture<Dispatch> {
        self.guard.call(request)
    }
}
