//! Requests with one fault each.

use axum_core::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};

use super::Check;
use super::answer::Expected;

/// The request id of every probe.
pub(super) const REQUEST_ID: &str = "guard-conformance";

/// A request to send, and what must come of it.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    pub(super) check: Check,
    /// What is special about it.
    pub(super) what: String,
    pub(super) draft: Draft,
    pub(super) expected: Expected,
}

/// A request that is still being written.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: ProbeBody,
}

#[derive(Debug, Clone)]
pub(super) enum ProbeBody {
    Text(String),
    /// Spaces without an end that was announced; 64 MiB of them, should anybody read so far.
    Endless,
}

impl Draft {
    pub(super) fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: String::new(),
            headers: Vec::new(),
            body: ProbeBody::Text(String::new()),
        }
        .with("x-request-id", REQUEST_ID)
    }

    /// With a header instead of all of that name. A value that is none of HTTP's is left out.
    pub(super) fn with(self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).and(name, value)
    }

    /// With one more header.
    pub(super) fn and(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        if let Ok(value) = HeaderValue::from_bytes(value.as_ref()) {
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }

    pub(super) fn without(mut self, name: &'static str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(super) fn value(&self, name: &str) -> Option<&HeaderValue> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Whether it has the one good request id.
    pub(super) fn is_identified(&self) -> bool {
        let mut ids = self.headers.iter().filter(|(known, _)| known == "x-request-id");
        matches!((ids.next(), ids.next()), (Some((_, id)), None) if id == REQUEST_ID)
    }

    pub(super) fn query(mut self, query: impl Into<String>) -> Self {
        self.query = query.into();
        self
    }

    pub(super) fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    pub(super) fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub(super) fn body(mut self, body: ProbeBody) -> Self {
        self.body = body;
        self
    }

    pub(super) fn json(self, text: impl Into<String>) -> Self {
        self.with("content-type", "application/json")
            .body(ProbeBody::Text(text.into()))
    }

    pub(super) fn request(&self) -> Result<Request<Body>, http::Error> {
        let uri = if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        };
        let mut request = Request::builder().method(self.method.clone()).uri(uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(match &self.body {
            ProbeBody::Text(text) => Body::from(text.clone()),
            ProbeBody::Endless => Body::new(Spaces { left: 1024 }),
        })
    }
}

/// A body of 64 KiB frames.
struct Spaces {
    left: u32,
}

impl http_body::Body for Spaces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        static SPACES: [u8; 64 * 1024] = [b' '; 64 * 1024];
        let Some(left) = self.left.checked_sub(1) else {
            return std::task::Poll::Ready(None);
        };
        self.left = left;
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(&SPACES)))))
    }
}
