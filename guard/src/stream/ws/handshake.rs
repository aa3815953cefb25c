//! The handshake of a WebSocket: RFC 6455, section 4.2.

use axum_core::body::Body;
use http::header::{
    CONNECTION, HeaderValue, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, Request, Response, StatusCode};
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Origins;
use crate::code;
use crate::envelope::{ErrorEnvelope, ErrorStatus};

const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");
const VERSION: &[u8] = b"13";

/// A ticket that was the only subprotocol: a browser gives up where none of its offers is taken.
#[derive(Debug, Clone)]
pub(crate) struct EchoedProtocol(pub(crate) HeaderValue);

/// A connection that becomes a WebSocket when its response head says so.
pub(crate) struct Upgrade {
    pub(super) on: OnUpgrade,
    accept: HeaderValue,
    protocol: Option<HeaderValue>,
}

/// Why a request opens no WebSocket, and the header that says what would.
pub(crate) fn judge(
    request: &Request<Body>,
    origins: &Origins,
) -> Result<(), (ErrorEnvelope, Option<(HeaderName, HeaderValue)>)> {
    const UPGRADE_REQUIRED: ErrorStatus = ErrorStatus::literal(StatusCode::UPGRADE_REQUIRED);
    const FORBIDDEN: ErrorStatus = ErrorStatus::literal(StatusCode::FORBIDDEN);
    let refuse = |status, message: &'static str| {
        ErrorEnvelope::builder(code::http_exception(status))
            .message(message)
            .build()
    };
    let headers = request.headers();
    let version = headers.get(SEC_WEBSOCKET_VERSION).map(HeaderValue::as_bytes);
    if version.is_some_and(|version| version != VERSION) {
        let envelope = refuse(UPGRADE_REQUIRED, "a WebSocket has version 13 here");
        return Err((envelope, Some((SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")))));
    }
    let is_handshake = request.method() == http::Method::GET
        && version.is_some()
        && has_token(headers, &CONNECTION, "upgrade")
        && has_token(headers, &UPGRADE, "websocket")
        && headers.get_all(SEC_WEBSOCKET_KEY).iter().count() == 1
        && request.extensions().get::<OnUpgrade>().is_some();
    if !is_handshake {
        let envelope = refuse(
            UPGRADE_REQUIRED,
            "this route answers the handshake of a WebSocket over HTTP/1.1",
        );
        return Err((envelope, Some((UPGRADE, WEBSOCKET))));
    }
    if !origins.allow(headers) {
        let envelope =
            ErrorEnvelope::builder(code::http_exception(FORBIDDEN)).message("this origin opens no WebSocket here");
        return Err((envelope.detail("header", ORIGIN.as_str()).build(), None));
    }
    Ok(())
}

impl Upgrade {
    /// Takes what the upgrade needs from a request that was judged.
    pub(crate) fn take(request: &mut Request<Body>) -> Option<Self> {
        let on = request.extensions_mut().remove::<OnUpgrade>()?;
        let echoed = request.extensions_mut().remove::<EchoedProtocol>();
        let headers = request.headers();
        let key = headers.get(SEC_WEBSOCKET_KEY)?.as_bytes();
        let accept = HeaderValue::try_from(derive_accept_key(key)).ok()?;
        let offered = headers
            .get(SEC_WEBSOCKET_PROTOCOL)
            .and_then(|offered| offered.to_str().ok());
        let first = offered.and_then(|offered| offered.split(',').map(str::trim).find(|name| !name.is_empty()));
        let first = first.and_then(|name| HeaderValue::from_str(name).ok());
        Some(Self {
            on,
            accept,
            protocol: first.or(echoed.map(|EchoedProtocol(name)| name)),
        })
    }

    /// The response head with which the connection becomes a WebSocket.
    pub(crate) fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, WEBSOCKET);
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept.clone());
        if let Some(protocol) = &self.protocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol.clone());
        }
        response
    }
}

/// Whether a word stands in a list of words, as `upgrade` does in `keep-alive, Upgrade`.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case(token))
}
