//! Section F: errors.

use std::io;

use axum::body::Bytes;
use axum::response::{Html, IntoResponse, Response};
use futures_util::{StreamExt, stream};
use guard::code;
use guard::envelope::{EngineError, ErrorEnvelope};
use guard::route::Method;
use http::{StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::house::*;
use crate::support::*;

const CANARY: &str = "canary of the inside";

fn envelope() -> ErrorEnvelope {
    ErrorEnvelope::builder(code::AUTH_INSUFFICIENT_ROLE)
        .resource_kind("own")
        .detail("n", 1)
        .build()
}

#[tokio::test]
async fn f58_no_text_of_the_inside_leaves() {
    fn boxed<R: IntoResponse>(make: fn() -> R) -> Response {
        make().into_response()
    }
    let sources: [fn() -> Response; 6] = [
        || boxed(|| (StatusCode::INTERNAL_SERVER_ERROR, CANARY)),
        || boxed(|| (StatusCode::BAD_REQUEST, Html(CANARY))),
        || boxed(|| EngineError::internal(io::Error::other(CANARY))),
        || boxed(|| (StatusCode::BAD_GATEWAY, [("x-upstream", CANARY)])),
        || boxed(|| -> Response { panic!("{CANARY}") }),
        || {
            boxed(|| {
                (
                    StatusCode::IM_A_TEAPOT,
                    format!(r#"{{"error":{{"code":"x.y","message":"{CANARY}"}}}}"#),
                )
            })
        },
    ];
    for make in sources {
        let answer = answered_by(make).await;
        answer.code();
        assert!(
            !answer.text().contains(CANARY) && !format!("{:?}", answer.headers).contains(CANARY),
            "{answer:?}"
        );
    }
    // And what a verifier says stays inside.
    let (engine, _) = house();
    let answer = send(
        &engine,
        with(
            request("GET", "/whoami"),
            "authorization",
            "Bearer u_1.t_acme.member.tampered",
        ),
    )
    .await;
    answer.is(401, "auth.token_invalid");
    assert!(!answer.text().contains("canary"));
}

#[tokio::test]
async fn f58_no_error_quotes_the_request() {
    let (engine, _) = house();
    for (name, code) in [
        ("x-mode", "auth.mode_invalid"),
        ("x-tenant-id", "auth.tenant_invalid"),
        ("x-user-id", "auth.identity_override"),
    ] {
        let answer = send(
            &engine,
            with(request("GET", "/whoami"), name, "<script>canary</script>"),
        )
        .await;
        assert_eq!(answer.code(), code);
        assert!(!answer.text().contains("canary"), "{}", answer.text());
    }
    for path in [
        "/canary",
        "/files/%ffcanary",
        "/whoami?tenant_id=canary",
        "/t/canary/u/u_1",
    ] {
        let answer = send(&engine, request("GET", path)).await;
        assert!(!answer.text().contains("canary"), "{}", answer.text());
        answer.code();
    }
    let answer = send(&engine, with_json(request("POST", "/claim"), r#"{"canary": "#)).await;
    assert!(!answer.text().contains("canary"));
}

#[tokio::test]
async fn f59_panic_in_a_handler() {
    let answer = answered_by(|| -> Response { panic!("{CANARY}") }).await;
    answer.is(500, "internal.error");
    assert_eq!(answer.error()["resource_kind"], "thing");
    let (engine, _) = with_route(meta(Method::Get, "/p"), || async {
        tokio::task::yield_now().await;
        if true {
            panic!("{CANARY}")
        }
    });
    send(&engine, request("GET", "/p")).await.is(500, "internal.error");
    let head = send(&engine, request("HEAD", "/p")).await;
    assert_eq!((head.status, head.body.len()), (500, 0));
}

#[tokio::test(start_paused = true)]
async fn f59_panic_in_a_handler_that_is_dropped() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("{CANARY}");
        }
    }
    let (engine, _) = with_route(meta(Method::Get, "/p"), || async {
        let _bomb = Bomb;
        std::future::pending::<()>().await;
    });
    send(&engine, request("GET", "/p")).await.is(504, "request.timeout");
}

#[tokio::test]
async fn f59_panic_in_a_verifier() {
    let (engine, calls) = house();
    send(
        &engine,
        with(request("GET", "/whoami"), "authorization", "Bearer panics"),
    )
    .await
    .is(500, "internal.error");
    assert_eq!(calls.count(), 0);
}

async fn frames(
    kind: &'static str,
    parts: Vec<&'static str>,
    last: fn() -> Result<Bytes, io::Error>,
) -> (String, bool) {
    let handler = move || async move {
        let first = stream::iter(parts.into_iter().map(|part| Ok(Bytes::from_static(part.as_bytes()))));
        let body = Body::from_stream(first.chain(stream::once(async move { last() })));
        ([(header::CONTENT_TYPE, kind)], body)
    };
    let (engine, _) = with_route(meta(Method::Get, "/stream"), handler);
    let response = engine.oneshot(request("GET", "/stream")).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    let (mut text, mut whole) = (String::new(), true);
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => text.push_str(str::from_utf8(frame.data_ref().unwrap()).unwrap()),
            Err(_) => whole = false,
        }
    }
    (text, whole)
}

