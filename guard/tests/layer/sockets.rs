//! What really happens behind a guard on a socket, so that an upgrade of axum or hyper cannot move it unseen.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use futures_util::{StreamExt, stream};
use guard::registry::Engine;
use guard::route::Method;
use guard::testing::{Attacked, Target, attack_names, attacks};
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::house::*;
use crate::support::*;

fn engine() -> Engine {
    let broken = || async {
        let events =
            stream::iter([Ok::<_, std::io::Error>("data: 1\n\n")]).chain(stream::once(async { panic!("canary") }));
        ([("content-type", "text/event-stream")], Body::from_stream(events))
    };
    with_route(meta(Method::Get, "/events"), broken).0
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn serve() -> SocketAddr {
    let (listener, address) = listener().await;
    tokio::spawn(async move { axum::serve(listener, engine().into_make_service()).await });
    address
}

fn target() -> Target {
    let headers = request("GET", "/whoami").headers().clone();
    let target = Target::new("/whoami")
        .json("/claim", r#"{"tenant_id":"t_acme"}"#)
        .patience(Duration::from_secs(2));
    headers.iter().fold(target, |target, (name, value)| {
        target.header(name.as_str(), value.to_str().unwrap())
    })
}

/// Where hyper answers by itself, or in another way than the attack's name says.
const PINNED: [(&str, &[u16], Option<&str>); 21] = [
    ("a03_connect", &[400], Some("validation.error")),
    ("a05_raw_bytes", &[400], Some("validation.error")),
    ("b14_two_hosts", &[400], Some("auth.header_duplicate")),
    ("b15_nul", &[400], None),
    ("b20_length_and_chunks", &[400], Some("validation.error")),
    ("b20_two_lengths", &[400], None),
    ("b20_odd_length", &[400], None),
    ("b20_odd_coding", &[400], None),
    ("b20_folded_header", &[400], None),
    ("b20_space_before_colon", &[400], None),
    ("b20_bad_name", &[400], None),
    ("b20_no_version", &[400], None),
    ("b20_bad_chunk", &[400], Some("validation.error")),
    ("b23_many_headers", &[431], None),
    ("b23_large_headers", &[431], None),
    ("b23_long_target", &[414], None),
    ("c25_duplicate_key", &[400], Some("validation.error")),
    ("c28_expect_without_token", &[401], Some("auth.token_missing")),
    ("http_1_0", &[200], None),
    ("pipelined", &[401, 200], None),
    ("two_requests_one_good_token", &[200, 401], Some("auth.token_missing")),
];

#[tokio::test]
async fn the_corpus_against_the_guard() {
    let (report, attacked) = attacks(serve().await, &target()).await.unwrap();
    for (name, statuses, code) in PINNED {
        let Attacked {
            statuses: seen,
            code: found,
            ..
        } = attacked.iter().find(|attacked| attacked.name == name).unwrap();
        assert_eq!((&**seen, found.as_deref()), (statuses, code), "{name}");
    }
    report.assert_ok();
    assert_eq!(report.outcomes.len(), attack_names().count());
    assert!(report.not_checked.is_empty());
}

/// The crate's own server has narrower limits and the same answers.
#[cfg(feature = "server")]
#[tokio::test]
async fn the_corpus_against_the_guards_own_server() {
    let (listener, address) = listener().await;
    let server = guard::server::Server::new().head_time(Duration::from_millis(200));
    tokio::spawn(server.serve(listener, engine(), std::future::pending()));
    let (report, _) = attacks(address, &target()).await.unwrap();
    report.assert_ok();
    let unfinished = talk(address, &["GET /whoami HTTP/1.1\r\nhost: a\r\nx-mode: sa"]).await;
    assert!(!unfinished.contains(" 200 "), "{unfinished}");
}

/// A server without a guard withstands only what hyper sees to.
#[tokio::test]
async fn the_corpus_against_no_guard() {
    let router = Router::new().fallback(|| async { "everything is fine" });
    let (listener, address) = listener().await;
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (report, attacked) = attacks(address, &target()).await.unwrap();
    let withstood: Vec<_> = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.failure.is_none())
        .map(|outcome| outcome.check)
        .collect();
    assert_eq!(
        withstood,
        [
            "good_request",
            "good_json",
            "a11_original_url",
            "b15_nul",
            "b17_upper_case",
            "b19_same_authority",
            "b20_length_and_chunks",
            "b20_two_lengths",
            "b20_odd_length",
            "b20_odd_coding",
            "b20_folded_header",
            "b20_space_before_colon",
            "b20_bad_name",
            "b20_no_version",
            "b23_many_headers",
            "b23_large_headers",
            "b23_long_target",
            "c25_duplicate_key",
            "d40_scheme_case",
            "http_1_0",
        ]
    );
    let length_and_chunks = attacked
        .iter()
        .find(|attacked| attacked.name == "b20_length_and_chunks")
        .unwrap();
    assert_eq!(length_and_chunks.statuses, [200], "taken as chunks, and closed after");
}

#[tokio::test]
async fn a_target_without_json_says_what_was_not_sent() {
    let (report, _) = attacks(
        serve().await,
        &Target::new("/ops/status").patience(Duration::from_millis(500)),
    )
    .await
    .unwrap();
    assert!(!report.is_ok(), "an open route withstands nothing");
    assert!(
        report.not_checked.iter().any(|not| not.subject == "good_json"),
        "{report}"
    );
}

async fn talk(address: SocketAddr, parts: &[&str]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut text = Vec::new();
    for part in parts {
        let _ = stream.write_all(part.as_bytes()).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let _ = tokio::time::timeout(Duration::from_millis(500), stream.read_to_end(&mut text)).await;
    String::from_utf8_lossy(&text).into_owned()
}

fn head(line: &str, more: &str) -> String {
    let mut head = format!("{line} HTTP/1.1\r\nhost: a\r\n{more}");
    for (name, value) in request("GET", "/").headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    head + "\r\n"
}

/// axum 0.8 has no timeout for a head: `guard::serve` or a proxy has to see to it.
#[tokio::test]
async fn an_unfinished_head_is_not_answered() {
    assert_eq!(
        talk(serve().await, &["GET /whoami HTTP/1.1\r\nhost: a\r\nx-mode: sa"]).await,
        ""
    );
}

/// HTTP/1.1 demands a Host. hyper does not, and nothing of the guard's depends on it.
#[tokio::test]
async fn no_host() {
    let without = head("GET /whoami", "connection: close\r\n").replace("host: a\r\n", "");
    assert!(
        talk(serve().await, &[&without])
            .await
            .starts_with("HTTP/1.1 200 OK\r\n")
    );
}

#[tokio::test]
async fn c28_continue_is_said_after_the_decision() {
    let address = serve().await;
    let more = "connection: close\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: 2\r\n";
    let answer = talk(address, &[&head("POST /claim", more), "{}"]).await;
    assert!(
        answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"),
        "{answer}"
    );
    let refused = head("POST /claim", more).replace("saas", "prod");
    let answer = talk(address, &[&refused]).await;
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
}

/// A body that was refused unread must not be taken for the next request.
#[tokio::test]
async fn c29_a_refused_body_is_no_request() {
    let address = serve().await;
    let hidden = head("GET /whoami", "");
    let more = format!(
        "content-type: application/json\r\ncontent-length: {}\r\n",
        5_000 + hidden.len()
    );
    let answer = talk(address, &[&head("POST /claim", &more), &hidden]).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    // What is there already is read to its end, and the connection goes on; what is not is not waited for.
    let refused = head("POST /echo", "content-length: 2\r\n").replace("saas", "prod");
    let last = head("GET /whoami", "connection: close\r\n");
    let answer = talk(address, &[&format!("{refused}{{}}"), &last]).await;
    assert!(
        answer.starts_with("HTTP/1.1 400 ") && answer.contains("HTTP/1.1 200 OK"),
        "{answer}"
    );
    let answer = talk(address, &[&refused, "{}", &last]).await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
}

#[tokio::test]
async fn f61_head_has_no_body_on_the_wire() {
    let address = serve().await;
    for (line, status) in [
        ("HEAD /whoami", "200 OK"),
        ("HEAD /nowhere", "404 Not Found"),
        ("HEAD /hang", "504 Gateway Timeout"),
    ] {
        let answer = talk(address, &[&head(line, "connection: close\r\n")]).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}\r\n")) && answer.ends_with("\r\n\r\n"),
            "{answer}"
        );
        assert_eq!(answer.matches("\r\n\r\n").count(), 1, "{answer}");
        assert!(answer.contains("x-request-id: "));
    }
}

