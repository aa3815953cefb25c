//! The end.

use std::time::{Duration, Instant};

use guard::server::Server;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::http2;
use crate::support::*;

#[tokio::test]
async fn what_is_in_flight_is_finished_and_nothing_else_begins() {
    let running = start(Server::new()).await;
    let mut idle = running.connect().await;
    idle.write_all(b"GET /a HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    one_answer(&mut idle).await;
    let mut busy = running.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    patient(running.entered.notified()).await;

    running.stop();
    assert_eq!(answers(&mut idle).await, "", "an idle connection is closed at once");
    assert!(TcpStream::connect(running.address).await.is_err(), "nobody is accepted");
    running.go_on.notify_one();
    let answer = answers(&mut busy).await;
    assert!(
        answer.contains("connection: close") && answer.ends_with("GET /wait 1 0"),
        "{answer}"
    );
    assert_eq!(running.ended().await.cut, 0);
}

#[tokio::test]
async fn over_http2_too() {
    let running = start(Server::new()).await;
    let mut sender = http2::client(&running).await;
    let mut waiting = sender.clone();
    let waiting = tokio::spawn(async move { http2::send(&mut waiting, "/wait").await });
    patient(running.entered.notified()).await;
    running.stop();
    running.go_on.notify_one();
    assert_eq!(waiting.await.unwrap().unwrap().1, "GET /wait 0 0");
    assert!(http2::send(&mut sender, "/a").await.is_err(), "the connection is gone");
    assert_eq!(running.ended().await.cut, 0);
}

#[tokio::test]
async fn what_takes_too_long_is_cut() {
    let running = start(Server::new().drain(Duration::from_millis(200))).await;
    let mut busy = running.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    patient(running.entered.notified()).await;
    let mut silent = running.connect().await;
    silent.write_all(b"PRI").await.unwrap();
    let began = Instant::now();
    running.stop();
    assert_eq!(answers(&mut busy).await, "", "cut, and not answered");
    assert_eq!(running.ended().await.cut, 1);
    assert!(began.elapsed() >= Duration::from_millis(200));
}