#[tokio::test]
async fn f59_panic_in_the_body() {
    let lasts: [fn() -> Result<Bytes, io::Error>; 2] = [|| panic!("{CANARY}"), || Err(io::Error::other(CANARY))];
    for last in lasts {
        let (text, whole) = frames("text/event-stream", vec!["id: 1\ndata: {}\n\n"], last).await;
        let data = text
            .strip_prefix("id: 1\ndata: {}\n\nevent: error\ndata: ")
            .unwrap()
            .strip_suffix("\n\n")
            .unwrap();
        let envelope: ErrorEnvelope = serde_json::from_str(data).unwrap();
        assert_eq!(
            (envelope.code(), envelope.http_status().as_u16(), whole),
            ("internal.error", 500, true)
        );
        assert!(!text.contains(CANARY));

        // An event in two frames is whole all the same.
        let (text, whole) = frames("text/event-stream; charset=utf-8", vec!["data: {}\n", "\n"], last).await;
        assert!(text.contains("event: error") && whole, "{text}");

        let (text, whole) = frames("text/event-stream", vec!["data: {}\n\n", "data: {\"ha"], last).await;
        assert_eq!(
            (text.ends_with("data: {\"ha"), whole),
            (true, false),
            "half an event is not finished by another"
        );

        let (text, whole) = frames("application/json", vec!["{"], last).await;
        assert_eq!((&*text, whole), ("{", false), "the client sees that it is not whole");
    }
    let (text, whole) = frames("text/event-stream", vec!["data: {}\n\n"], || Ok(Bytes::new())).await;
    assert_eq!((&*text, whole), ("data: {}\n\n", true));
}

#[tokio::test]
async fn f60_foreign_bodies_are_replaced() {
    for (make, status, code) in [
        (
            (|| (StatusCode::NOT_FOUND, "gone").into_response()) as fn() -> Response,
            404,
            "http.exception",
        ),
        (|| StatusCode::BAD_GATEWAY.into_response(), 502, "http.exception"),
        (
            || (StatusCode::PAYLOAD_TOO_LARGE, "big").into_response(),
            413,
            "request.too_large",
        ),
        (
            || (StatusCode::UNSUPPORTED_MEDIA_TYPE, "kind").into_response(),
            415,
            "request.unsupported_media_type",
        ),
        (
            || {
                (
                    StatusCode::IM_A_TEAPOT,
                    Body::from_stream(stream::iter(
                        (0..100).map(|_| Ok::<_, io::Error>(Bytes::from(vec![b' '; 1000]))),
                    )),
                )
                    .into_response()
            },
            418,
            "http.exception",
        ),
        (
            || {
                (
                    StatusCode::CONFLICT,
                    Body::from_stream(stream::iter([Err::<Bytes, _>(io::Error::other(CANARY))])),
                )
                    .into_response()
            },
            409,
            "http.exception",
        ),
        (
            || {
                (
                    StatusCode::CONFLICT,
                    Body::from_stream(stream::poll_fn(|_| -> std::task::Poll<Option<io::Result<Bytes>>> {
                        panic!("{CANARY}")
                    })),
                )
                    .into_response()
            },
            500,
            "internal.error",
        ),
    ] {
        let answer = answered_by(make).await;
        answer.is(status, code);
        assert_eq!(answer.error()["resource_kind"], "thing");
    }
}

#[tokio::test(start_paused = true)]
async fn f60_an_error_body_that_never_ends() {
    let started = tokio::time::Instant::now();
    let answer = answered_by(|| {
        (
            StatusCode::CONFLICT,
            Body::from_stream(stream::pending::<io::Result<Bytes>>()),
        )
    })
    .await;
    answer.is(409, "http.exception");
    assert_eq!(started.elapsed().as_secs(), 2);
}

#[tokio::test]
async fn f60_envelopes_pass_unchanged() {
    let own = serde_json::to_string(&envelope()).unwrap();
    let answer = answered_by(envelope).await;
    assert_eq!((answer.status, answer.text()), (403, &*own));
    // From a service that is not of this crate: JSON that is exactly an envelope of its own status.
    let foreign = answered_by(|| {
        (
            StatusCode::FORBIDDEN,
            axum::Json(serde_json::to_value(envelope()).unwrap()),
        )
    })
    .await;
    assert_eq!(
        foreign.error(),
        serde_json::from_str::<serde_json::Value>(&own).unwrap()["error"]
    );
    foreign.is(403, "auth.insufficient_role");
}

