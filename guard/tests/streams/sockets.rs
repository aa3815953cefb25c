//! Streams over real sockets.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use guard::context::Mode;
use guard::server::{Drained, Server};
use guard::store::{EventLog, NewEvent};
use guard::stream::Streams;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::support::*;

const PATIENCE: Duration = Duration::from_secs(10);

/// A server, its address, what ends it, and how it ended.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    end: oneshot::Sender<()>,
    ended: JoinHandle<Drained>,
}

impl Served {
    pub(crate) async fn end(self) -> Drained {
        self.end.send(()).unwrap();
        timeout(PATIENCE, self.ended).await.unwrap().unwrap()
    }
}

pub(crate) async fn serve(server: Server, engine: guard::registry::Engine) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ends) = oneshot::channel::<()>();
    let ended = tokio::spawn(server.serve(listener, engine, async {
        let _ = ends.await;
    }));
    Served { address, end, ended }
}

/// The head of a request, with every good header.
fn head(path: &str, more: &str) -> String {
    let mut head = format!("GET {path} HTTP/1.1\r\nhost: a\r\n");
    for (name, value) in get(path).headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    format!("{head}{more}\r\n")
}

async fn connect(address: SocketAddr, head: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    socket
}

/// Reads until this is there, or the end.
async fn read_until(socket: &mut TcpStream, wanted: &str) -> String {
    let mut text = String::new();
    let mut buffer = vec![0; 16 * 1024];
    while !text.contains(wanted) {
        let read = timeout(PATIENCE, socket.read(&mut buffer))
            .await
            .unwrap_or_else(|_| panic!("no {wanted:?} in {text}"));
        match read.unwrap() {
            0 => break,
            read => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
        }
    }
    text
}

