//! An open WebSocket: events out, pings in, and an end that says why.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::Upgrade;
use crate::code;
use crate::envelope::{ErrorEnvelope, ErrorStatus, ValidationIssue};
use crate::stream::first::{First, first};
use crate::stream::limits::StreamLimits;
use crate::stream::session::{End, Pause, Session, Step};

/// A socket whose frames are bounded.
pub(crate) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// How often a client is asked whether it is there, and after how many times without a word it is gone.
const PING: Duration = Duration::from_secs(30);
const UNHEARD: u32 = 2;

/// The most frames of a client between two pings.
const MOST_FRAMES: u32 = 120;

/// How long a client may take for what is sent to it, and to answer a close.
const SEND: Duration = Duration::from_secs(30);
const CLOSE: Duration = Duration::from_secs(2);

/// The longest reason of a close, by RFC 6455.
const LONGEST_REASON: usize = 123;

/// What the Python engine closes with, whatever the error.
const REFUSED: CloseCode = CloseCode::Library(4003);

impl Upgrade {
    /// The socket, once the response head is out.
    pub(crate) async fn socket(self, limits: StreamLimits) -> Option<Socket> {
        let upgraded = self.on.await;
        let upgraded = upgraded
            .inspect_err(|error| tracing::debug!(%error, "a WebSocket did not open"))
            .ok()?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(limits.frame))
            .max_frame_size(Some(limits.frame));
        Some(WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await)
    }
}

/// Why a socket is done without a word.
struct Gone;

impl From<Error> for Gone {
    fn from(error: Error) -> Self {
        tracing::debug!(%error, "a WebSocket broke");
        Self
    }
}

/// Sends a stream until it ends or the client goes.
pub(crate) async fn drive(mut socket: Socket, mut session: Box<Session>, resume: Option<String>) {
    let end = match run(&mut socket, &mut session, resume).await {
        Ok(end) => end,
        Err(Gone) => return,
    };
    let place = session.place().map(|place| place.to_string());
    // Its room is free before the client is waited for.
    drop(session);
    match end {
        Ended::Left => close(&mut socket, None).await,
        Ended::By(End::Refused(envelope)) => refuse(socket, &envelope).await,
        Ended::By(End::Paused(pause)) => {
            let last = json!({"type": "stream_end", "data": {"reason": pause.as_str(), "cursor": place}});
            let code = match pause {
                Pause::Draining => CloseCode::Restart,
                Pause::Lagged => CloseCode::Again,
            };
            finish(socket, last.to_string(), code, pause.as_str()).await;
        }
    }
}

/// Says what is wrong, and closes.
pub(crate) async fn refuse(socket: Socket, envelope: &ErrorEnvelope) {
    let code = envelope.code();
    let reason = code.get(..code.len().min(LONGEST_REASON)).unwrap_or_default();
    finish(socket, envelope.to_response().into_body(), REFUSED, reason).await;
}

async fn finish(mut socket: Socket, last: String, code: CloseCode, reason: &str) {
    let said = timeout(CLOSE, socket.send(Message::text(last))).await;
    if !matches!(said, Ok(Ok(()))) {
        return;
    }
    let frame = CloseFrame {
        code,
        reason: reason.into(),
    };
    close(&mut socket, Some(frame)).await;
}

