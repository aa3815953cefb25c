//! What idle streams cost, and how long a publish takes to reach all of them. It starts itself a second time as the server,
//! so that the memory is the server's alone; both share the machine's cores.
//!
//! ```console
//! $ ulimit -n 20000
//! $ cargo run --release -p guard --example stream_fanout -- 5000
//! ```

#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use guard::context::{Mode, OpaqueId, RequestContext, TenantId};
use guard::credential::{Identity, TokenError, Verification, VerifyToken};
use guard::engine_route;
use guard::envelope::EngineError;
use guard::layer::Settings;
use guard::registry::Engine;
use guard::server::Server;
use guard::store::{Memory, Scope, StreamKey};
use guard::stream::{StreamEvent, StreamLimits, Streams, Subscribe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// How often everybody is reached.
const ROUNDS: usize = 20;

#[tokio::main]
async fn main() -> Result<()> {
    match env::args().nth(1).as_deref() {
        Some("serve") => serve().await,
        count => measure(count.unwrap_or("1000").parse()?).await,
    }
}

/// Anybody is a member of `t_acme`: this measures streams, not tokens.
#[derive(Debug)]
struct Anybody;

impl VerifyToken for Anybody {
    fn verify(&self, _: &str, now: Duration) -> Verification {
        let identity = || {
            let user = OpaqueId::parse("u_1").map_err(TokenError::invalid)?;
            let tenant = TenantId::parse("t_acme").map_err(TokenError::invalid)?;
            let identity = Identity::builder(user)
                .tenant(tenant)
                .expires_at(now.as_secs() + 3_600)
                .build();
            identity.map(Arc::new).map_err(TokenError::invalid)
        };
        Verification::Done(identity())
    }
}

#[engine_route(
    method = GET,
    path = "/sse/chat/{thread_id}",
    router = "engines.chat.service.sse_transport",
    stream = sse("chat"),
    state = Streams
)]
async fn follow(Path(thread): Path<OpaqueId>) -> Subscribe {
    Subscribe::to(thread)
}

#[engine_route(
    method = POST,
    path = "/chat/{thread_id}",
    router = "engines.chat.service.routes",
    no_gate = "a measurement on its own machine"
)]
async fn say(
    State(streams): State<Streams>,
    context: RequestContext,
    Path(id): Path<OpaqueId>,
) -> Result<String, EngineError> {
    let scope = Scope::of(&context);
    let kind = OpaqueId::parse("chat").map_err(EngineError::internal)?;
    let event = StreamEvent::new("message", serde_json::json!({"text": "hello"})).map_err(EngineError::internal)?;
    let id = streams
        .publish(&StreamKey { scope, kind, id }, &event.caused_by(&context))
        .await?;
    Ok(id.to_string())
}

async fn serve() -> Result<()> {
    let limits = StreamLimits::default().open(100_000).of_tenant(100_000);
    let streams = Streams::builder(Arc::new(Memory::default()), [Mode::Lab])?
        .limits(limits)
        .build();
    let settings = Settings::new(Anybody).streams(streams.clone());
    let engine = Engine::with_state(settings, guard::routes![follow, say], streams.clone())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Server::new()
        .connections(100_000)
        .streams_of(&streams)
        .serve(listener, engine, std::future::pending())
        .await;
    Ok(())
}

async fn measure(count: usize) -> Result<()> {
    let mut server = Command::new(env::current_exe()?)
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()?;
    let output = server.stdout.take().ok_or("the server has no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let address = line.trim().parse()?;
    let figures = figures(address, server.id(), count).await;
    server.kill()?;
    server.wait()?;
    figures
}

async fn figures(address: SocketAddr, server: u32, count: usize) -> Result<()> {
    let empty = resident(server)?;
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let opened_at = Instant::now();
    for _ in 0..count {
        let mut socket = TcpStream::connect(address).await?;
        socket.write_all(head("GET", 0).as_bytes()).await?;
        await_text(&mut socket, b"retry: ").await?;
        let arrived = arrived.clone();
        tokio::spawn(async move {
            while await_text(&mut socket, b"event: message").await.is_ok() {
                let _ = arrived.send(Instant::now());
            }
        });
    }
    println!("{count} streams opened in {:.1} s", opened_at.elapsed().as_secs_f64());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = resident(server)?;
    println!(
        "resident memory of the server: {} MB, {} MB of it before they came",
        idle / 1_000,
        empty / 1_000
    );
    let mut times = Vec::with_capacity(count * ROUNDS);
    for _ in 0..ROUNDS {
        let mut socket = TcpStream::connect(address).await?;
        let begun = Instant::now();
        socket.write_all(head("POST", 0).as_bytes()).await?;
        for _ in 0..count {
            let at = tokio::time::timeout(Duration::from_secs(30), arrivals.recv())
                .await?
                .ok_or("nobody is there")?;
            times.push(at.duration_since(begun));
        }
    }
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "a publish reaches a stream within {:.0} ms (median), {:.0} ms (p99), {:.0} ms (last of {ROUNDS} publishes)",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    println!(
        "resident memory of the server afterwards: {} MB",
        resident(server)? / 1_000
    );
    Ok(())
}

fn head(method: &str, length: usize) -> String {
    let path = if method == "GET" {
        "/sse/chat/th_1"
    } else {
        "/chat/th_1"
    };
    format!(
        "{method} {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer anybody\r\nx-mode: lab\r\nx-tenant-id: t_acme\r\n\
         x-project-id: launch\r\nx-app-id: studio\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// Reads until this came. What came with it is of the same event.
async fn await_text(socket: &mut TcpStream, text: &[u8]) -> Result<()> {
    let mut buffer = [0; 2048];
    loop {
        let read = socket.read(&mut buffer).await?;
        if read == 0 {
            return Err("the stream ended".into());
        }
        if buffer[..read].windows(text.len()).any(|window| window == text) {
            return Ok(());
        }
    }
}

/// The resident memory of a process in kB, as Linux tells it.
fn resident(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no VmRSS")?.parse()?)
}
