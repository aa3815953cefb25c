//! An engine that streams chats from a log that can be told to fail, and a client that reads what it gets.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::Path;
use guard::clock::Clock;
use guard::code;
use guard::context::{Mode, OpaqueId, ProjectId, TenantId};
use guard::credential::{Identity, TokenError, Verification, VerifyToken};
use guard::envelope::ErrorEnvelope;
use guard::layer::Settings;
use guard::registry::{Engine, Route};
use guard::route::{GateDecision, Method, RouteMeta, StreamFacts, Transport};
use guard::store::{
    Backend, Durability, EventId, EventLog, Memory, NewEvent, Read, Retention, Scope, StoreError, StoreFuture,
    StreamKey, Tail,
};
use guard::stream::{StreamEvent, Streams, StreamsBuilder, Subscribe};
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) type Body = axum::body::Body;

pub(crate) const NOW: u64 = 1_800_000_000;

/// A clock that a test sets.
#[derive(Debug, Clone)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Default for Hand {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(NOW)))
    }
}

impl Hand {
    pub(crate) fn set(&self, now: u64) {
        self.0.store(now, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn wall(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.0.load(Ordering::SeqCst)))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// `user.tenant.end`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokens;

impl VerifyToken for Tokens {
    fn verify(&self, token: &str, _: Duration) -> Verification {
        let mut parts = token.split('.');
        let mut next = || parts.next().ok_or_else(|| TokenError::invalid("not three parts"));
        let identity = (|| {
            let user = OpaqueId::parse(next()?).map_err(TokenError::invalid)?;
            let tenant = TenantId::parse(next()?).map_err(TokenError::invalid)?;
            let end = next()?.parse().map_err(TokenError::invalid)?;
            let identity = Identity::builder(user).tenant(tenant).expires_at(end).build();
            identity.map(Arc::new).map_err(TokenError::invalid)
        })();
        Verification::Done(identity)
    }
}

/// A log that declares what it is told to, and fails when it is told to.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) inner: Arc<dyn EventLog>,
    pub(crate) durability: Durability,
    pub(crate) is_broken: Arc<AtomicBool>,
}

/// In memory.
impl Default for Log {
    fn default() -> Self {
        Self::of(Arc::new(Memory::default()))
    }
}

impl Log {
    fn of(inner: Arc<dyn EventLog>) -> Self {
        Self {
            inner,
            durability: Durability::Synced,
            is_broken: Arc::default(),
        }
    }

    fn unless_broken<'a, T: Send + 'a>(&self, answer: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
        if self.is_broken.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::unavailable("canary of a log")) });
        }
        answer
    }
}

impl Backend for Log {
    fn name(&self) -> &'static str {
        "Log"
    }

    fn durability(&self) -> Durability {
        self.durability
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        self.inner.prove()
    }
}

impl EventLog for Log {
    fn append<'a>(&'a self, stream: &'a StreamKey, events: Vec<NewEvent>) -> StoreFuture<'a, Vec<EventId>> {
        self.unless_broken(self.inner.append(stream, events))
    }

    fn read<'a>(&'a self, stream: &'a StreamKey, after: Option<EventId>, limit: usize) -> StoreFuture<'a, Read> {
        self.unless_broken(self.inner.read(stream, after, limit))
    }

    fn head<'a>(&'a self, stream: &'a StreamKey) -> StoreFuture<'a, Option<EventId>> {
        self.unless_broken(self.inner.head(stream))
    }

    fn prune<'a>(&'a self, kind: &'a OpaqueId, retention: Retention, now_ms: u64) -> StoreFuture<'a, u64> {
        self.inner.prune(kind, retention, now_ms)
    }

    fn watch(&self, stream: &StreamKey) -> Tail {
        self.inner.watch(stream)
    }
}

/// What a test turns.
#[derive(Default)]
pub(crate) struct House {
    pub(crate) log: Log,
    pub(crate) clock: Hand,
}

