//! The order of checks, on routes of every kind.

use guard::context::RequestContext;
use guard::engine_route;
use guard::envelope::Envelope;
use guard::layer::Settings;
use guard::registry::{Engine, Route};

use crate::support::*;

#[engine_route(method = GET, path = "/ops/status", router = "engines.ops.status", exempt = "EX-001")]
async fn status() -> &'static str {
    "ok"
}

#[engine_route(method = GET, path = "/t/{tenant_id}/show", router = "engines.a.routes", resource_kind = "thing")]
async fn show(context: RequestContext) -> Envelope<String> {
    Envelope::new(format!("{} {}", context.user_id(), context.tenant_id()))
}

#[engine_route(method = POST, path = "/make", router = "engines.a.routes", no_gate = "a test")]
async fn make(body: String) -> String {
    body
}

fn engine() -> Engine {
    Engine::new(
        Settings::new(Tokens).clock(Stopped),
        [
            Route::new(STATUS_ROUTE, status),
            Route::new(SHOW_ROUTE, show),
            Route::new(MAKE_ROUTE, make),
        ],
    )
    .unwrap()
}

#[tokio::test]
async fn a_good_request_reaches_its_handler() {
    let answer = send(&engine(), request("GET", "/t/t_acme/show")).await;
    assert_eq!((answer.status, answer.text()), (200, r#"{"data":"u_1 t_acme"}"#));
    assert!(answer.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn without_a_credential_every_path_is_alike() {
    let engine = engine();
    for (method, path) in [
        ("GET", "/t/t_acme/show"),
        ("GET", "/nowhere"),
        ("POST", "/t/t_acme/show"),
        ("PUT", "/ops/status"),
        ("OPTIONS", "/make"),
    ] {
        let answer = send(&engine, without(request(method, path), "authorization")).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (401, "auth.token_missing"),
            "{method} {path}"
        );
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
}