async fn open_streams(streams: &Streams, count: usize) {
    let reached = timeout(PATIENCE, async {
        while streams.open() != count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(reached.await.is_ok(), "{} streams are open", streams.open());
}

#[tokio::test]
async fn e51_a_cursor_is_judged_before_the_head_on_the_wire() {
    let house = House::default();
    let streams = house.streams().build();
    let served = serve(Server::new(), house.engine(&streams)).await;
    let ids = publish(&streams, &stream("chat", "th_1"), 0..3).await;
    let unknown = "last-event-id: 0000000000000001-0000000000000001\r\nconnection: close\r\n";
    let mut socket = connect(served.address, &head("/sse/chat/th_1", unknown)).await;
    let answer = read_until(&mut socket, "\u{0}").await;
    assert!(
        answer.starts_with("HTTP/1.1 410 Gone\r\n") && answer.contains("chat.cursor_invalid"),
        "{answer}"
    );
    assert!(!answer.contains("text/event-stream"), "{answer}");

    // Header and query both, and different: the header.
    let path = format!("/sse/chat/th_1?last_event_id={}", ids[0]);
    let mut socket = connect(served.address, &head(&path, &format!("last-event-id: {}\r\n", ids[1]))).await;
    let answer = read_until(&mut socket, "\"number\":2").await;
    assert!(!answer.contains("\"number\":1"), "{answer}");

    // One that no parser of heads takes never becomes a request; a shorter one is a cursor like any other.
    let huge = format!("last-event-id: {}\r\nconnection: close\r\n", "9".repeat(40_000));
    let mut socket = connect(served.address, &head("/sse/chat/th_1", &huge)).await;
    assert!(read_until(&mut socket, "\u{0}").await.starts_with("HTTP/1.1 431 "));
    let large = format!("last-event-id: {}\r\nconnection: close\r\n", "9".repeat(10_000));
    let mut socket = connect(served.address, &head("/sse/chat/th_1", &large)).await;
    assert!(read_until(&mut socket, "\u{0}").await.starts_with("HTTP/1.1 410 "));
}

#[tokio::test]
async fn lines_in_data_are_no_lines_of_the_stream() {
    let house = House::default();
    let streams = house.streams().build();
    let served = serve(Server::new(), house.engine(&streams)).await;
    let thread = stream("chat", "from_start");
    let body = "{\r\n\"type\":\"x\\nid: forged\",\r\n\"data\":{\"text\":\"a\\r\\nevent: error\\n\\ndata: b\"}\r\n}";
    let event = NewEvent {
        at_ms: 0,
        body: body.to_owned(),
    };
    house.log.append(&thread, vec![event]).await.unwrap();
    let mut socket = connect(served.address, &head("/sse/chat/from_start", "")).await;
    let answer = read_until(&mut socket, "data: b").await;
    let lines: Vec<&str> = answer
        .lines()
        .filter(|line| line.starts_with("id:") || line.starts_with("event:"))
        .collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!((lines[0], lines[2]), ("event: resume_cursor", "event: message"));
    assert!(lines[1].starts_with("id: 0000000000000001-"));
}

#[tokio::test]
async fn a_client_that_goes_frees_its_stream_and_one_that_only_stops_sending_keeps_it() {
    let house = House::default();
    let streams = house.streams().build();
    let served = serve(Server::new(), house.engine(&streams)).await;
    let thread = stream("chat", "th_1");
    let mut half_closed = connect(served.address, &head("/sse/chat/th_1", "")).await;
    let mut leaving = connect(served.address, &head("/sse/chat/th_1", "")).await;
    for socket in [&mut half_closed, &mut leaving] {
        read_until(socket, "retry: ").await;
    }
    open_streams(&streams, 2).await;
    drop(leaving);
    open_streams(&streams, 1).await;
    // hyper takes the end of what is sent for the end of the client, unless it is told otherwise: the stream ends, and its
    // room is free.
    half_closed.shutdown().await.unwrap();
    publish(&streams, &thread, 0..1).await;
    open_streams(&streams, 0).await;
}

#[tokio::test]
async fn e46_a_client_that_reads_nothing_is_cut() {
    let house = House::default();
    let streams = house.streams().build();
    let server = Server::new().write_time(Duration::from_millis(300));
    let served = serve(server, house.engine(&streams)).await;
    let thread = stream("chat", "th_1");
    let small = TcpSocket::new_v4().unwrap();
    small.set_recv_buffer_size(4 * 1024).unwrap();
    let mut socket = small.connect(served.address).await.unwrap();
    socket.write_all(head("/sse/chat/th_1", "").as_bytes()).await.unwrap();
    open_streams(&streams, 1).await;
    let large = "x".repeat(200 * 1024);
    for _ in 0..40 {
        let body = format!("{{\"text\":\"{large}\"}}");
        house
            .log
            .append(&thread, vec![NewEvent { at_ms: 0, body }])
            .await
            .unwrap();
    }
    let begun = Instant::now();
    open_streams(&streams, 0).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    drop(socket);
}

#[tokio::test]
async fn e55_a_server_that_ends_tells_its_streams() {
    let house = House::default();
    let streams = house.streams().build();
    let server = Server::new().streams_of(&streams);
    let served = serve(server, house.engine(&streams)).await;
    let ids = publish(&streams, &stream("chat", "th_1"), 0..2).await;
    let cursor = format!("last-event-id: {}\r\n", ids[0]);
    let mut socket = connect(served.address, &head("/sse/chat/th_1", &cursor)).await;
    read_until(&mut socket, "\"number\":1").await;
    let begun = Instant::now();
    let drained = served.end().await;
    assert_eq!(drained.cut, 0);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let last = read_until(&mut socket, "\u{0}").await;
    assert!(
        last.contains("retry: ") && last.contains("event: stream_end\ndata: {\"cursor\":\""),
        "{last}"
    );
    assert!(last.ends_with("0\r\n\r\n"), "whole: {last}");
}

#[tokio::test]
async fn a_stream_resumes_after_a_restart() {
    let house = House::default();
    let streams = house.streams().build();
    let served = serve(Server::new().streams_of(&streams), house.engine(&streams)).await;
    let thread = stream("chat", "th_1");
    let first = publish(&streams, &thread, 0..1).await[0];
    let mut socket = connect(
        served.address,
        &head("/sse/chat/th_1", &format!("last-event-id: {first}\r\n")),
    )
    .await;
    read_until(&mut socket, "retry: ").await;
    served.end().await;
    let restarted = Streams::builder(std::sync::Arc::new(house.log.clone()), Mode::ALL)
        .unwrap()
        .build();
    publish(&restarted, &thread, 1..3).await;
    let served = serve(Server::new(), house.engine(&restarted)).await;
    let mut socket = connect(
        served.address,
        &head("/sse/chat/th_1", &format!("last-event-id: {first}\r\n")),
    )
    .await;
    let missed = read_until(&mut socket, "\"number\":2").await;
    assert!(missed.find("\"number\":1").unwrap() < missed.find("\"number\":2").unwrap());
}
