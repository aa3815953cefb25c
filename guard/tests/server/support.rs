//! A server with a small service, and clients that send bytes.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use guard::server::{Drained, Server};
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: Arc<Notify>,
    /// Tells that a request for `/wait` has come in.
    pub(crate) entered: Arc<Notify>,
    /// Lets requests for `/wait` go on.
    pub(crate) go_on: Arc<Notify>,
    served: JoinHandle<Drained>,
}

impl Running {
    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }

    pub(crate) async fn ended(self) -> Drained {
        patient(self.served).await.unwrap()
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        patient(TcpStream::connect(self.address)).await.unwrap()
    }
}

/// Waits, but not for ever.
pub(crate) async fn patient<F: Future>(future: F) -> F::Output {
    timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("this should not take so long"))
}

/// Serves what it got: the method, the path, the number of headers and of bytes in the body. `/wait` waits.
pub(crate) async fn start(server: Server) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, entered, go_on) = (
        Arc::new(Notify::new()),
        Arc::new(Notify::new()),
        Arc::new(Notify::new()),
    );
    let (stopped, entering, going) = (Arc::clone(&stop), Arc::clone(&entered), Arc::clone(&go_on));
    let service = tower::service_fn(move |request: Request<Incoming>| {
        let (entering, going) = (Arc::clone(&entering), Arc::clone(&going));
        async move {
            let (parts, body) = request.into_parts();
            if parts.uri.path() == "/wait" {
                entering.notify_one();
                going.notified().await;
            }
            let bytes = body.collect().await.map_or(0, |body| body.to_bytes().len());
            let text = format!("{} {} {} {bytes}", parts.method, parts.uri.path(), parts.headers.len());
            Ok::<_, Infallible>(Response::new(Body::from(text)))
        }
    });
    let served = tokio::spawn(server.serve(listener, service, async move { stopped.notified().await }));
    Running {
        address,
        stop,
        entered,
        go_on,
        served,
    }
}

/// What the server answers until it closes the connection.
pub(crate) async fn answers(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A server that refuses what it did not read resets the connection after its answer.
    let _ = patient(stream.read_to_end(&mut bytes)).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends bytes and reads until the server closes.
pub(crate) async fn exchange(running: &Running, bytes: &[u8]) -> String {
    let mut stream = running.connect().await;
    // The server may have had enough before all is sent.
    let _ = stream.write_all(bytes).await;
    answers(&mut stream).await
}

/// Reads one response with a short body.
pub(crate) async fn one_answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        assert_ne!(patient(stream.read_buf(&mut bytes)).await.unwrap(), 0, "{text}");
    }
}
