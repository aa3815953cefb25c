//! The first frame of a WebSocket in hello mode, as the Python engine's clients send it.

use std::time::Duration;

use axum_core::body::Body;
use form_urlencoded::{Serializer, parse};
use futures_util::StreamExt;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use serde::Deserialize;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::Socket;
use crate::code;
use crate::envelope::{ErrorEnvelope, ValidationIssue};

/// How long a client may take to say who it is.
const HELLO: Duration = Duration::from_secs(5);

/// The first frame. It says what headers would have said, and is judged as they are.
#[derive(Deserialize)]
pub(crate) struct Hello {
    #[serde(rename = "type")]
    kind: String,
    context: HelloContext,
    ticket: Option<String>,
    last_event_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HelloContext {
    tenant_id: Option<String>,
    mode: Option<String>,
    project_id: Option<String>,
    app_id: Option<String>,
    surface_id: Option<String>,
    user_id: Option<String>,
    request_id: Option<String>,
}

/// Why a first frame says nothing.
#[derive(Debug)]
pub(crate) enum HelloFault {
    /// There is nobody to tell.
    Gone,
    /// It is to be told this.
    Refused(ErrorEnvelope),
}

impl Hello {
    /// Waits for the first frame.
    pub(crate) async fn read(socket: &mut Socket) -> Result<Self, HelloFault> {
        let text = match timeout(HELLO, socket.next()).await {
            Err(_) => return Err(refused("the first frame did not come in time")),
            Ok(None | Some(Err(_) | Ok(Message::Close(_)))) => return Err(HelloFault::Gone),
            Ok(Some(Ok(Message::Text(text)))) => text,
            Ok(Some(Ok(_))) => return Err(refused("the first frame is text")),
        };
        // serde's own text may quote the frame.
        let hello: Self = serde_json::from_str(&text).map_err(|_| {
            refused(
                "the first frame is {\"type\":\"hello\",\"context\":{...}} with each field once, and texts for values",
            )
        })?;
        if hello.kind != "hello" {
            return Err(refused("the first frame is of the type `hello`"));
        }
        Ok(hello)
    }

    /// The request that says the same. What the handshake said stands, and nothing may contradict it.
    pub(crate) fn request(
        self,
        method: &Method,
        uri: &Uri,
        headers: &http::HeaderMap,
    ) -> Result<Request<Body>, ErrorEnvelope> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.clone();
        *request.headers_mut() = headers.clone();
        let context = self.context;
        for (name, value) in [
            ("x-tenant-id", context.tenant_id),
            ("x-mode", context.mode),
            ("x-project-id", context.project_id),
            ("x-app-id", context.app_id),
            ("x-surface-id", context.surface_id),
            ("x-user-id", context.user_id),
            ("x-request-id", context.request_id),
            ("last-event-id", self.last_event_id),
        ] {
            let Some(value) = value else { continue };
            let value =
                HeaderValue::try_from(value).map_err(|_| invalid("a value of the first frame is no header's"))?;
            let replaced = request.headers_mut().insert(HeaderName::from_static(name), value);
            let same = request.headers().get(name) == replaced.as_ref();
            if replaced.is_some() && !same && name != "last-event-id" {
                return Err(ErrorEnvelope::builder(code::AUTH_CONTEXT_MISMATCH)
                    .detail("in", "hello")
                    .detail("header", name)
                    .build());
            }
        }
        *request.uri_mut() = with_ticket(uri, self.ticket).ok_or_else(|| invalid("the ticket does not fit"))?;
        Ok(request)
    }
}

/// A ticket of the frame stands where one of the handshake would; the same one twice is one.
fn with_ticket(uri: &Uri, ticket: Option<String>) -> Option<Uri> {
    let Some(ticket) = ticket else { return Some(uri.clone()) };
    let query = uri.query().unwrap_or_default();
    if parse(query.as_bytes()).any(|(name, value)| name == "ticket" && value == ticket) {
        return Some(uri.clone());
    }
    let added = Serializer::new(String::new()).append_pair("ticket", &ticket).finish();
    let joined = if query.is_empty() {
        added
    } else {
        format!("{query}&{added}")
    };
    format!("{}?{joined}", uri.path()).parse().ok()
}

fn refused(problem: &'static str) -> HelloFault {
    HelloFault::Refused(invalid(problem))
}

fn invalid(problem: &'static str) -> ErrorEnvelope {
    let issue = ValidationIssue {
        loc: vec!["hello".to_owned()],
        msg: problem.to_owned(),
        kind: "frame_invalid".to_owned(),
    };
    ErrorEnvelope::validation(&[issue]).message(problem).build()
}
