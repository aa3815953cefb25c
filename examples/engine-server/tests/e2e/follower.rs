//! A client that follows a stream, as a browser's EventSource does and with headers.

use std::net::SocketAddr;

use http::Version;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::support::{Call, guarded, patient};

/// A stream that is open.
pub(crate) struct Follower {
    body: Incoming,
    text: String,
}

/// What came in one frame.
#[derive(Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) id: Option<String>,
    pub(crate) event: String,
    pub(crate) data: Value,
}

impl Follower {
    /// Opens a stream.
    pub(crate) async fn open(address: SocketAddr, call: Call) -> Self {
        let response = patient(call.open(address)).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: response.into_body(),
            text: String::new(),
        }
    }

    /// The next frame that is no comment, or `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, rest)) = self.text.split_once("\n\n") {
                let found = frame_of(frame);
                self.text = rest.to_owned();
                if found.is_some() {
                    return found;
                }
                continue;
            }
            // A server that was killed ends its body in the middle.
            let bytes = patient(self.body.frame()).await?.ok()?.into_data().ok()?;
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The texts of the next events that have an id, and the last id.
    pub(crate) async fn texts(&mut self, count: usize) -> (Vec<String>, String) {
        let (mut texts, mut last) = (Vec::new(), String::new());
        while texts.len() < count {
            let frame = self
                .next()
                .await
                .unwrap_or_else(|| panic!("the stream ended after {texts:?}"));
            if let Some(id) = frame.id {
                assert_eq!(frame.data["event_id"], id);
                assert_eq!(frame.event, "message");
                texts.push(frame.data["data"]["text"].as_str().unwrap().to_owned());
                last = id;
            }
        }
        (texts, last)
    }
}

fn frame_of(text: &str) -> Option<Frame> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    Some(Frame {
        id: field("id: "),
        event: field("event: ")?,
        data: serde_json::from_str(&field("data: ")?).unwrap(),
    })
}

/// Says something in a thread, and gives its cursor.
pub(crate) async fn say(address: SocketAddr, token: &str, thread: &str, text: &str) -> String {
    let call = guarded(Version::HTTP_11, "POST", &format!("/chat/{thread}"), token);
    let answer = call.json(&json!({"text": text}).to_string()).send_to(address).await;
    answer.ok()["data"]["cursor"].as_str().unwrap().to_owned()
}

/// A request for a thread, with a token.
pub(crate) fn thread(thread: &str, token: &str) -> Call {
    guarded(Version::HTTP_11, "GET", &format!("/sse/chat/{thread}"), token)
}

/// A ticket for a route.
pub(crate) async fn ticket(address: SocketAddr, token: &str, route: &str) -> String {
    let call = guarded(Version::HTTP_11, "POST", "/api/auth/ticket", token);
    let answer = call.json(&json!({"route": route}).to_string()).send_to(address).await;
    answer.ok()["ticket"].as_str().unwrap().to_owned()
}
