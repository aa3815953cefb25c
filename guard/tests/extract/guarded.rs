//! Behind the guard.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use guard::context::{OpaqueId, TenantId};
use guard::credential::{Identity, Verification, VerifyToken};
use guard::engine_route;
use guard::extract::{Json, Path, Query};
use guard::layer::Settings;
use guard::registry::Engine;
use http::Request;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::answer;

/// Takes any token.
struct Anyone;

impl VerifyToken for Anyone {
    fn verify(&self, _: &str, now: Duration) -> Verification {
        let user = Identity::builder(OpaqueId::parse("u_1").unwrap())
            .tenant(TenantId::parse("t_acme").unwrap())
            .expires_at(now.as_secs() + 60);
        Verification::Done(Ok(Arc::new(user.build().unwrap())))
    }
}

#[derive(Deserialize)]
struct Page {
    limit: u32,
}

#[derive(Deserialize)]
struct Names {
    mask_id: u64,
    part: Part,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Edge,
}

#[engine_route(method = GET, path = "/masks/{mask_id}", router = "engines.a.routes", resource_kind = "mask")]
async fn show(Path(mask_id): Path<u64>, Query(page): Query<Page>) -> Json<u64> {
    Json(mask_id + u64::from(page.limit))
}

#[engine_route(method = GET, path = "/masks/{mask_id}/{part}", router = "engines.a.routes", resource_kind = "mask")]
async fn part(
    Path(Names {
        mask_id,
        part: Part::Edge,
    }): Path<Names>,
) -> Json<u64> {
    Json(mask_id)
}

#[engine_route(method = GET, path = "/pairs/{a}/{b}", router = "engines.a.routes")]
async fn pair(Path((a, b)): Path<(u8, String)>) -> Json<(u8, String)> {
    Json((a, b))
}

#[engine_route(method = GET, path = "/wrong/{a}", router = "engines.a.routes", resource_kind = "mask")]
async fn wrong(Path(nested): Path<Vec<Vec<u8>>>) -> Json<usize> {
    Json(nested.len())
}

#[engine_route(
    method = POST, path = "/masks", router = "engines.a.routes", resource_kind = "mask", no_gate = "a test", body = [],
    body_limit = 64
)]
async fn make(Json(body): Json<Vec<u8>>) -> Json<usize> {
    Json(body.len())
}

async fn send(method: &str, path: &str, body: impl Into<Body>) -> (u16, Value) {
    let engine = Engine::new(Settings::new(Anyone), guard::routes![show, part, pair, wrong, make]).unwrap();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "Bearer a")
        .header("x-mode", "lab")
        .header("x-tenant-id", "t_acme")
        .header("x-project-id", "p")
        .header("x-app-id", "a")
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap();
    let Ok(response) = engine.oneshot(request).await;
    answer(response).await
}

#[tokio::test]
async fn what_fits_is_taken() {
    assert_eq!(send("GET", "/masks/7?limit=3", "").await, (200, json!(10)));
    assert_eq!(send("GET", "/masks/7/edge", "").await, (200, json!(7)));
    assert_eq!(send("GET", "/pairs/7/%C3%A9", "").await, (200, json!([7, "é"])));
    assert_eq!(send("POST", "/masks", "[1, 2]").await, (200, json!(2)));
}

#[tokio::test]
async fn what_does_not_is_an_envelope_with_the_resource_kind() {
    for (path, loc) in [
        ("/masks/canary?limit=3", json!(["path"])),
        ("/masks/7?limit=canary", json!(["query", "limit"])),
        ("/masks/canary/edge", json!(["path", "mask_id"])),
        // Of an enum axum does not tell where it stood.
        ("/masks/7/canary", json!(["path"])),
    ] {
        let (status, body) = send("GET", path, "").await;
        let error = &body["error"];
        assert_eq!((status, &error["code"]), (400, &json!("validation.error")), "{path}");
        assert_eq!(error["resource_kind"], "mask", "{path}");
        assert_eq!(error["details"]["errors"][0]["loc"], loc, "{path}");
        assert!(!body.to_string().contains("canary"), "{body}");
    }
    let (_, body) = send("GET", "/pairs/256/x", "").await;
    assert_eq!(body["error"]["details"]["errors"][0]["loc"], json!(["path", "0"]));
    assert_eq!(body["error"]["resource_kind"], Value::Null);
}

#[tokio::test]
async fn a_type_that_does_not_fit_the_route_is_the_engines_fault() {
    let (status, body) = send("GET", "/wrong/canary", "").await;
    assert_eq!((status, &body["error"]["code"]), (500, &json!("internal.error")));
    assert_eq!(body["error"]["resource_kind"], "mask");
    assert!(!body.to_string().contains("canary"), "{body}");
}

/// The guard's own bound, announced and not.
#[tokio::test]
async fn a_body_beyond_the_routes_limit_is_too_large() {
    let large = format!("[{}1]", " ".repeat(64));
    let unannounced = Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>(large.clone())]));
    for body in [Body::from(large), unannounced] {
        let (status, body) = send("POST", "/masks", body).await;
        assert_eq!((status, &body["error"]["code"]), (413, &json!("request.too_large")));
        assert_eq!(body["error"]["resource_kind"], "mask");
    }
}