#[tokio::test]
async fn f60_look_alikes_are_replaced() {
    let fakes: [fn() -> Response; 9] = [
        || (StatusCode::FORBIDDEN, serde_json::to_string(&envelope()).unwrap()).into_response(), // text/plain
        || {
            (
                StatusCode::CONFLICT,
                axum::Json(serde_json::to_value(envelope()).unwrap()),
            )
                .into_response()
        }, // another status
        || fake(|error| drop(error.remove("gate"))),
        || fake(|error| drop(error.insert("stack".into(), CANARY.into()))),
        || fake(|error| drop(error.insert("gate".into(), "castle".into()))),
        || fake(|error| drop(error.insert("details".into(), serde_json::json!([])))),
        || fake(|error| drop(error.insert("http_status".into(), "403".into()))),
        || fake(|error| drop(error.insert("code".into(), "".into()))),
        || {
            (
                StatusCode::FORBIDDEN,
                [(header::CONTENT_ENCODING, "gzip")],
                axum::Json(serde_json::to_value(envelope()).unwrap()),
            )
                .into_response()
        },
    ];
    for (n, make) in fakes.into_iter().enumerate() {
        let answer = answered_by(make).await;
        assert_eq!(answer.code(), "http.exception", "{n}");
        assert!(!answer.headers.contains_key(header::CONTENT_ENCODING));
    }
}

fn fake(change: fn(&mut serde_json::Map<String, serde_json::Value>)) -> Response {
    let mut value = serde_json::to_value(envelope()).unwrap();
    change(value["error"].as_object_mut().unwrap());
    (StatusCode::FORBIDDEN, axum::Json(value)).into_response()
}

/// An envelope is taken for one by its type. What was done to its response afterwards must not count.
#[tokio::test]
async fn f60_a_body_put_in_place_of_an_envelope() {
    let own = serde_json::to_string(&envelope()).unwrap();
    let tampered: [fn() -> Response; 5] = [
        || envelope().into_response().map(|_| Body::from(CANARY)),
        || (StatusCode::OK, envelope()).into_response(),
        || ([(header::CONTENT_TYPE, "text/html")], envelope()).into_response(),
        || {
            (
                [(header::CONTENT_ENCODING, "gzip"), (header::ETAG, "\"a\"")],
                envelope(),
            )
                .into_response()
        },
        || ([(header::CONTENT_LENGTH, "3")], envelope()).into_response(),
    ];
    for make in tampered {
        let answer = answered_by(make).await;
        assert_eq!(
            (answer.status, answer.text(), &*answer.code()),
            (403, &*own, "auth.insufficient_role")
        );
        for name in [header::CONTENT_ENCODING, header::ETAG] {
            assert!(!answer.headers.contains_key(&name), "{name}");
        }
        let length = answer
            .headers
            .get(header::CONTENT_LENGTH)
            .map(|length| length.to_str().unwrap().to_owned());
        assert!(length.is_none_or(|length| length == own.len().to_string()));
    }
}

#[tokio::test(start_paused = true)]
async fn f63_a_handler_that_takes_too_long() {
    let (engine, calls) = house();
    let started = tokio::time::Instant::now();
    let answer = send(&engine, request("GET", "/hang")).await;
    answer.is(504, "request.timeout");
    assert_eq!(
        (answer.error()["resource_kind"].as_str(), started.elapsed().as_millis()),
        (Some("thing"), 50)
    );
    assert_eq!(calls.count(), 1);

    struct Dropped(std::sync::Arc<std::sync::atomic::AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    }
    let gone = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = gone.clone();
    let (engine, _) = with_route(
        meta(Method::Get, "/held").timeout(std::time::Duration::from_secs(1)),
        move || async move {
            let _held = Dropped(gone);
            std::future::pending::<()>().await
        },
    );
    send(&engine, request("GET", "/held")).await.is(504, "request.timeout");
    assert!(
        seen.load(std::sync::atomic::Ordering::SeqCst),
        "the handler is given up"
    );
}

/// The deadline is for the head; a stream may go on.
#[tokio::test(start_paused = true)]
async fn f63_a_stream_outlives_the_timeout() {
    let (engine, _) = with_route(
        meta(Method::Get, "/long").timeout(std::time::Duration::from_secs(1)),
        || async {
            Body::from_stream(stream::once(async {
                tokio::time::sleep(std::time::Duration::from_secs(60)).await;
                Ok::<_, io::Error>(Bytes::from_static(b"late"))
            }))
        },
    );
    assert_eq!(send(&engine, request("GET", "/long")).await.text(), "late");
}

#[tokio::test]
async fn f64_accept_is_not_negotiated() {
    let (engine, _) = house();
    for accept in ["text/html", "application/xml", "", "*/*;q=0"] {
        let answer = send(&engine, with(request("GET", "/nowhere"), "accept", accept)).await;
        answer.is(404, "route.not_found");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
}
