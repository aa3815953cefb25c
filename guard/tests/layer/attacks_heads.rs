//! Section F, attacks 61 and 62: the heads of responses, and those that have no body.

use std::io;

use axum::response::{Html, IntoResponse, Response};
use guard::code;
use guard::envelope::{Envelope, ErrorEnvelope};
use guard::layer::GuardLayer;
use guard::route::Method;
use http::{HeaderMap, HeaderName, StatusCode, header};
use tower_layer::Layer;

use crate::house::*;
use crate::support::*;

const CANARY: &str = "canary of the inside";

fn envelope() -> ErrorEnvelope {
    ErrorEnvelope::builder(code::AUTH_INSUFFICIENT_ROLE).build()
}

const KEPT: [(HeaderName, &str); 10] = [
    (header::ALLOW, "GET"),
    (header::RETRY_AFTER, "7"),
    (header::WWW_AUTHENTICATE, "Basic realm=\"a\""),
    (header::VARY, "origin"),
    (header::PROXY_AUTHENTICATE, "Basic"),
    (header::SET_COOKIE, "a=1"),
    (header::CACHE_CONTROL, "no-store"),
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "https://a.example"),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, "x-request-id"),
    (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
];
const DROPPED: [(HeaderName, &str); 7] = [
    (header::CONTENT_ENCODING, "gzip"),
    (header::ETAG, "\"a\""),
    (header::LAST_MODIFIED, "x"),
    (header::CONTENT_RANGE, "bytes 0-1/2"),
    (header::CONTENT_DISPOSITION, "attachment"),
    (header::SERVER, CANARY),
    (header::CONTENT_LANGUAGE, "de"),
];

#[tokio::test]
async fn f61_headers_survive_or_go_with_the_body() {
    let answer = answered_by(|| {
        let headers: HeaderMap = KEPT
            .into_iter()
            .chain(DROPPED)
            .map(|(name, value)| (name, value.parse().unwrap()))
            .collect();
        (StatusCode::UNAUTHORIZED, headers, Html("<p>no</p>"))
    })
    .await;
    answer.is(401, "http.exception");
    for (name, value) in KEPT {
        let values: Vec<_> = answer.headers.get_all(&name).iter().collect();
        assert_eq!(values, [value], "{name}");
    }
    for (name, _) in DROPPED {
        assert!(!answer.headers.contains_key(&name), "{name}");
    }
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    let two = answered_by(|| {
        let mut headers = HeaderMap::new();
        headers.append(header::SET_COOKIE, "a=1".parse().unwrap());
        headers.append(header::SET_COOKIE, "b=2".parse().unwrap());
        (StatusCode::CONFLICT, headers)
    })
    .await;
    assert_eq!(two.headers.get_all(header::SET_COOKIE).iter().count(), 2);
}

#[tokio::test]
async fn f61_the_request_id_is_the_guards() {
    let answer = answered_by(|| (StatusCode::CONFLICT, [("x-request-id", "forged")])).await;
    assert_ne!(answer.headers["x-request-id"], "forged");
    assert_eq!(answer.headers.get_all("x-request-id").iter().count(), 1);
    let answer = answered_by(|| [("x-request-id", "forged")]).await;
    assert_ne!(answer.headers["x-request-id"], "forged");
}

#[tokio::test]
async fn f61_responses_without_a_body() {
    // From a service that is no axum router, which would see to some of it itself.
    let layer = GuardLayer::new(settings(), [meta(Method::Get, "/s/{status}")]).unwrap();
    let service = layer.layer(tower::service_fn(|request: http::Request<Body>| async move {
        let status: u16 = request.uri().path()[3..].parse().unwrap();
        let response = http::Response::builder()
            .status(status)
            .header("content-length", "4")
            .header("etag", "\"a\"");
        Ok::<_, io::Error>(response.body(Body::from("body")).unwrap())
    }));
    for status in [204, 205, 304] {
        let answer = send(&service, request("GET", &format!("/s/{status}"))).await;
        assert_eq!((answer.status, answer.text()), (status, ""), "{status}");
        assert!(answer.headers.contains_key("x-request-id"));
        assert_eq!(answer.headers["etag"], "\"a\"");
    }
    for status in [400, 404, 500, 503] {
        let answer = send(&service, request("HEAD", &format!("/s/{status}"))).await;
        assert_eq!((answer.status, answer.text()), (status, ""));
        assert!(
            !answer.headers.contains_key("content-length"),
            "that of the replaced body"
        );
        assert!(!answer.headers.contains_key("etag"));
    }
    // hyper answers a bare 500 to an informational status, and a client does not know what 600 and more mean.
    for status in [100, 102, 103, 600, 999] {
        send(&service, request("GET", &format!("/s/{status}")))
            .await
            .is(500, "internal.error");
    }
    assert_eq!(send(&service, request("GET", "/s/200")).await.text(), "body");
    assert_eq!(
        send(&service, request("GET", "/s/101")).await.status,
        101,
        "an upgrade passes"
    );
}

#[tokio::test]
async fn f62_one_status() {
    for make in [
        (|| (StatusCode::OK, envelope()).into_response()) as fn() -> Response,
        || (StatusCode::INTERNAL_SERVER_ERROR, envelope()).into_response(),
        || envelope().into_response(),
    ] {
        answered_by(make).await.is(403, "auth.insufficient_role");
    }
    let data = answered_by(|| Envelope::new(1)).await;
    assert_eq!((data.status, data.text()), (200, r#"{"data":1}"#));
}