#[tokio::test]
async fn f59_a_panic_in_a_stream_ends_it_with_an_envelope() {
    let answer = talk(serve().await, &[&head("GET /events", "connection: close\r\n")]).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("data: 1\n\n")
            && answer.contains("event: error\ndata: {\"error\":{\"code\":\"internal.error\""),
        "{answer}"
    );
    assert!(
        answer.ends_with("0\r\n\r\n") && !answer.contains("canary"),
        "whole: {answer}"
    );
}

async fn h2(address: SocketAddr, request: Request<Empty<bytes::Bytes>>) -> Answer {
    let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
        .await
        .unwrap();
    tokio::spawn(connection);
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

#[tokio::test]
async fn b17_over_http_2() {
    let address = serve().await;
    let good = |path: &str| request("GET", &format!("http://a{path}")).map(|_| Empty::new());
    let answer = h2(address, good("/whoami")).await;
    assert_eq!(
        (answer.status, answer.headers.contains_key("x-request-id")),
        (200, true)
    );
    h2(address, good("/nowhere")).await.is(404, "route.not_found");
    h2(address, good("//whoami")).await.is(400, "validation.error");
    for (name, value, status, code) in [
        ("x-tenant-id", "t_other", 400, "auth.header_duplicate"),
        ("x_app_id", "a", 400, "auth.app_invalid"),
        ("x-env", "prod", 400, "auth.env_forbidden"),
        ("host", "evil", 400, "validation.error"),
    ] {
        let mut request = good("/whoami");
        request.headers_mut().append(name, value.parse().unwrap());
        h2(address, request).await.is(status, code);
    }
    let mut same = good("/whoami");
    same.headers_mut().insert("host", "a".parse().unwrap());
    assert_eq!(h2(address, same).await.status, 200);
    let mut anonymous = good("/whoami");
    anonymous.headers_mut().remove("authorization");
    h2(address, anonymous).await.is(401, "auth.token_missing");
}
