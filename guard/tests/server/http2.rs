//! HTTP/2 in the clear, with prior knowledge.

use axum::body::Body;
use guard::server::Server;
use http::{Request, Version};
use http_body_util::BodyExt;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::support::*;

pub(crate) async fn client(running: &Running) -> SendRequest<Body> {
    let io = TokioIo::new(running.connect().await);
    let (sender, connection) = patient(http2::handshake(TokioExecutor::new(), io)).await.unwrap();
    tokio::spawn(connection);
    sender
}

pub(crate) async fn send(sender: &mut SendRequest<Body>, path: &str) -> Result<(u16, String), hyper::Error> {
    let request = Request::get(format!("http://a{path}")).body(Body::empty()).unwrap();
    sender.ready().await?;
    let response = patient(sender.send_request(request)).await?;
    assert_eq!(response.version(), Version::HTTP_2);
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

#[tokio::test]
async fn requests_beside_each_other() {
    let running = start(Server::new()).await;
    let mut sender = client(&running).await;
    let mut waiting = sender.clone();
    let waiting = tokio::spawn(async move { send(&mut waiting, "/wait").await });
    patient(running.entered.notified()).await;
    assert_eq!(send(&mut sender, "/a").await.unwrap(), (200, "GET /a 0 0".to_owned()));
    running.go_on.notify_one();
    assert_eq!(waiting.await.unwrap().unwrap().1, "GET /wait 0 0");
}

#[tokio::test]
async fn a_head_that_is_too_large() {
    let running = start(Server::new().head_bytes(16 * 1024)).await;
    for (kilobytes, status) in [(15, Some(200)), (17, Some(431)), (200, None)] {
        let mut sender = client(&running).await;
        let request = Request::get("http://a/a").header("x", "a".repeat(kilobytes * 1024));
        let answer = patient(sender.send_request(request.body(Body::empty()).unwrap())).await;
        let answer = answer.ok().map(|response| response.status().as_u16());
        assert_eq!(answer, status, "{kilobytes} KiB");
    }
    assert_eq!(
        send(&mut client(&running).await, "/b").await.unwrap().0,
        200,
        "others are served"
    );
}
