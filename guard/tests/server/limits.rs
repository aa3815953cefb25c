//! Time and numbers.

use std::time::{Duration, Instant};

use guard::server::Server;
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use crate::support::*;

const SHORT: Duration = Duration::from_millis(300);

/// Whether what was sent so far gets the connection closed, and not at once.
async fn closed_in_time(sent: &[u8]) {
    let running = start(Server::new().head_time(SHORT)).await;
    let began = Instant::now();
    let mut stream = running.connect().await;
    stream.write_all(sent).await.unwrap();
    let answer = answers(&mut stream).await;
    let took = began.elapsed();
    assert_eq!(answer, "", "closed, and not answered");
    assert!(took >= SHORT - Duration::from_millis(50), "{took:?}");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_closed() {
    // The second and the third could still become HTTP/2.
    for sent in [
        &b""[..],
        b"P",
        b"PRI * HTTP/2.0\r\n",
        b"G",
        b"GET /a HTTP/1.1\r\nhost: a\r\n",
    ] {
        closed_in_time(sent).await;
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let running = start(Server::new().head_time(SHORT)).await;
    let mut stream = running.connect().await;
    stream
        .write_all(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    patient(running.entered.notified()).await;
    sleep(SHORT * 3).await;
    running.go_on.notify_one();
    assert!(one_answer(&mut stream).await.ends_with("GET /wait 1 0"));
    assert_eq!(answers(&mut stream).await, "", "then it is idle");
}

#[tokio::test]
async fn connections_beyond_the_most_wait() {
    let running = start(Server::new().connections(1)).await;
    let mut first = running.connect().await;
    first.write_all(b"GET /a HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    one_answer(&mut first).await;
    let mut second = running.connect().await;
    second.write_all(b"GET /b HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let early = timeout(SHORT, one_answer(&mut second)).await;
    assert!(early.is_err(), "the first one holds the only place");
    drop(first);
    assert!(one_answer(&mut second).await.ends_with("GET /b 1 0"));
}

#[tokio::test]
async fn the_number_of_headers_is_a_setting() {
    let running = start(Server::new().headers(3)).await;
    let with = |more: &str| format!("GET /a HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: a\r\n{more}\r\n");
    assert!(exchange(&running, with("").as_bytes()).await.ends_with("GET /a 3 0"));
    let answer = exchange(&running, with("y: a\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn the_size_of_a_head_is_a_setting() {
    let running = start(Server::new().head_bytes(0)).await;
    let with = |bytes| {
        format!(
            "GET /a HTTP/1.1\r\nconnection: close\r\nx: {}\r\n\r\n",
            "a".repeat(bytes)
        )
    };
    let answer = exchange(&running, with(4 * 1024).as_bytes()).await;
    assert!(answer.ends_with("GET /a 2 0"), "8 KiB at least: {answer}");
    let answer = exchange(&running, with(64 * 1024).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}