/// Closes, and reads what is left until the client has closed too.
async fn close(socket: &mut Socket, frame: Option<CloseFrame>) {
    let closing = async {
        if socket.close(frame).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    if timeout(CLOSE, closing).await.is_err() {
        tracing::debug!("a WebSocket did not close in time");
    }
}

/// How an open socket ends.
enum Ended {
    /// The client closed it.
    Left,
    /// The stream ended.
    By(End),
}

async fn run(socket: &mut Socket, session: &mut Session, resume: Option<String>) -> Result<Ended, Gone> {
    if let Some(resume) = resume
        && let Some(end) = send(socket, session, [Message::text(resume)]).await?
    {
        return Ok(Ended::By(end));
    }
    let mut heard = Heard::now();
    loop {
        // A client that sends without a pause keeps nothing of this from being seen.
        if let Some(end) = session.must_end() {
            return Ok(Ended::By(end));
        }
        let ping_at = heard.ping_at;
        let out = async {
            match first(sleep_until(ping_at), session.next()).await {
                First::Left(()) => None,
                First::Right(step) => Some(step),
            }
        };
        let sent = match first(socket.next(), out).await {
            First::Left(None) => return Ok(Ended::Left),
            First::Left(Some(message)) => match heard.take(message?) {
                Taken::Nothing => continue,
                Taken::Closed => return Ok(Ended::Left),
                Taken::Ping => send(socket, session, [Message::text(r#"{"type":"pong"}"#)]).await?,
                Taken::Refused(envelope) => Some(End::Refused(envelope)),
            },
            First::Right(None) => {
                if !heard.ask_again() {
                    return Err(Gone);
                }
                send(socket, session, [Message::Ping(Bytes::new())]).await?
            }
            // The pings are this socket's keep-alive.
            First::Right(Some(Step::KeepAlive)) => None,
            First::Right(Some(Step::End(end))) => Some(end),
            First::Right(Some(Step::Event(frame))) => {
                let mut messages = vec![event(frame.json())?];
                while messages.len() < 64
                    && let Some(frame) = session.at_hand()
                {
                    messages.push(event(frame.json())?);
                }
                send(socket, session, messages).await?
            }
        };
        if let Some(end) = sent {
            return Ok(Ended::By(end));
        }
    }
}

fn event(json: Bytes) -> Result<Message, Gone> {
    // It was made of a `String`.
    Utf8Bytes::try_from(json).map(Message::Text).map_err(|_| Gone)
}

/// Sends messages. A client that takes too long is gone; a stream that ends meanwhile is not waited for.
async fn send(
    socket: &mut Socket,
    session: &mut Session,
    messages: impl IntoIterator<Item = Message>,
) -> Result<Option<End>, Gone> {
    let sending = async {
        for message in messages {
            socket.feed(message).await?;
        }
        socket.flush().await
    };
    match timeout(SEND, first(sending, session.ended())).await {
        Ok(First::Left(sent)) => Ok(sent.map(|()| None)?),
        // Half a message may be out, after which nothing can be said.
        Ok(First::Right(_)) | Err(_) => Err(Gone),
    }
}

/// What is known of a client that talks.
struct Heard {
    ping_at: Instant,
    unheard: u32,
    frames: u32,
}

/// What a frame of a client asks for.
enum Taken {
    Nothing,
    Ping,
    Closed,
    Refused(ErrorEnvelope),
}

impl Heard {
    fn now() -> Self {
        Self {
            ping_at: Instant::now() + PING,
            unheard: 0,
            frames: 0,
        }
    }

    /// It is time for a ping. `false` where the last ones were not answered.
    fn ask_again(&mut self) -> bool {
        self.ping_at = Instant::now() + PING;
        self.frames = 0;
        self.unheard += 1;
        self.unheard <= UNHEARD
    }

    fn take(&mut self, message: Message) -> Taken {
        self.unheard = 0;
        self.frames += 1;
        if self.frames > MOST_FRAMES {
            return Taken::Refused(too_many());
        }
        match message {
            Message::Text(text) if is_ping(&text) => Taken::Ping,
            Message::Text(_) | Message::Binary(_) => Taken::Refused(not_understood()),
            Message::Close(_) => Taken::Closed,
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Taken::Nothing,
        }
    }
}

fn is_ping(text: &str) -> bool {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Frame<'a> {
        #[serde(borrow, rename = "type")]
        kind: std::borrow::Cow<'a, str>,
    }
    serde_json::from_str::<Frame<'_>>(text).is_ok_and(|frame| frame.kind == "ping")
}

fn too_many() -> ErrorEnvelope {
    const TOO_MANY: ErrorStatus = ErrorStatus::literal(http::StatusCode::TOO_MANY_REQUESTS);
    ErrorEnvelope::builder(code::http_exception(TOO_MANY))
        .message("too many frames")
        .build()
}

fn not_understood() -> ErrorEnvelope {
    let issue = ValidationIssue {
        loc: vec!["frame".to_owned()],
        msg: "this stream takes {\"type\":\"ping\"} and nothing else; send what changes something to its own route"
            .to_owned(),
        kind: "frame_invalid".to_owned(),
    };
    ErrorEnvelope::validation(&[issue]).build()
}