impl House {
    /// One whose events are in this log.
    pub(crate) fn on(log: Arc<dyn EventLog>) -> Self {
        Self {
            log: Log::of(log),
            clock: Hand::default(),
        }
    }

    pub(crate) fn streams(&self) -> StreamsBuilder {
        Streams::builder(Arc::new(self.log.clone()), Mode::ALL)
            .unwrap()
            .clock(self.clock.clone())
    }

    pub(crate) fn settings(&self, streams: &Streams) -> Settings {
        Settings::new(Tokens).clock(self.clock.clone()).streams(streams.clone())
    }

    /// An engine of the usual routes.
    pub(crate) fn engine(&self, streams: &Streams) -> Engine {
        engine(self.settings(streams))
    }
}

pub(crate) const fn sse(path: &'static str, domain: &'static str) -> RouteMeta {
    streaming(path, Transport::Sse, domain)
}

pub(crate) const fn streaming(path: &'static str, transport: Transport, domain: &'static str) -> RouteMeta {
    RouteMeta::from_macro(Method::Get, path, "engines.chat.routes", GateDecision::Reads)
        .stream(StreamFacts::from_macro(transport, domain))
}

pub(crate) async fn follow(Path(id): Path<OpaqueId>) -> Result<Subscribe, ErrorEnvelope> {
    match id.as_str() {
        "forbidden" => Err(ErrorEnvelope::builder(code::AUTH_INSUFFICIENT_ROLE).build()),
        "from_start" => Ok(Subscribe::to(id).from_start()),
        _ => Ok(Subscribe::to(id)),
    }
}

pub(crate) fn routes() -> Vec<Route> {
    let plain = RouteMeta::from_macro(Method::Get, "/plain", "engines.chat.routes", GateDecision::Reads);
    vec![
        Route::new(sse("/sse/chat/{id}", "chat").resource_kind("chat"), follow),
        Route::new(sse("/sse/canvas/{id}", "canvas"), follow),
        Route::new(sse("/sse/says/nothing", "chat"), || async { "no stream" }),
        #[cfg(feature = "ws")]
        Route::new(
            streaming("/ws/chat/{id}", Transport::Websocket, "chat").resource_kind("chat"),
            follow,
        ),
        #[cfg(feature = "ws")]
        Route::new(streaming("/ws/hello/{id}", Transport::WebsocketHello, "chat"), follow),
        Route::new(plain, || async { Subscribe::to(OpaqueId::parse("th_1").unwrap()) }),
    ]
}

pub(crate) fn engine(settings: Settings) -> Engine {
    Engine::new(settings, routes()).unwrap()
}

pub(crate) fn scope(tenant: &str, mode: Mode) -> Scope {
    Scope {
        tenant: TenantId::parse(tenant).unwrap(),
        mode,
        project: ProjectId::parse("launch").unwrap(),
    }
}

/// A stream of `t_acme` in saas.
pub(crate) fn stream(kind: &str, id: &str) -> StreamKey {
    StreamKey {
        scope: scope("t_acme", Mode::Saas),
        kind: OpaqueId::parse(kind).unwrap(),
        id: OpaqueId::parse(id).unwrap(),
    }
}

pub(crate) fn numbered(number: usize) -> StreamEvent {
    StreamEvent::new("message", json!({"number": number})).unwrap()
}

/// Publishes events with these numbers, and gives their ids.
pub(crate) async fn publish(
    streams: &Streams,
    to: &StreamKey,
    numbers: impl IntoIterator<Item = usize>,
) -> Vec<EventId> {
    let mut ids = Vec::new();
    for number in numbers {
        ids.push(streams.publish(to, &numbered(number)).await.unwrap());
    }
    ids
}

