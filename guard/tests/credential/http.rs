//! A JWKS document over a real socket.
#![cfg(feature = "jwks-http")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use guard::credential::jwks::{HttpJwks, Jwks, JwksError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::*;

/// Answers every connection with these bytes, counts them, and keeps the connection open if told to.
async fn serve(answer: String, hold: bool) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&served);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let _ = socket.read(&mut head).await;
                let _ = socket.write_all(answer.as_bytes()).await;
                if hold {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    (address, served)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn load(address: SocketAddr) -> Result<(), JwksError> {
    let source = HttpJwks::new(&format!("http://{address}/jwks.json?key=canary")).unwrap();
    let jwks = Jwks::builder(source)
        .timeout(Duration::from_millis(500))
        .max_bytes(10_000)
        .build()
        .unwrap();
    jwks.load().await
}

/// The whole chain of causes.
fn shown(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn a_document_is_fetched() {
    let (address, served) = serve(answer("200 OK", "", &document(&[ED.jwk("k")])), false).await;
    load(address).await.unwrap();
    assert_eq!(served.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn anything_but_200_is_refused_and_no_redirect_followed() {
    let (target, reached) = serve(answer("200 OK", "", &document(&[ED.jwk("k")])), false).await;
    for status in [
        "301 Moved",
        "302 Found",
        "307 Temporary Redirect",
        "404 Not Found",
        "500 Oops",
        "206 Partial Content",
    ] {
        let location = format!("location: http://{target}/\r\n");
        let (address, _) = serve(answer(status, &location, &document(&[ED.jwk("k")])), false).await;
        let error = load(address).await.unwrap_err();
        assert!(shown(&error).contains(&status[..3]), "{}", shown(&error));
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_document_is_bounded_while_it_streams() {
    // Endless by its chunks: only the bound ends it before the timeout.
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    let endless = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}",
        chunk.repeat(4)
    );
    let (address, _) = serve(endless, true).await;
    let error = load(address).await.unwrap_err();
    assert!(shown(&error).contains("too large"), "{}", shown(&error));
}

#[tokio::test]
async fn a_server_that_stalls_times_out() {
    let (address, _) = serve("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{".into(), true).await;
    assert!(matches!(load(address).await, Err(JwksError::Timeout)));
}

#[tokio::test]
async fn an_error_does_not_quote_the_url() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = load(address).await.unwrap_err();
    assert!(
        !shown(&error).contains("canary") && !format!("{error:?}").contains("canary"),
        "{error:?}"
    );
}
