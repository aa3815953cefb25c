//! Chat and canvas, over both transports.

use futures_util::{SinkExt, StreamExt};
use http::Version;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::follower::{Follower, say, thread, ticket};
use crate::support::*;

type Socket = WebSocketStream<TcpStream>;

/// A handshake, as a browser on this page sends it.
async fn socket(running: &Running, path: &str, origin: &str, protocols: &str) -> Result<Socket, Error> {
    let authority = running.address;
    let mut request = Request::builder()
        .uri(format!("ws://{authority}{path}"))
        .header("host", authority.to_string())
        .header("origin", origin)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    if !protocols.is_empty() {
        request = request.header("sec-websocket-protocol", protocols);
    }
    let stream = TcpStream::connect(authority).await.unwrap();
    let (socket, _) = patient(client_async(request.body(()).unwrap(), stream)).await?;
    Ok(socket)
}

/// The next event that has an id.
async fn event(socket: &mut Socket) -> Value {
    loop {
        if let Message::Text(text) = patient(socket.next()).await.unwrap().unwrap() {
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["event_id"].is_string() {
                return frame;
            }
        }
    }
}

#[tokio::test]
async fn a_thread_is_followed_over_sse_from_its_start_and_from_a_cursor() {
    let running = start().await;
    let token = log_in(&running, Version::HTTP_11, "owner").await;
    say(running.address, &token, "th_1", "one").await;
    let mut follower = Follower::open(running.address, thread("th_1", &token)).await;
    let first = follower.next().await.unwrap();
    assert_eq!((&*first.event, first.id), ("resume_cursor", None));
    let two = say(running.address, &token, "th_1", "two").await;
    say(running.address, &token, "th_2", "elsewhere").await;
    say(running.address, &token, "th_1", "three").await;
    assert_eq!(follower.texts(3).await.0, ["one", "two", "three"]);
    let resumed = thread("th_1", &token).with("last-event-id", &two);
    let mut follower = Follower::open(running.address, resumed).await;
    assert_eq!(follower.texts(1).await.0, ["three"]);
}

#[tokio::test]
async fn a_browser_follows_with_a_ticket_once() {
    let running = start().await;
    let token = log_in(&running, Version::HTTP_11, "owner").await;
    say(running.address, &token, "th_1", "one").await;
    let ticket = ticket(running.address, &token, "/sse/chat/th_1").await;
    let path = format!("/sse/chat/th_1?ticket={ticket}");
    let mut follower = Follower::open(running.address, bare(Version::HTTP_11, "GET", &path)).await;
    assert_eq!(follower.texts(1).await.0, ["one"]);
    let again = bare(Version::HTTP_11, "GET", &path).send(&running).await;
    assert_eq!(again.error(), (401, "auth.ticket_replayed".to_owned()));
}

#[tokio::test]
async fn a_thread_is_followed_over_a_websocket_from_an_allowed_page_alone() {
    let running = start().await;
    let token = log_in(&running, Version::HTTP_11, "owner").await;
    let path = "/ws/chat/th_1";
    let protocols = format!("chat, ticket.{}", ticket(running.address, &token, path).await);
    let refused = socket(&running, path, "https://evil.example", &protocols).await;
    assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 403));
    let mut socket = socket(&running, path, ORIGIN, &protocols).await.unwrap();
    say(running.address, &token, "th_1", "one").await;
    assert_eq!(event(&mut socket).await["data"], json!({"text": "one"}));
}

#[tokio::test]
async fn a_canvas_is_followed_by_a_client_that_says_hello() {
    let running = start().await;
    let token = log_in(&running, Version::HTTP_11, "owner").await;
    let path = "/ws/canvas/c_1";
    let mut socket = socket(&running, path, ORIGIN, "").await.unwrap();
    let context = json!({"tenant_id": "t_demo", "mode": "lab", "project_id": "launch", "app_id": "studio"});
    let ticket = ticket(running.address, &token, path).await;
    let hello = json!({"type": "hello", "context": context, "ticket": ticket});
    socket.send(Message::text(hello.to_string())).await.unwrap();

    let call = |path: &str| guarded(Version::HTTP_11, "POST", path, &token);
    let stroke = json!({"op": "stroke", "points": [[0.0, 0.5]]});
    let drawn = call("/canvas/c_1/commands")
        .json(&stroke.to_string())
        .send(&running)
        .await;
    let drawn = drawn.ok()["data"]["cursor"].clone();
    // What was decided is told before what was done.
    let decided = event(&mut socket).await;
    assert_eq!(
        (
            &decided["type"],
            &decided["data"]["action"],
            &decided["data"]["decision"]
        ),
        (&json!("SAFETY_DECISION"), &json!("canvas.command"), &json!("PASS"))
    );
    let found = event(&mut socket).await;
    assert_eq!(
        (&found["type"], &found["data"], &found["event_id"]),
        (&json!("command"), &stroke, &drawn)
    );
    let drawing = json!({"width": 1, "height": 1, "points": []}).to_string();
    let rendered = call("/canvas/c_1/renders").json(&drawing).send(&running).await.ok();
    assert_eq!(event(&mut socket).await["data"]["action"], "render.start");
    let found = event(&mut socket).await;
    assert_eq!(found["type"], "rendered");
    assert_eq!(found["data"]["meta"], rendered["data"]["meta"]);
    assert_eq!(found["routing"]["canvas_id"], "c_1");
}

#[tokio::test]
async fn g68_a_kill_switch_ends_a_thread_that_is_followed() {
    let running = start().await;
    let token = log_in(&running, Version::HTTP_11, "owner").await;
    let mut follower = Follower::open(running.address, thread("th_1", &token)).await;
    kill(running.chain.policies(), "chat.stream", true).await;
    let last = follower.next().await.unwrap();
    assert_eq!((&*last.event, last.id), ("error", None));
    assert_eq!(last.data["error"]["code"], "kill_switch.blocked");
    assert_eq!(follower.next().await, None);
    let refused = thread("th_1", &token).send(&running).await;
    assert_eq!(refused.error(), (403, "kill_switch.blocked".to_owned()));
}

#[tokio::test]
async fn a_message_has_a_length() {
    let running = start().await;
    let token = log_in(&running, Version::HTTP_11, "owner").await;
    for text in [String::new(), "x".repeat(2_001)] {
        let call = guarded(Version::HTTP_11, "POST", "/chat/th_1", &token);
        let answer = call.json(&json!({"text": text}).to_string()).send(&running).await;
        assert_eq!(answer.error(), (400, "validation.error".to_owned()));
    }
}

#[tokio::test]
async fn the_page_is_in_front_and_runs_its_own_script_alone() {
    let running = start().await;
    let page = bare(Version::HTTP_11, "GET", "/").send(&running).await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    for (method, path) in [("POST", "/"), ("GET", "//"), ("GET", "/page.html")] {
        let answer = bare(Version::HTTP_11, method, path).send(&running).await;
        assert!(matches!(answer.status, 400 | 401), "{method} {path}: {}", answer.status);
    }
}
