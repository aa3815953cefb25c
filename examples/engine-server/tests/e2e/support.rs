//! An engine on a socket, and a client for both versions of HTTP.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use engine_server::engine::{self, Opened, Setup};
use engine_server::secrets::{self, Secrets};
use engine_server::{page, places, policies};
use guard::code::CODES;
use guard::context::Mode;
use guard::envelope::{ErrorEnvelope, Gate};
use guard::gate::{Chain, Policies};
use guard::server::Server;
use guard::store::{PolicyKey, PolicyScope, Stores, UpkeepTask};
use http::{HeaderMap, HeaderName, Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const TOKENS_SECRET: &str = "a secret for tokens of thirty-two bytes";
pub(crate) const LOGIN_SECRET: &str = "a secret to log in with";

/// Both versions are spoken to one socket.
pub(crate) const VERSIONS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) stores: Stores,
    pub(crate) chain: Chain,
    server: AbortHandle,
    _upkeep: UpkeepTask,
    // After the server, which has a file in it.
    _folder: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Waits, but not for ever.
pub(crate) async fn patient<F: Future>(future: F) -> F::Output {
    timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("this should not take so long"))
}

pub(crate) fn secrets() -> Secrets {
    let secrets = Secrets::from_env(|name| {
        Ok(match name {
            secrets::TOKENS => TOKENS_SECRET.to_owned(),
            secrets::LOGIN => LOGIN_SECRET.to_owned(),
            _ => "a secret for tickets of thirty-two bytes".to_owned(),
        })
    });
    secrets.unwrap()
}

/// The page that may open WebSockets.
pub(crate) const ORIGIN: &str = "https://app.example";

/// An engine on a file of its own, with the policies to begin with.
pub(crate) async fn start() -> Running {
    let folder = TempDir::new().unwrap();
    let place = format!("sqlite:{}/engine.db", folder.path().display());
    let stores = places::open(&place, None).await.unwrap();
    let Opened {
        engine,
        streams,
        chain,
        upkeep,
    } = engine::open(Setup {
        secrets: secrets(),
        modes: vec![Mode::Lab],
        stores: stores.clone(),
        origins: vec![ORIGIN.to_owned()],
    })
    .await
    .unwrap();
    policies::seed(chain.policies()).await.unwrap();
    seen().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = page::in_front_of(engine).unwrap();
    let server = Server::new().streams_of(&streams);
    let server = tokio::spawn(server.serve(listener, service, std::future::pending()));
    Running {
        address,
        stores,
        chain,
        server: server.abort_handle(),
        _upkeep: upkeep,
        _folder: folder,
    }
}

/// Long enough for an engine to have a policy that was put.
pub(crate) async fn seen() {
    sleep(Duration::from_millis(200)).await;
}

/// Puts a policy everywhere.
pub(crate) async fn put(policies: &Policies, gate: Gate, subject: &str, rule: Value) {
    let key = PolicyKey {
        gate,
        scope: PolicyScope::Everywhere,
        subject: subject.to_owned(),
    };
    policies
        .put(key, Some(&rule), None, "u_ops".parse().unwrap(), 0)
        .await
        .unwrap();
}

/// Throws the kill switch of an action, or takes it back.
pub(crate) async fn kill(policies: &Policies, action: &str, blocked: bool) {
    put(
        policies,
        Gate::KillSwitch,
        action,
        serde_json::json!({"blocked": blocked}),
    )
    .await;
}

/// A request to be changed and sent.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    version: Version,
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// A request with nothing but a path.
pub(crate) fn bare(version: Version, method: &'static str, path: &str) -> Call {
    Call {
        version,
        method,
        path: path.to_owned(),
        headers: Vec::new(),
        body: String::new(),
    }
}

/// A request with every header of a good one.
pub(crate) fn guarded(version: Version, method: &'static str, path: &str, token: &str) -> Call {
    bare(version, method, path)
        .with("authorization", &format!("Bearer {token}"))
        .with("x-mode", "lab")
        .with("x-tenant-id", "t_demo")
        .with("x-project-id", "launch")
        .with("x-app-id", "studio")
}

impl Call {
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.and(name, value)
    }

    /// Once more.
    pub(crate) fn and(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub(crate) fn json(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self.with("content-type", "application/json")
    }

    pub(crate) async fn send(self, running: &Running) -> Answer {
        self.send_to(running.address).await
    }

    pub(crate) async fn send_to(self, address: SocketAddr) -> Answer {
        let response = patient(self.open(address)).await;
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: patient(body.collect()).await.unwrap().to_bytes().to_vec(),
        }
    }

    /// Sends it and gives the response when its head is there.
    pub(crate) async fn open(self, authority: SocketAddr) -> Response<Incoming> {
        let path = &self.path;
        let mut request = Request::builder().method(self.method);
        request = match self.version {
            Version::HTTP_2 => request.uri(format!("http://{authority}{path}")),
            _ => request.uri(path).header("host", authority.to_string()),
        };
        for (name, value) in &self.headers {
            request = request.header(name.parse::<HeaderName>().unwrap(), value);
        }
        let request = request.body(Full::new(Bytes::from(self.body))).unwrap();
        exchange(self.version, authority, request).await
    }
}

async fn exchange(version: Version, address: SocketAddr, request: Request<Full<Bytes>>) -> Response<Incoming> {
    let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let response = if version == Version::HTTP_2 {
        let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
            .await
            .unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    };
    assert_eq!(response.version(), version);
    response
}

/// A response that was read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.headers["content-type"], "application/json");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        assert!(self.headers.contains_key("x-request-id"));
        self.json()
    }

    /// The status and the code, after a check that the whole is an envelope of the contract.
    #[track_caller]
    pub(crate) fn error(&self) -> (u16, String) {
        let envelope = self.envelope();
        (self.status, envelope.code().to_owned())
    }

    #[track_caller]
    pub(crate) fn envelope(&self) -> ErrorEnvelope {
        let envelope: ErrorEnvelope = serde_json::from_value(self.json()).unwrap();
        assert_eq!(envelope.http_status().as_u16(), self.status);
        let code = envelope.code();
        let known = CODES.iter().any(|entry| entry.matches(code)) || code == "auth.login_refused";
        assert!(known, "{code}");
        assert!(self.headers.contains_key("x-request-id"), "{code}");
        assert_eq!(self.headers["x-content-type-options"], "nosniff", "{code}");
        envelope
    }
}

/// A token of a user.
pub(crate) async fn log_in(running: &Running, version: Version, user: &str) -> String {
    log_in_to(running.address, version, user).await
}

/// The same, from an engine that listens there.
pub(crate) async fn log_in_to(address: SocketAddr, version: Version, user: &str) -> String {
    let body = serde_json::json!({"user": user, "secret": LOGIN_SECRET}).to_string();
    let answer = bare(version, "POST", "/auth/login").json(&body).send_to(address).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    answer.ok()["token"].as_str().unwrap().to_owned()
}
