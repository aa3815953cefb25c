//! Streams over WebSockets, with a client of another crate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use guard::code;
use guard::context::{Mode, OpaqueId};
use guard::envelope::ErrorEnvelope;
use guard::gate::Chain;
use guard::registry::{Engine, Route};
use guard::route::{GateDecision, Method, RouteMeta, StreamFacts, Transport};
use guard::server::Server;
use guard::store::{AuditStore, Memory, Stores};
use guard::stream::{Origins, StreamInfo, StreamLimits, Streams, Subscribe};
use guard::ticket::Tickets;
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message, handshake::client::generate_key};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::sockets::{Served, serve};
use crate::support::*;
use crate::tickets::{engine_of, issue, scope_of, single};

const PATIENCE: Duration = Duration::from_secs(10);
const APP: &str = "https://app.example";

/// A served engine whose WebSockets the page of [`APP`] may open.
struct Site {
    house: House,
    streams: Streams,
    tickets: Tickets,
    served: Served,
}

async fn site_of(change: impl FnOnce(guard::stream::StreamsBuilder) -> guard::stream::StreamsBuilder) -> Site {
    site_on(House::default(), change).await
}

async fn site_on(
    house: House,
    change: impl FnOnce(guard::stream::StreamsBuilder) -> guard::stream::StreamsBuilder,
) -> Site {
    let streams = change(house.streams().origins(Origins::exactly([APP]))).build();
    let tickets = single(&house);
    let server = Server::new().streams_of(&streams);
    let served = serve(server, engine_of(&house, &streams, &tickets)).await;
    Site {
        house,
        streams,
        tickets,
        served,
    }
}

async fn site() -> Site {
    site_of(|builder| builder).await
}

/// A handshake as a browser sends it.
fn handshake(path: &str) -> Request<()> {
    Request::builder()
        .uri(format!("ws://a{path}"))
        .header("host", "a")
        .header("connection", "keep-alive, Upgrade")
        .header("upgrade", "WebSocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", generate_key())
        .header("origin", APP)
        .body(())
        .unwrap()
}

/// The same with a token and the scope in headers.
fn with_headers(path: &str) -> Request<()> {
    let mut request = handshake(path);
    request.headers_mut().extend(get(path).headers().clone());
    request
}

