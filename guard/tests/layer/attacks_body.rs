//! Section C: bodies.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::stream;
use guard::layer::Limits;
use guard::route::Method;
use http::Request;

use crate::house::*;
use crate::support::*;

const GOOD: &str = r#"{"tenant_id":"t_acme","mode":"saas","project_id":"launch","app_id":"studio","user_id":"u_1","x":[1,{"tenant_id":"t_x"}]}"#;

fn claim(body: &str) -> Request<Body> {
    with_json(request("POST", "/claim"), body)
}

fn chunks(chunk: &'static str, count: usize) -> Body {
    Body::from_stream(stream::iter(
        (0..count).map(move |_| Ok::<_, std::io::Error>(Bytes::from_static(chunk.as_bytes()))),
    ))
}

/// A body that sends a byte whenever it is asked, with a pause, and never ends.
fn endless(pause: Duration) -> Body {
    Body::from_stream(stream::unfold((), move |()| async move {
        tokio::time::sleep(pause).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
    }))
}

#[tokio::test]
async fn c24_only_declared_routes_are_read() {
    let (engine, calls) = house();
    assert_eq!(send(&engine, claim(GOOD)).await.text(), GOOD, "the same bytes");
    let undeclared = with_json(request("POST", "/echo"), r#"{"tenant_id":"t_other""#);
    assert_eq!(send(&engine, undeclared).await.text(), r#"{"tenant_id":"t_other""#);
    assert_eq!(calls.count(), 2);
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "text/json",
        "",
    ] {
        let answer = send(&engine, with(claim(GOOD), "content-type", kind)).await;
        answer.is(415, "request.unsupported_media_type");
        assert_eq!(answer.error()["resource_kind"], "thing");
    }
    send(&engine, without(claim(GOOD), "content-type"))
        .await
        .is(415, "request.unsupported_media_type");
    assert_eq!(calls.count(), 2);
    for kind in [
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/merge-patch+json",
    ] {
        assert_eq!(
            send(&engine, with(claim(GOOD), "content-type", kind)).await.status,
            200,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn c24_the_caps_hold() {
    let (engine, calls) = house();
    // Announced, and streamed; compared and not.
    for (path, over) in [
        ("/claim", "1001"),
        ("/echo", "2001"),
        ("/tiny", "9"),
        ("/ops/status", "2001"),
        ("/act", "18446744073709551615"),
    ] {
        let method = if path == "/ops/status" { "GET" } else { "POST" };
        let request = with(with_json(request(method, path), ""), "content-length", over);
        send(&engine, request).await.is(413, "request.too_large");
    }
    assert_eq!(calls.count(), 0);
    let streamed = |path: &str, body: Body| with_json(request("POST", path), "").map(|_| body);
    for (path, chunk, count) in [
        ("/claim", "          ", 101),
        ("/echo", "          ", 201),
        ("/tiny", "123", 3),
        ("/auth/login", "          ", 201),
    ] {
        send(&engine, streamed(path, chunks(chunk, count)))
            .await
            .is(413, "request.too_large");
    }
    assert_eq!(calls.count(), 0);
    let exact = format!("{GOOD}{}", " ".repeat(1_000 - GOOD.len()));
    assert_eq!(send(&engine, claim(&exact)).await.status, 200);
    assert_eq!(
        send(&engine, streamed("/echo", chunks("          ", 200)))
            .await
            .body
            .len(),
        2_000
    );
    assert_eq!(
        send(&engine, streamed("/tiny", chunks("1234", 2))).await.text(),
        "12341234"
    );
    assert_eq!(
        send(
            &engine,
            with(streamed("/tiny", chunks("1234", 2)), "content-length", "8")
        )
        .await
        .status,
        200
    );
}

/// axum's own limit is 2 MiB; a route's may be more, and is then the only one.
#[tokio::test]
async fn c24_a_route_may_take_more_than_axum_does() {
    let large = meta(Method::Post, "/large").body_limit(3 << 20);
    let (engine, _) = with_route(large, |body: Bytes| async move { body.len().to_string() });
    let post = |size: usize| request("POST", "/large").map(|_| Body::from(vec![b' '; size]));
    assert_eq!(send(&engine, post(5 << 19)).await.text(), (5 << 19).to_string());
    send(&engine, post((3 << 20) + 1)).await.is(413, "request.too_large");
}

#[tokio::test]
async fn c24_the_body_is_read_after_the_credential_and_the_membership() {
    let (engine, calls) = house();
    let never = || {
        Body::from_stream(stream::poll_fn(
            |_| -> std::task::Poll<Option<Result<Bytes, std::io::Error>>> { panic!("was read") },
        ))
    };
    let unread = |request: Request<Body>| request.map(|_| never());
    for (request, status, code) in [
        (without(claim(""), "authorization"), 401, "auth.token_missing"),
        (without(claim(""), "x-app-id"), 400, "auth.app_missing"),
        (with(claim(""), "x-tenant-id", "t_other"), 403, "auth.tenant_mismatch"),
        (
            with(claim(""), "content-encoding", "gzip"),
            415,
            "request.unsupported_media_type",
        ),
        (
            with_json(request("POST", "/claim?mode=lab"), ""),
            400,
            "auth.context_mismatch",
        ),
    ] {
        send(&engine, unread(request)).await.is(status, code);
    }
    assert_eq!(calls.count(), 0);
    send(&engine, unread(claim(""))).await.is(500, "internal.error");
}

/// A held body gives its room back when the handler has taken it; until then the next one waits, within its timeout.
#[tokio::test(start_paused = true)]
async fn c24_the_budget_of_compared_bodies() {
    let settings = settings().limits(
        Limits::default()
            .compared_body(1_000)
            .compared_bodies(1_000)
            .timeout(Duration::from_secs(1)),
    );
    let (engine, calls) = house_with(settings, Vec::new());
    let slow = |engine: guard::registry::Engine| async move {
        send(&engine, claim("").map(|_| endless(Duration::from_millis(10)))).await
    };
    let first = tokio::spawn(slow(engine.clone()));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let second = send(&engine, claim(GOOD)).await;
    first.await.unwrap().is(504, "request.timeout");
    // It waited for room, which the first gave back when it was given up, in time for this one or not.
    assert!([200, 504].contains(&second.status), "{}", second.text());
    for _ in 0..10 {
        assert_eq!(send(&engine, claim(GOOD)).await.status, 200, "nothing leaks");
    }
    assert!(calls.count() >= 10);
}

#[tokio::test]
async fn c25_duplicate_json_key() {
    let (engine, calls) = house();
    for body in [
        r#"{"tenant_id":"t_acme","tenant_id":"t_acme"}"#,
        r#"{"tenant_id":"t_acme","tenant_id":"t_other"}"#,
        r#"{"tenant_id":"t_acme","tenant\u005fid":"t_other"}"#,
        r#"{"user_id":"u_1","\u0075ser_id":"u_1"}"#,
    ] {
        send(&engine, claim(body)).await.is(400, "validation.error");
    }
    assert_eq!(calls.count(), 0);
    assert_eq!(
        send(&engine, claim(r#"{"tenant\u005fid":"t_\u0061cme"}"#)).await.status,
        200
    );
    send(&engine, claim(r#"{"tenant\u005fid":"t_other"}"#))
        .await
        .is(400, "auth.context_mismatch");
}

#[tokio::test]
async fn c25_documents_that_two_parsers_read_in_two_ways() {
    let (engine, calls) = house();
    let bomb = format!(r#"{{"a":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    let bodies: [&[u8]; 14] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\"t_acme\"",
        br#"["t_acme"]"#,
        br#"{"a":1} {}"#,
        br#"{"a":1}x"#,
        "\u{feff}{}".as_bytes(),
        b"\xff\xfe{\0}\0",
        br#"{"a":1,}"#,
        br#"{'a':1}"#,
        br#"{"a":/**/1}"#,
        b"{\"a\":\"\xff\"}",
    ];
    for body in bodies.into_iter().chain([bomb.as_bytes()]) {
        let request = claim("").map(|_| Body::from(body.to_vec()));
        let answer = send(&engine, request).await;
        answer.is(400, "validation.error");
        assert_eq!(answer.error()["details"]["errors"][0]["type"], "json_invalid");
        assert_eq!(answer.error()["resource_kind"], "thing");
    }
    assert_eq!(calls.count(), 0);
    let nested = format!(r#"{{"a":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    assert_eq!(send(&engine, claim(&nested)).await.status, 200);
}

#[tokio::test]
async fn c25_every_declared_field_is_compared() {
    let (engine, calls) = house();
    for field in ["tenant_id", "mode", "project_id", "app_id", "surface_id", "user_id"] {
        for value in ["\"other\"", "\"\"", "1", "true", "[\"t_acme\"]", "{}", "\"SAAS\""] {
            let answer = send(&engine, claim(&format!(r#"{{"{field}":{value}}}"#))).await;
            answer.is(400, "auth.context_mismatch");
            assert_eq!(answer.error()["details"]["field"], field);
            assert_eq!(answer.error()["details"]["in"], "body");
        }
        assert_eq!(
            send(&engine, claim(&format!(r#"{{"{field}":null}}"#))).await.status,
            200,
            "left out"
        );
    }
    assert_eq!(calls.count(), 6);
}

#[tokio::test]
async fn c26_compressed_bodies() {
    let (engine, calls) = house();
    for encoding in ["gzip", "br", "zstd", "identity", ""] {
        let answer = send(&engine, with(claim(GOOD), "content-encoding", encoding)).await;
        answer.is(415, "request.unsupported_media_type");
    }
    assert_eq!(calls.count(), 0);
    // Where nothing is compared the bytes are the handler's business.
    assert_eq!(
        send(&engine, with(request("POST", "/echo"), "content-encoding", "gzip"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn c27_form_fields_are_refused_where_fields_are_declared() {
    let (engine, calls) = house();
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "tenant_id=t_other"),
        (
            "multipart/form-data; boundary=b",
            "--b\r\ncontent-disposition: form-data; name=\"tenant_id\"\r\n\r\nt_other\r\n--b--",
        ),
    ] {
        send(&engine, with(claim(body), "content-type", kind))
            .await
            .is(415, "request.unsupported_media_type");
    }
    assert_eq!(calls.count(), 0);
}

/// A deadline, not an idle timer: a byte now and then does not move it.
#[tokio::test(start_paused = true)]
async fn c28_slow_and_endless_bodies() {
    let (engine, calls) = house();
    let started = tokio::time::Instant::now();
    send(&engine, claim("").map(|_| endless(Duration::from_secs(4))))
        .await
        .is(504, "request.timeout");
    assert_eq!(started.elapsed(), Duration::from_secs(30));
    let started = tokio::time::Instant::now();
    send(
        &engine,
        request("POST", "/echo").map(|_| endless(Duration::from_secs(4))),
    )
    .await
    .is(504, "request.timeout");
    assert_eq!(
        started.elapsed(),
        Duration::from_secs(30),
        "a handler's own reading is bounded too"
    );
    send(&engine, claim("").map(|_| endless(Duration::ZERO)))
        .await
        .is(413, "request.too_large");
    assert_eq!(calls.count(), 0);
}

#[tokio::test]
async fn c28_a_body_that_breaks_off() {
    let (engine, calls) = house();
    let broken = || {
        Body::from_stream(stream::iter([
            Ok(Bytes::from_static(b"{")),
            Err(std::io::Error::other("canary")),
        ]))
    };
    let answer = send(&engine, claim("").map(|_| broken())).await;
    answer.is(400, "validation.error");
    assert!(!answer.text().contains("canary"));
    let answer = send(&engine, request("POST", "/echo").map(|_| broken())).await;
    assert_eq!(answer.status, 400);
    assert!(!answer.text().contains("canary"), "{}", answer.text());
    answer.code();
    assert_eq!(calls.count(), 0);
}
