//! HTTP/1.1, and what hyper answers alone.

use guard::server::Server;
use tokio::io::AsyncWriteExt;

use crate::support::*;

#[tokio::test]
async fn requests_on_one_connection() {
    let running = start(Server::new()).await;
    let mut stream = running.connect().await;
    for _ in 0..3 {
        stream.write_all(b"GET /a HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let answer = one_answer(&mut stream).await;
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("GET /a 1 0"),
            "{answer}"
        );
    }
    let body =
        b"POST /b HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    stream.write_all(body).await.unwrap();
    assert!(answers(&mut stream).await.ends_with("POST /b 3 3"));
}

#[tokio::test]
async fn a_request_may_come_byte_by_byte() {
    let running = start(Server::new()).await;
    let mut stream = running.connect().await;
    for byte in b"PRINT /a HTTP/1.1\r\nhost: a\r\n\r\n" {
        stream.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(
        one_answer(&mut stream).await.ends_with("PRINT /a 1 0"),
        "it began like HTTP/2"
    );
}

/// The contract's only exceptions, pinned here so that an upgrade of hyper cannot move them unseen.
#[tokio::test]
async fn what_hyper_answers_alone() {
    let running = start(Server::new().head_bytes(128 * 1024)).await;
    let many: String = (0..200).map(|n| format!("x-{n}: a\r\n")).collect();
    for (request, status) in [
        ("GET /a\r\n\r\n".to_owned(), "400"),
        ("GET /a HTTP/1.1\r\nhost: a\r\nx: a\r\n b\r\n\r\n".to_owned(), "400"),
        ("GET /a HTTP/1.1\r\nhost: a\r\nx y: a\r\n\r\n".to_owned(), "400"),
        ("GET /a HTTP/1.1\r\nhost : a\r\n\r\n".to_owned(), "400"),
        (
            "GET /a HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n".to_owned(),
            "400",
        ),
        (
            "GET /a HTTP/1.1\r\ntransfer-encoding: chunked, x\r\n\r\n".to_owned(),
            "400",
        ),
        ("\u{0}\u{1}\u{2}\r\n\r\n".to_owned(), "400"),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(65_534)), "414"),
        (format!("GET /a HTTP/1.1\r\n{many}\r\n"), "431"),
        (
            format!("GET /a HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(200 * 1024)),
            "431",
        ),
    ] {
        let answer = exchange(&running, request.as_bytes()).await;
        let shown: String = request.chars().take(60).collect();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{shown:?}: {answer:?}"
        );
        assert!(answer.contains("content-length: 0\r\n"), "{shown:?}: {answer:?}");
    }
}

#[tokio::test]
async fn two_lengths_are_never_two_requests() {
    let running = start(Server::new()).await;
    let smuggled = b"POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n\
        0\r\n\r\nGET /b HTTP/1.1\r\nhost: a\r\n\r\n";
    let answer = exchange(&running, smuggled).await;
    assert!(!answer.contains("/b"), "{answer}");
}

#[tokio::test]
async fn no_upgrade_to_http2() {
    let running = start(Server::new()).await;
    let request = b"GET /a HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\n\
        http2-settings: AAMAAABkAAQAAP__\r\n\r\n";
    let mut stream = running.connect().await;
    stream.write_all(request).await.unwrap();
    assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
}