fn set(mut request: Request<()>, name: &'static str, value: &str) -> Request<()> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

struct Client(WebSocketStream<TcpStream>);

async fn try_open(site: &Site, request: Request<()>) -> Result<(Client, Response<Option<Vec<u8>>>), Error> {
    let socket = TcpStream::connect(site.served.address).await.unwrap();
    let (socket, response) = timeout(PATIENCE, client_async(request, socket)).await.unwrap()?;
    Ok((Client(socket), response))
}

async fn open(site: &Site, request: Request<()>) -> Client {
    try_open(site, request).await.unwrap().0
}

/// The status and the code of a handshake that is refused over HTTP.
async fn not_upgraded(site: &Site, request: Request<()>) -> (u16, String) {
    let response = match try_open(site, request).await {
        Err(Error::Http(response)) => response,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was upgraded"),
    };
    let body = response.body().clone().unwrap_or_default();
    let envelope: ErrorEnvelope = serde_json::from_slice(&body).unwrap();
    assert_eq!(envelope.http_status().as_u16(), response.status().as_u16());
    (response.status().as_u16(), envelope.code().to_owned())
}

impl Client {
    async fn frame(&mut self) -> Message {
        timeout(PATIENCE, self.0.next()).await.unwrap().unwrap().unwrap()
    }

    /// The next text.
    async fn next(&mut self) -> Value {
        loop {
            match self.frame().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    async fn numbers(&mut self, count: usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let event = self.next().await;
            if event["type"] != "resume_cursor" {
                assert!(event["event_id"].is_string(), "{event}");
                numbers.push(event["data"]["number"].as_u64().unwrap());
            }
        }
        numbers
    }

    async fn say(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }

    /// The code and the reason of the close, after everything else.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.frame().await {
                let frame = frame.unwrap();
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    /// The envelope, and the close that names its code.
    async fn refused(&mut self) -> String {
        let text = self.next().await;
        let envelope: ErrorEnvelope = serde_json::from_value(text).unwrap();
        assert_eq!(self.closed().await, (4003, envelope.code().to_owned()));
        envelope.code().to_owned()
    }
}

#[tokio::test]
async fn a_websocket_replays_then_goes_live() {
    over_a_websocket(House::default()).await;
}

pub(crate) async fn over_a_websocket(house: House) {
    let site = site_on(house, |builder| builder).await;
    let thread = stream("chat", "th_1");
    let ids = publish(&site.streams, &thread, 0..3).await;
    let request = set(with_headers("/ws/chat/th_1"), "last-event-id", &ids[0].to_string());
    let mut client = open(&site, request).await;
    let resume = client.next().await;
    assert_eq!(
        (&resume["type"], &resume["data"]["cursor"]),
        (&json!("resume_cursor"), &json!(ids[2].to_string()))
    );
    assert!(resume.get("event_id").is_none());
    assert_eq!(client.numbers(2).await, [1, 2]);
    publish(&site.streams, &thread, 3..200).await;
    assert!(client.numbers(197).await.into_iter().eq(3..200));
    client.say(r#"{"type":"ping"}"#).await;
    assert_eq!(client.next().await, json!({"type": "pong"}));
    client.0.send(Message::Ping("x".into())).await.unwrap();
    assert_eq!(client.frame().await, Message::Pong("x".into()));
    client.0.close(None).await.unwrap();
    while client.0.next().await.is_some_and(|frame| frame.is_ok()) {}
    let gone = timeout(PATIENCE, async {
        while site.streams.open() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    gone.await.unwrap();
}

#[tokio::test]
async fn e46_nothing_is_upgraded_before_it_is_judged() {
    let site = site().await;
    let not = async |request| not_upgraded(&site, request).await;
    assert_eq!(
        not(handshake("/ws/chat/th_1")).await,
        (401, "auth.ticket_missing".to_owned())
    );
    let bad = set(with_headers("/ws/chat/th_1"), "authorization", "Bearer nonsense");
    assert_eq!(not(bad).await, (401, "auth.token_invalid".to_owned()));
    let foreign = set(with_headers("/ws/chat/th_1"), "x-tenant-id", "t_other");
    assert_eq!(not(foreign).await, (403, "auth.tenant_mismatch".to_owned()));
    assert_eq!(
        not(with_headers("/ws/chat/forbidden")).await,
        (403, "auth.insufficient_role".to_owned())
    );
    let cursor = set(with_headers("/ws/chat/th_1"), "last-event-id", "nonsense");
    assert_eq!(
        not(cursor).await,
        (410, "chat.cursor_invalid".to_owned()),
        "before the upgrade"
    );
    let engine = engine_of(&site.house, &site.streams, &site.tickets);
    is(refused(&engine, get("/ws/chat/th_1")).await, 426, "http.exception");
    assert_eq!(site.streams.open(), 0);
}

#[tokio::test]
async fn e45_only_pages_on_the_list_open_a_websocket() {
    let site = site().await;
    for origin in [
        "https://evil.example",
        "http://app.example",
        "https://app.example:8443",
        "https://app.example.evil",
        "null",
        "",
    ] {
        for path in ["/ws/chat/th_1", "/ws/hello/th_1"] {
            let refused = not_upgraded(&site, set(with_headers(path), "origin", origin)).await;
            assert_eq!(refused, (403, "http.exception".to_owned()), "{origin} {path}");
        }
    }
    let mut none = with_headers("/ws/chat/th_1");
    none.headers_mut().remove("origin");
    assert_eq!(not_upgraded(&site, none.clone()).await.0, 403);
    let mut two = with_headers("/ws/chat/th_1");
    two.headers_mut().append("origin", APP.parse().unwrap());
    assert_eq!(not_upgraded(&site, two).await.0, 403);
    open(&site, with_headers("/ws/chat/th_1")).await;
    let programs = site_of(|builder| builder.origins(Origins::default().and_clients_without_one())).await;
    open(&programs, none).await;
    assert_eq!(not_upgraded(&programs, with_headers("/ws/chat/th_1")).await.0, 403);
}

#[tokio::test]
async fn e43_a_ticket_as_a_subprotocol_is_not_in_the_address() {
    let site = site().await;
    let ticket = || {
        format!(
            "ticket.{}",
            issue(&site.tickets, &scope_of(&[]).for_origin(APP).unwrap())
        )
    };
    let offer = |offer: String| set(handshake("/ws/chat/th_1"), "sec-websocket-protocol", &offer);
    let (_, response) = try_open(&site, offer(format!("events.v1, {}", ticket())))
        .await
        .unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "events.v1");
    let alone = ticket();
    let (_, response) = try_open(&site, offer(alone.clone())).await.unwrap();
    assert_eq!(
        response.headers()["sec-websocket-protocol"],
        alone,
        "a browser gives up without one of its offers"
    );
    assert_eq!(
        not_upgraded(&site, offer(alone)).await,
        (401, "auth.ticket_replayed".to_owned())
    );
    assert_eq!(
        not_upgraded(&site, offer("ticket.nonsense".to_owned())).await,
        (401, "auth.ticket_invalid".to_owned())
    );
    let two = format!("{}, {}", ticket(), ticket());
    assert_eq!(
        not_upgraded(&site, offer(two)).await,
        (401, "auth.ticket_invalid".to_owned())
    );
    let in_address = format!("/ws/chat/th_1?ticket={}", &ticket()["ticket.".len()..]);
    open(&site, handshake(&in_address)).await;
}

#[tokio::test]
async fn e46_frames_are_bounded_in_size_and_number() {
    let site = site().await;
    let mut large = open(&site, with_headers("/ws/chat/th_1")).await;
    let _ = large.0.send(Message::text("x".repeat(70_000))).await;
    while let Ok(Some(Ok(_))) = timeout(PATIENCE, large.0.next()).await {}
    let mut flood = open(&site, with_headers("/ws/chat/th_1")).await;
    for _ in 0..200 {
        if flood.0.send(Message::text(r#"{"type":"ping"}"#)).await.is_err() {
            break;
        }
    }
    assert_eq!(flood.closed().await, (4003, "http.exception".to_owned()));
    for frame in [
        Message::text("nonsense"),
        Message::text(r#"{"type":"message","text":"hi"}"#),
        Message::binary("x"),
    ] {
        let mut other = open(&site, with_headers("/ws/chat/th_1")).await;
        other.0.send(frame).await.unwrap();
        assert_eq!(other.refused().await, "validation.error");
    }
}

fn hello(context: Value) -> Value {
    json!({"type": "hello", "context": context})
}

fn scope_in_hello() -> Value {
    json!({"tenant_id": "t_acme", "mode": "saas", "project_id": "launch", "app_id": "studio"})
}

#[tokio::test]
async fn a_hello_says_what_headers_would_have_said() {
    let site = site().await;
    let thread = stream("chat", "th_1");
    let ids = publish(&site.streams, &thread, 0..3).await;
    let mut said = hello(scope_in_hello());
    said["ticket"] = issue(&site.tickets, &scope_of(&[])).into();
    said["last_event_id"] = ids[0].to_string().into();
    let mut by_ticket = open(&site, handshake("/ws/hello/th_1")).await;
    by_ticket.say(said.to_string()).await;
    assert_eq!(by_ticket.numbers(2).await, [1, 2]);
    let token = set(
        handshake("/ws/hello/th_1"),
        "authorization",
        &format!("Bearer u_1.t_acme.{}", NOW + 60),
    );
    let mut by_token = open(&site, token).await;
    by_token.say(hello(scope_in_hello()).to_string()).await;
    assert_eq!(by_token.next().await["type"], "resume_cursor");
    publish(&site.streams, &thread, 3..4).await;
    assert_eq!(by_token.numbers(1).await, [3]);
    assert_eq!(by_ticket.numbers(1).await, [3]);
}

#[tokio::test]
async fn e47_a_hello_is_judged_and_contradicts_nothing() {
    let site = site().await;
    let ticket = || issue(&site.tickets, &scope_of(&[]));
    let refused = async |request, said: String| {
        let mut client = open(&site, request).await;
        client.say(said).await;
        client.refused().await
    };
    let plain = || handshake("/ws/hello/th_1");
    assert_eq!(
        refused(plain(), hello(scope_in_hello()).to_string()).await,
        "auth.ticket_missing"
    );
    for (field, value, code) in [
        ("tenant_id", "t_other", "auth.context_mismatch"),
        ("mode", "lab", "auth.context_mismatch"),
        ("mode", "prod", "auth.mode_invalid"),
        ("user_id", "u_2", "auth.context_mismatch"),
        ("project_id", "a b", "auth.project_invalid"),
        ("app_id", "a\r\nx-env: prod", "validation.error"),
        ("role", "owner", "validation.error"),
    ] {
        let mut said = hello(scope_in_hello());
        said["ticket"] = ticket().into();
        said["context"][field] = value.into();
        assert_eq!(refused(plain(), said.to_string()).await, code, "{field} {value}");
    }
    let mut said = hello(scope_in_hello());
    said["context"]["tenant_id"] = "t_other".into();
    assert_eq!(
        refused(with_headers("/ws/hello/th_1"), said.to_string()).await,
        "auth.context_mismatch"
    );
    let mut said = hello(scope_in_hello());
    (said["ticket"], said["last_event_id"]) = (ticket().into(), "nonsense".into());
    assert_eq!(refused(plain(), said.to_string()).await, "chat.cursor_invalid");
    let mut said = hello(scope_in_hello());
    said["ticket"] = ticket().into();
    assert_eq!(
        refused(handshake("/ws/hello/forbidden"), said.to_string()).await,
        "auth.insufficient_role"
    );
    for nonsense in [
        "nonsense".to_owned(),
        r#"{"type":"ping"}"#.to_owned(),
        json!({"type": "hello"}).to_string(),
        json!({"type": "join", "context": {}}).to_string(),
        r#"{"type":"hello","context":{"tenant_id":"t_acme","tenant_id":"t_other"}}"#.to_owned(),
    ] {
        assert_eq!(refused(plain(), nonsense).await, "validation.error");
    }
}

#[tokio::test]
async fn e46_who_says_no_hello_is_not_waited_for() {
    let site = site().await;
    let mut silent = open(&site, handshake("/ws/hello/th_1")).await;
    let begun = Instant::now();
    assert_eq!(silent.refused().await, "validation.error");
    assert!((4..9).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert_eq!(site.streams.open(), 0);
}

#[tokio::test]
async fn e48_every_end_has_a_code_and_a_reason() {
    let thrown = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&thrown);
    let gate = move |_: &StreamInfo| match switch.load(Ordering::SeqCst) {
        true => Err(ErrorEnvelope::builder(code::KILL_SWITCH_BLOCKED).build()),
        false => Ok(()),
    };
    let site = site_of(|builder| builder.gate(gate).limits(StreamLimits::default())).await;
    let mut killed = open(&site, with_headers("/ws/chat/th_1")).await;
    killed.say(r#"{"type":"ping"}"#).await;
    killed.next().await;
    let begun = Instant::now();
    thrown.store(true, Ordering::SeqCst);
    site.streams.recheck();
    assert_eq!(killed.refused().await, "kill_switch.blocked");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(
        not_upgraded(&site, with_headers("/ws/chat/th_1")).await,
        (403, "kill_switch.blocked".to_owned())
    );
    thrown.store(false, Ordering::SeqCst);

    let mut expired = open(&site, with_headers("/ws/chat/th_1")).await;
    expired.say(r#"{"type":"ping"}"#).await;
    expired.next().await;
    site.house.clock.set(NOW + 60);
    site.streams.recheck();
    assert_eq!(expired.refused().await, "auth.token_expired");
    site.house.clock.set(NOW);

    // The end of the server is 1012, and is waited for.
    let mut drained = open(&site, with_headers("/ws/chat/th_1")).await;
    drained.say(r#"{"type":"ping"}"#).await;
    drained.next().await;
    let ended = tokio::spawn(site.served.end());
    let last = drained.next().await;
    assert_eq!(
        (&last["type"], &last["data"]["reason"]),
        (&json!("stream_end"), &json!("draining"))
    );
    assert_eq!(drained.closed().await, (1012, "draining".to_owned()));
    assert_eq!(ended.await.unwrap().cut, 0);
}

#[tokio::test]
async fn g68_a_switch_ends_a_socket_that_takes_nothing() {
    let thrown = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&thrown);
    let gate = move |_: &StreamInfo| match switch.load(Ordering::SeqCst) {
        true => Err(ErrorEnvelope::builder(code::KILL_SWITCH_BLOCKED).build()),
        false => Ok(()),
    };
    let site = site_of(|builder| builder.gate(gate)).await;
    let client = open(&site, with_headers("/ws/chat/th_1")).await;
    let event = guard::stream::StreamEvent::new("large", json!({"text": "x".repeat(200_000)})).unwrap();
    for _ in 0..60 {
        site.streams.publish(&stream("chat", "th_1"), &event).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(site.streams.open(), 1);
    thrown.store(true, Ordering::SeqCst);
    site.streams.recheck();
    let ended = timeout(Duration::from_secs(1), async {
        while site.streams.open() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    ended.await.unwrap();
    drop(client);
}

#[tokio::test]
async fn e49_over_http_2_a_browser_is_offered_no_websocket() {
    let site = site().await;
    // The first frame of the server: SETTINGS. Setting 8 would allow the extended CONNECT of RFC 8441.
    let mut socket = TcpStream::connect(site.served.address).await.unwrap();
    socket
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    let mut head = [0; 9];
    timeout(PATIENCE, socket.read_exact(&mut head)).await.unwrap().unwrap();
    assert_eq!(head[3], 4, "it is SETTINGS");
    let mut settings = vec![0; usize::from(head[2]) | usize::from(head[1]) << 8];
    socket.read_exact(&mut settings).await.unwrap();
    assert!(settings.chunks(6).all(|setting| setting[..2] != [0, 8]), "{settings:?}");
}

#[tokio::test]
async fn the_action_of_a_greeted_socket_has_its_outcome() {
    let house = House::default();
    let memory = Memory::default();
    let chain = Chain::builder(&Stores::of(memory.clone())).clock(house.clock.clone());
    let chain = chain.start().await.unwrap();
    let streams = house.streams().origins(Origins::exactly([APP])).build();
    let route = |path| {
        let facts = StreamFacts::from_macro(Transport::WebsocketHello, "chat");
        RouteMeta::from_macro(
            Method::Get,
            path,
            "engines.chat.routes",
            GateDecision::Action("chat.follow"),
        )
        .stream(facts)
    };
    let routes = vec![
        Route::new(route("/ws/hello/{id}"), follow),
        Route::new(route("/ws/panics/{id}"), || async {
            if true {
                panic!("on the way");
            }
            Subscribe::to(OpaqueId::parse("th_1").unwrap())
        }),
    ];
    let engine = Engine::new(house.settings(&streams).gates(chain), routes).unwrap();
    let site = Site {
        served: serve(Server::new().streams_of(&streams), engine).await,
        tickets: single(&house),
        streams,
        house,
    };
    let mut said = scope_in_hello();
    said["mode"] = "lab".into();
    let mut clients = Vec::new();
    for path in ["/ws/hello/th_1", "/ws/hello/forbidden", "/ws/panics/th_1"] {
        let token = format!("Bearer u_1.t_acme.{}", NOW + 60);
        let mut client = open(&site, set(handshake(path), "authorization", &token)).await;
        client.say(hello(said.clone()).to_string()).await;
        clients.push(client);
    }
    let scope = scope("t_acme", Mode::Lab);
    let outcomes = timeout(PATIENCE, async {
        loop {
            let records = AuditStore::read(&memory, &scope, 0, 100).await.unwrap();
            let records = records
                .iter()
                .map(|record| serde_json::from_str::<Value>(&record.payload).unwrap());
            let outcomes: Vec<Value> = records.filter(|record| record["kind"] == "outcome").collect();
            if outcomes.len() == 3 {
                return outcomes;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut ends: Vec<(String, Value)> = outcomes
        .await
        .unwrap()
        .iter()
        .map(|outcome| {
            (
                outcome["result"].as_str().unwrap().to_owned(),
                outcome["status"].clone(),
            )
        })
        .collect();
    ends.sort_by_key(|(result, status)| (result.clone(), status.as_u64()));
    let answered = |status: u16| ("answered".to_owned(), json!(status));
    assert_eq!(
        ends,
        [answered(101), answered(403), ("panicked".to_owned(), Value::Null)]
    );
}
