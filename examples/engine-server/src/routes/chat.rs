//! A thread of a chat: followed over SSE or a WebSocket, and said something in.

use axum::extract::{Path, State};
use guard::context::{OpaqueId, RequestContext};
use guard::engine_route;
use guard::envelope::{EngineError, Envelope, ErrorEnvelope, ValidationIssue};
use guard::extract::Json;
use guard::stream::{StreamEvent, Subscribe};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::App;
use crate::engine::CHAT;

/// The most characters of a message.
const LONGEST: usize = 2_000;

/// Something to say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    text: String,
}

/// Where it stands in the thread.
#[derive(Debug, Serialize)]
pub struct Said {
    cursor: String,
}

/// Follows a thread: all that is kept, or what comes after the client's cursor, then what happens.
#[engine_route(
    method = GET,
    path = "/sse/chat/{thread_id}",
    router = "engines.chat.service.sse_transport",
    tickets = ["ENG-STD-002"],
    resource_kind = "chat",
    stream = sse("chat"),
    state = App
)]
pub async fn follow_sse(Path(thread): Path<OpaqueId>) -> Subscribe {
    Subscribe::to(thread).from_start()
}

/// The same over a WebSocket.
#[engine_route(
    method = GET,
    path = "/ws/chat/{thread_id}",
    router = "engines.chat.service.ws_transport",
    tickets = ["ENG-STD-001"],
    resource_kind = "chat",
    stream = websocket("chat"),
    state = App
)]
pub async fn follow_ws(Path(thread): Path<OpaqueId>) -> Subscribe {
    Subscribe::to(thread).from_start()
}

/// Says something. Whoever follows the thread gets it, in whatever process they are.
///
/// # Errors
///
/// `validation.error` for nothing, and for more than 2000 characters; `chat.backend_forbidden` in a mode that is not served.
#[engine_route(
    method = POST,
    path = "/chat/{thread_id}",
    router = "engines.chat.service.routes",
    tickets = ["ENG-STD-010"],
    resource_kind = "chat",
    action = "chat.say",
    body = [],
    body_limit = 16_384
)]
pub async fn say(
    State(app): State<App>,
    context: RequestContext,
    Path(thread): Path<OpaqueId>,
    Json(Message { text }): Json<Message>,
) -> Result<Envelope<Said>, EngineError> {
    if text.is_empty() || text.chars().count() > LONGEST {
        let issue = ValidationIssue {
            loc: vec!["body".to_owned(), "text".to_owned()],
            msg: format!("a message has 1 to {LONGEST} characters"),
            kind: "value_error".to_owned(),
        };
        return Err(ErrorEnvelope::validation(&[issue]).resource_kind("chat").build().into());
    }
    let event = StreamEvent::new("message", json!({"text": text})).map_err(EngineError::internal)?;
    let cursor = app
        .publish(&context, (CHAT, thread), &event.caused_by(&context))
        .await?;
    Ok(Envelope::new(Said { cursor }))
}