/// A request with every good header, of a token that ends in a minute.
pub(crate) fn get(path: &str) -> Request<Body> {
    let mut request = bare(path);
    for (name, value) in [
        ("authorization", format!("Bearer u_1.t_acme.{}", NOW + 60)),
        ("x-mode", "saas".to_owned()),
        ("x-tenant-id", "t_acme".to_owned()),
        ("x-project-id", "launch".to_owned()),
        ("x-app-id", "studio".to_owned()),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

/// A request as a browser's `EventSource` sends it.
pub(crate) fn bare(path: &str) -> Request<Body> {
    Request::builder().uri(path).body(Body::empty()).unwrap()
}

pub(crate) fn with(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

pub(crate) fn after(request: Request<Body>, cursor: EventId) -> Request<Body> {
    with(request, "last-event-id", &cursor.to_string())
}

/// The error of a request that gets no stream: status, code, the whole envelope.
pub(crate) async fn refused(engine: &Engine, request: Request<Body>) -> (u16, String, Value) {
    let Ok(response) = engine.clone().oneshot(request).await;
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/json", "{status}");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let envelope: ErrorEnvelope = serde_json::from_slice(&body).unwrap();
    assert_eq!(envelope.http_status().as_u16(), status);
    (
        status,
        envelope.code().to_owned(),
        serde_json::from_slice(&body).unwrap(),
    )
}

#[track_caller]
pub(crate) fn is((status, code, _): (u16, String, Value), expected: u16, expected_code: &str) {
    assert_eq!((status, &*code), (expected, expected_code));
}

/// An event as a client reads it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Got {
    pub(crate) name: String,
    pub(crate) id: Option<EventId>,
    pub(crate) data: Value,
}

impl Got {
    pub(crate) fn number(&self) -> usize {
        usize::try_from(
            self.data["data"]["number"]
                .as_u64()
                .unwrap_or_else(|| panic!("{self:?}")),
        )
        .unwrap()
    }
}

/// A client of an event stream.
pub(crate) struct Client {
    body: guard::layer::GuardedBody,
    text: String,
    events: VecDeque<Got>,
    pub(crate) head: http::response::Parts,
    /// Lines that begin with `retry:` or are comments.
    pub(crate) asides: Vec<String>,
}

impl Client {
    pub(crate) async fn open(engine: &Engine, request: Request<Body>) -> Self {
        let Ok(response) = engine.clone().oneshot(request).await;
        Self::of(response)
    }

    pub(crate) fn of(response: Response<guard::layer::GuardedBody>) -> Self {
        let (head, body) = response.into_parts();
        assert_eq!(head.status, 200);
        Self {
            body,
            text: String::new(),
            events: VecDeque::new(),
            head,
            asides: Vec::new(),
        }
    }

    /// The next event, or `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Got> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if !self.more().await {
                return None;
            }
        }
    }

    /// Reads one frame of the body.
    pub(crate) async fn more(&mut self) -> bool {
        let Some(frame) = self.body.frame().await else {
            return false;
        };
        let bytes = frame.unwrap().into_data().unwrap();
        self.text.push_str(str::from_utf8(&bytes).unwrap());
        while let Some((block, rest)) = self.text.split_once("\n\n") {
            let mut event = Got {
                name: String::new(),
                id: None,
                data: Value::Null,
            };
            for line in block.lines() {
                match line.split_once(": ").unwrap() {
                    ("event", name) => event.name = name.to_owned(),
                    ("id", id) => event.id = Some(id.parse().unwrap()),
                    ("data", data) => event.data = serde_json::from_str(data).unwrap(),
                    _ => self.asides.push(line.to_owned()),
                }
            }
            if !event.name.is_empty() {
                self.events.push_back(event);
            }
            self.text = rest.to_owned();
        }
        true
    }

    /// The next event that is durable, past those that are not.
    pub(crate) async fn message(&mut self) -> Got {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended"));
            assert!(!matches!(&*event.name, "error" | "stream_end"), "{event:?}");
            if event.id.is_some() {
                return event;
            }
        }
    }

    /// The numbers of so many messages.
    pub(crate) async fn numbers(&mut self, count: usize) -> Vec<usize> {
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.push(self.message().await.number());
        }
        numbers
    }
}
