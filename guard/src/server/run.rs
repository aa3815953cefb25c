//! The loop that accepts, and the end of it.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum_core::BoxError;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};
use tower_service::Service;

use super::Server;
use super::prompt::Prompt;
use super::stalled::Stalled;

/// How long to wait after the system has nothing left to accept a connection with.
const EXHAUSTED: Duration = Duration::from_secs(1);

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Connections that were still busy at the deadline, and were cut.
    pub cut: usize,
}

impl Server {
    /// Serves until `shutdown` is ready. From then on nothing is accepted, idle connections are closed, and requests in
    /// flight are finished, within the time that [`Server::drain`] gives.
    ///
    /// Dropping the future cuts every connection.
    pub async fn serve<S, B>(self, listener: TcpListener, service: S, shutdown: impl Future<Output = ()>) -> Drained
    where
        S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let builder = self.builder();
        let service = TowerToHyperService::new(service);
        let slots = Arc::new(Semaphore::new(self.connections.min(Semaphore::MAX_PERMITS)));
        let graceful = GracefulShutdown::new();
        let mut running = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let next = async {
                // Nobody closes the semaphore.
                let slot = Arc::clone(&slots).acquire_owned().await.ok();
                (slot, accept(&listener).await)
            };
            let (slot, stream) = tokio::select! {
                biased;
                () = &mut shutdown => break,
                next = next => next,
            };
            reap(&mut running);
            let io = Stalled::new(Prompt::new(stream, self.head_time), self.write_time);
            let io = TokioIo::new(io);
            let connection = builder.serve_connection_with_upgrades(io, service.clone());
            let connection = graceful.watch(connection.into_owned());
            running.spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(error = &*error as &(dyn Error + 'static), "a connection ended early");
                }
                drop(slot);
            });
        }
        // Whoever comes now is refused by the system, instead of waiting for an answer that never comes.
        drop(listener);
        if let Some(streams) = &self.engine_streams {
            streams.drain();
        }
        let end = Instant::now() + self.drain;
        let in_time = timeout_at(end, graceful.shutdown()).await.is_ok();
        let mut open = 0;
        if let Some(streams) = &self.engine_streams {
            // What is left of them are WebSockets, which are no connections of this server any more.
            open = streams.drained(end.saturating_duration_since(Instant::now())).await;
        }
        if !in_time || open > 0 {
            reap(&mut running);
            let cut = if in_time { open } else { running.len().max(open) };
            running.shutdown().await;
            tracing::warn!(cut, "connections were cut at the end of the time to drain");
            return Drained { cut };
        }
        Drained { cut: 0 }
    }

    fn builder(&self) -> Builder<TokioExecutor> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_time)
            .max_headers(self.headers)
            .max_buf_size(self.head_bytes);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(self.head_bytes).unwrap_or(u32::MAX))
            .max_concurrent_streams(self.streams)
            .keep_alive_interval(self.ping_interval)
            .keep_alive_timeout(self.ping_timeout);
        builder
    }
}

/// The next connection. What is wrong with one does not stop the server.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection keeps Nagle's algorithm");
                }
                return stream;
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                sleep(EXHAUSTED).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Forgets connections that have ended.
fn reap(running: &mut JoinSet<()>) {
    while let Some(ended) = running.try_join_next() {
        if let Some(panic) = ended.err().filter(JoinError::is_panic) {
            tracing::error!(%panic, "a connection panicked");
        }
    }
}
