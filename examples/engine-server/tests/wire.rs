//! The application over the wire.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

use axum::body::{Body, to_bytes};
use engine_server::{ROUTES, app};
use guard::code::CODES;
use guard::envelope::ErrorEnvelope;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

const GOOD: [(&str, &str); 4] = [
    ("x-mode", "saas"),
    ("x-tenant-id", "t_acme"),
    ("x-project-id", "launch"),
    ("x-app-id", "studio"),
];

async fn send(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app()
        .oneshot(request.body(Body::from(body.to_owned())).unwrap())
        .await
        .unwrap()
}

async fn json_of(response: Response<Body>) -> Value {
    assert_eq!(response.headers()["content-type"], "application/json");
    serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap()
}

/// The envelope, after checking it against the status line and the table of codes.
async fn error_of(response: Response<Body>) -> ErrorEnvelope {
    let status = response.status();
    let envelope: ErrorEnvelope = serde_json::from_value(json_of(response).await).unwrap();
    assert_eq!(envelope.http_status().as_u16(), status.as_u16());
    assert!(
        CODES.iter().any(|entry| entry.matches(envelope.code())),
        "{}",
        envelope.code()
    );
    envelope
}

#[tokio::test]
async fn the_exempt_route_needs_no_headers() {
    let response = send(Method::GET, "/ops/status", &[], "").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(json_of(response).await, json!({"data": {"status": "ok"}}));
}

#[tokio::test]
async fn the_scope_is_read_from_the_headers() {
    let headers: Vec<_> = GOOD.into_iter().chain([("x-surface-id", "SQUARED")]).collect();
    let response = send(Method::GET, "/video/mask/scope", &headers, "").await;
    assert_eq!(response.status(), StatusCode::OK);
    let scope = json!({
        "mode": "saas", "tenant_id": "t_acme", "project_id": "launch", "app_id": "studio", "surface_id": "squared2",
    });
    assert_eq!(json_of(response).await, json!({ "data": scope }));
}

#[tokio::test]
async fn scope_errors_are_envelopes_on_every_guarded_route() {
    for (method, path) in [(Method::GET, "/video/mask/scope"), (Method::POST, "/video/mask/area")] {
        let error = error_of(send(method.clone(), path, &GOOD[..3], "").await).await;
        assert_eq!(
            (error.code(), error.http_status().as_u16()),
            ("auth.app_missing", 422),
            "ENG-STD-003"
        );
        assert_eq!(error.resource_kind(), Some("video_mask"));

        let twice: Vec<_> = GOOD.into_iter().chain([("x-tenant-id", "t_acme")]).collect();
        let error = error_of(send(method.clone(), path, &twice, "").await).await;
        assert_eq!(
            (error.code(), error.http_status().as_u16()),
            ("auth.header_duplicate", 400)
        );

        let env: Vec<_> = GOOD.into_iter().chain([("x-env", "prod")]).collect();
        assert_eq!(
            error_of(send(method, path, &env, "").await).await.code(),
            "auth.env_forbidden"
        );
    }
}

#[tokio::test]
async fn a_body_is_measured_or_refused() {
    let typed: Vec<_> = GOOD.into_iter().chain([("content-type", "application/json")]).collect();
    let post = |headers, body| send(Method::POST, "/video/mask/area", headers, body);

    let response = post(&typed, r#"{"points":[[0,0],[4,0],[4,3],[0,3]]}"#).await;
    assert_eq!(json_of(response).await, json!({"data": {"area": 12.0}}));

    for body in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"points":"canary"}"#,
        r#"{"points":[],"canary":1}"#,
    ] {
        let error = error_of(post(&typed, body).await).await;
        assert_eq!(
            (error.code(), error.http_status().as_u16()),
            ("validation.error", 400),
            "{body}"
        );
        assert_eq!(error.resource_kind(), Some("video_mask"));
        assert!(
            !format!("{error:?}").contains("canary"),
            "axum's text stays inside: {error:?}"
        );
    }
    let error = error_of(post(&typed, r#"{"points":[[0,0]]}"#).await).await;
    assert_eq!(error.details()["errors"][0]["loc"], json!(["body", "points"]));

    let error = error_of(post(&GOOD, "{}").await).await;
    assert_eq!(error.code(), "request.unsupported_media_type");
    let large = format!(r#"{{"points":[{}]}}"#, " ".repeat(3 << 20));
    assert_eq!(error_of(post(&typed, &large).await).await.code(), "request.too_large");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_envelopes() {
    for path in ["/", "/nowhere", "/ops/status/", "//ops/status", "/video/mask/scope/x"] {
        assert_eq!(
            error_of(send(Method::GET, path, &[], "").await).await.code(),
            "route.not_found",
            "{path}"
        );
    }
    for (path, allowed) in [("/ops/status", "GET,HEAD"), ("/video/mask/area", "POST")] {
        let response = send(Method::DELETE, path, &GOOD, "").await;
        assert_eq!(response.headers()["allow"], allowed);
        assert_eq!(error_of(response).await.code(), "route.method_not_allowed");
    }
}

#[tokio::test]
async fn every_listed_route_is_mounted() {
    for route in ROUTES {
        let status = send(route.method.into(), route.path, &GOOD, "").await.status();
        assert!(
            ![StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&status),
            "{route:?}: {status}"
        );
    }
}

/// Once through a socket, so that what hyper adds is seen too.
#[tokio::test]
async fn over_a_socket() {
    use std::io::{Read, Write};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app()).await });
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream
            .write_all(b"GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = answer.await.unwrap();
    server.abort();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert_eq!(
        serde_json::from_str::<ErrorEnvelope>(body).unwrap().code(),
        "route.not_found"
    );
}
