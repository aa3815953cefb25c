//! The services that are measured, and the requests that are sent to them.

use std::convert::Infallible;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use guard::context::{OpaqueId, TenantId};
use guard::credential::{Identity, Verification, VerifyToken};
use guard::engine_route;
use guard::layer::Settings;
use guard::registry::{Engine, Route};
use http::{Request, StatusCode};
use tower_service::Service;

/// What is called, and the status that it answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Case {
    BareGet,
    GuardedGet,
    BareParameter,
    GuardedParameter,
    BareStatus,
    ExemptStatus,
    ErrorAnswer,
    AssembledGet,
}

impl Case {
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("bare_get", Self::BareGet),
        ("guarded_get", Self::GuardedGet),
        ("bare_parameter", Self::BareParameter),
        ("guarded_parameter", Self::GuardedParameter),
        ("bare_status", Self::BareStatus),
        ("exempt_status", Self::ExemptStatus),
        ("error_answer", Self::ErrorAnswer),
        ("assembled_get", Self::AssembledGet),
    ];

    /// A function that sends a request to the service of the case, drops the response and says its status.
    pub(crate) fn service(self) -> Box<dyn FnMut(Request<Body>) -> u16> {
        fn boxed<S, B>(mut service: S) -> Box<dyn FnMut(Request<Body>) -> u16>
        where
            S: Service<Request<Body>, Response = http::Response<B>, Error = Infallible> + 'static,
        {
            Box::new(move |request| call(&mut service, request).status().as_u16())
        }
        match self {
            Self::BareGet | Self::BareParameter | Self::BareStatus => boxed(bare()),
            Self::GuardedGet | Self::GuardedParameter | Self::ExemptStatus | Self::ErrorAnswer => boxed(engine()),
            Self::AssembledGet => boxed(assembled()),
        }
    }

    /// A request of the case.
    pub(crate) fn request(self) -> Request<Body> {
        match self {
            Self::BareGet | Self::GuardedGet | Self::AssembledGet => request("/things"),
            Self::BareParameter | Self::GuardedParameter => request("/things/7"),
            Self::BareStatus | Self::ExemptStatus => request("/ops/status"),
            Self::ErrorAnswer => {
                let mut request = request("/things");
                request.headers_mut().remove("authorization");
                request
            }
        }
    }

    /// The status of the answer.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::ErrorAnswer => 401,
            _ => 200,
        }
    }
}

/// A verifier whose answer is in memory.
struct Cached(Arc<Identity>);

impl VerifyToken for Cached {
    fn verify(&self, token: &str, _: Duration) -> Verification {
        black_box(token);
        Verification::Done(Ok(Arc::clone(&self.0)))
    }
}

#[engine_route(method = GET, path = "/things", router = "engines.a.routes", resource_kind = "thing")]
async fn things() -> &'static str {
    "ok"
}

#[engine_route(method = GET, path = "/things/{id}", router = "engines.a.routes", resource_kind = "thing")]
async fn thing() -> &'static str {
    "ok"
}

#[engine_route(method = GET, path = "/ops/status", router = "engines.ops.status", exempt = "EX-001")]
async fn status() -> &'static str {
    "ok"
}

/// As many routes as a small engine has.
const OTHERS: usize = 60;

fn bare() -> Router {
    let router = Router::new()
        .route("/things", get(things))
        .route("/things/{id}", get(thing))
        .route("/ops/status", get(status));
    (0..OTHERS).fold(router, |router, n| {
        router.route(&format!("/other{n}/{{id}}"), get(thing))
    })
}

fn engine() -> Engine {
    let tenant: TenantId = "t_acme".parse().unwrap();
    let user: OpaqueId = "u_1".parse().unwrap();
    let identity = Identity::builder(user).tenant(tenant.clone()).role(&tenant, "member");
    let identity = identity.expires_at(u64::MAX).build().unwrap();
    let others = (0..OTHERS).map(|n| {
        let mut meta = THING_ROUTE;
        meta.path = format!("/other{n}/{{id}}").leak();
        Route::new(meta, thing)
    });
    let routes = [
        Route::new(THINGS_ROUTE, things),
        Route::new(THING_ROUTE, thing),
        Route::new(STATUS_ROUTE, status),
    ];
    Engine::new(
        Settings::new(Cached(Arc::new(identity))),
        routes.into_iter().chain(others),
    )
    .unwrap()
}

/// What people write: one `from_fn` each for the request id and the context, and tower-http's layers.
fn assembled() -> Router {
    use tower_http::catch_panic::CatchPanicLayer;
    use tower_http::limit::RequestBodyLimitLayer;
    use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
    use tower_http::timeout::TimeoutLayer;
    use tower_http::trace::TraceLayer;

    async fn headers(mut request: Request<Body>, next: Next) -> Response {
        let fields = ["x-mode", "x-tenant-id", "x-project-id", "x-app-id", "authorization"]
            .map(|name| request.headers().get(name)?.to_str().ok().map(str::to_owned));
        let [Some(mode), Some(tenant), Some(project), Some(app), Some(token)] = fields else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        if !tenant.starts_with("t_") || !["saas", "enterprise", "lab"].contains(&&*mode) {
            return StatusCode::BAD_REQUEST.into_response();
        }
        request
            .extensions_mut()
            .insert(Arc::new((mode, tenant, project, app, token)));
        next.run(request).await
    }

    bare()
        .layer(from_fn(headers))
        .layer(RequestBodyLimitLayer::new(2 * 1024 * 1024))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            Duration::from_secs(30),
        ))
        .layer(CatchPanicLayer::new())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

fn request(path: &str) -> Request<Body> {
    Request::builder()
        .uri(path)
        .header("host", "engine.example")
        .header("user-agent", "bench")
        .header("accept", "*/*")
        .header("authorization", format!("Bearer {}", "a".repeat(400)))
        .header("x-mode", "saas")
        .header("x-tenant-id", "t_acme")
        .header("x-project-id", "launch")
        .header("x-app-id", "studio")
        .body(Body::empty())
        .unwrap()
}

/// Calls a service whose answer needs no wait.
fn call<S, B>(service: &mut S, request: Request<Body>) -> http::Response<B>
where
    S: Service<Request<Body>, Response = http::Response<B>, Error = Infallible>,
{
    let mut cx = Context::from_waker(Waker::noop());
    match pin!(service.call(request)).poll(&mut cx) {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => panic!("the answer needs a wait"),
    }
}
