//! From an admitted request to its handler.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::mem::take;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use axum::extract::MatchedPath;
use axum::handler::Handler;
use axum::routing::get;
use axum::{Extension, Router};
use axum_core::body::Body;
use http::{Request, Response};
use tower_service::Service;

use crate::layer::{Detached, Inner, Sealed};
use crate::route::RouteMeta;

/// The handlers of an engine. Only the guard calls them.
///
/// It says which one; no path is matched to choose it, so there is no second opinion on which route a request is for.
#[derive(Clone)]
pub struct Dispatch {
    routes: Arc<[Mounted]>,
}

/// A handler with its state, mounted on its path.
pub(super) type Mounted = Box<dyn Fn(&mut Request<Body>) -> HandlerFuture + Send + Sync>;

/// The response of a handler. Boxed, because the futures of axum are large and would be moved several times.
pub type HandlerFuture = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// Mounts a handler on a path.
///
/// A router of its own fills in the parameters of the path for axum's extractors. Where there are none, a router could only
/// add what it adds to every request alike, so the handler is called directly.
pub(super) fn mount<H, T, S>(meta: &RouteMeta, handler: H, state: S) -> Mounted
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    match matched_path(meta.path) {
        Some(path) => Box::new(move |request| {
            request.extensions_mut().insert(path.clone());
            let response = handler.clone().call(take(request), state.clone());
            Box::pin(async { Ok(response.await) })
        }),
        None => {
            // The guard has judged the method, so no `MethodRouter` has to.
            let router: Router = Router::new().route_service(meta.path, handler.with_state(state));
            // A router is always ready.
            Box::new(move |request| Box::pin(router.clone().call(take(request))))
        }
    }
}

/// What a router says of a path without parameters. It alone can make a `MatchedPath`, so it is asked for one.
fn matched_path(path: &str) -> Option<MatchedPath> {
    if path.contains('{') {
        return None;
    }
    let mut router: Router = Router::new().route(path, get(|path: MatchedPath| async { Extension(path) }));
    let request = Request::builder().uri(path).body(Body::empty()).ok()?;
    let mut cx = Context::from_waker(Waker::noop());
    match pin!(router.call(request)).poll(&mut cx) {
        Poll::Ready(Ok(mut response)) => response.extensions_mut().remove(),
        Poll::Pending => None,
    }
}

impl Dispatch {
    pub(super) fn new(routes: Vec<Mounted>) -> Self {
        Self { routes: routes.into() }
    }
}

impl Sealed for Dispatch {}

impl Inner for Dispatch {
    type Body = Body;
    type Error = Infallible;
    type Future = HandlerFuture;

    fn enter(&mut self, route: usize, request: &mut Request<Body>) -> HandlerFuture {
        self.routes[route](request)
    }

    fn detached(&self) -> Option<Detached> {
        let routes = Arc::clone(&self.routes);
        Some(Arc::new(move |route, mut request| {
            let response = routes[route](&mut request);
            Box::pin(async {
                let Ok(response) = response.await;
                response
            })
        }))
    }
}

impl fmt::Debug for Dispatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatch").field("routes", &self.routes.len()).finish()
    }
}
