//! From an admitted request to its handler.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::routing::future::RouteFuture;
use axum_core::body::Body;
use http::Request;
use tower_service::Service;

use crate::layer::{Inner, Sealed};

/// The handlers of an engine. Only the guard calls them.
///
/// It says which one; no path is matched to choose it, so there is no second opinion on which route a request is for.
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

impl Sealed for Dispatch {}

impl Inner for Dispatch {
    type Body = Body;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    /// A router is always ready.
    fn enter(&mut self, route: usize, request: Request<Body>) -> Self::Future {
        self.routes[route].clone().call(request)
    }
}

impl fmt::Debug for Dispatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatch").field("routes", &self.routes.len()).finish()
    }
}
