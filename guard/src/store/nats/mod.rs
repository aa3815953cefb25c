//! The event log in NATS JetStream: for many machines and many readers.
//!
//! ```no_run
//! # async fn open() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use guard::store::Stores;
//! use guard::store::nats::JetStream;
//! use guard::store::postgres::Postgres;
//!
//! let stores = Stores::of(Postgres::open("postgres://engine@db.internal/engine").await?)
//!     .events(Arc::new(JetStream::open("nats://nats.internal").await?));
//! # Ok(())
//! # }
//! ```
//!
//! All events lie in one JetStream stream, `GUARD_EVENTS` by default, which is made on first use: on disk, without limits,
//! and refusing new messages rather than dropping old ones where it gets one. Every stream of the guard is a subject of it,
//! `<prefix>.<kind>.<stream>`, whose last two words are hashes, since an id may hold what a subject may not. An event is a
//! message: its tag and its time in milliseconds, each as 16 hexadecimal digits, then its body. So sequence numbers have gaps
//! within a stream.
//!
//! # Durability
//!
//! A NATS server acknowledges before it synchronises, unless it is set to `sync_interval: always`, which it does not tell
//! its clients. So this declares [`Durability::Delayed`]: an acknowledged event outlives the server's end, and the last
//! ones may not outlive a loss of power on all machines that hold a replica. Set `sync_interval: always`, or three
//! [replicas](JetStreamOptions::replicas) in three places.
//!
//! Events of one call go out one after the other without waiting; where one is refused, later ones may have been kept.

mod listener;
mod log;
mod subject;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::context::CreateStreamErrorKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{self, Context, ErrorCode};
use async_nats::{ConnectOptions, ServerAddr};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::error::{OpenError, StoreError};
use super::wake::Wakes;
use super::{Backend, Durability, MAX_BODY_BYTES, StoreFuture};
use crate::credential::Cause;

/// How long an answer of the server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a stream is asked for that is just being made, and how long to wait each time.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// The event log in NATS JetStream. Clones share its connection.
#[derive(Clone)]
pub struct JetStream(Arc<Inner>);

struct Inner {
    options: JetStreamOptions,
    context: Context,
    stream: Stream,
    durability: Durability,
    wakes: Wakes<String>,
    /// Told when somebody begins to wait.
    watched: Arc<Notify>,
    listener: AbortHandle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// How to open the log.
#[derive(Clone)]
#[must_use]
pub struct JetStreamOptions {
    address: String,
    login: Option<(String, String)>,
    credentials: Option<String>,
    stream: String,
    prefix: String,
    replicas: usize,
    max_bytes: i64,
}

impl JetStreamOptions {
    /// Servers by their addresses, with commas between: `nats://host:4222`, or `tls://host:4222`. No login belongs there.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            login: None,
            credentials: None,
            stream: "GUARD_EVENTS".to_owned(),
            prefix: "guard.events".to_owned(),
            replicas: 1,
            max_bytes: -1,
        }
    }

    /// A user and a password.
    pub fn login(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.login = Some((user.into(), password.into()));
        self
    }

    /// The content of a `.creds` file.
    pub fn credentials(mut self, credentials: impl Into<String>) -> Self {
        self.credentials = Some(credentials.into());
        self
    }

    /// Another JetStream stream than `GUARD_EVENTS`, and another beginning of subjects than `guard.events`.
    pub fn stream(mut self, name: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.stream = name.into();
        self.prefix = prefix.into();
        self
    }

    /// How many servers keep each event, where the stream is made: 1, 3 or 5.
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// The most bytes that the stream may have, where it is made. Beyond it every append is refused as
    /// [`StoreError::Full`].
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self
    }

    /// Connects, and makes the stream if it is not there.
    ///
    /// # Errors
    ///
    /// [`OpenError`]: above all [`OpenError::Unreachable`], and [`OpenError::Unsuitable`] for a stream that somebody else
    /// made, and that would drop events.
    pub async fn open(self) -> Result<JetStream, OpenError> {
        let (context, stream) = self.connect().await?;
        let config = &stream.cached_info().config;
        self.suitable(config)?;
        let durability = match config.storage {
            StorageType::File => Durability::Delayed,
            StorageType::Memory => Durability::Temporary,
        };
        let wakes = Wakes::default();
        let watched = Arc::new(Notify::new());
        let listener = listener::start(stream.clone(), wakes.clone(), Arc::clone(&watched));
        Ok(JetStream(Arc::new(Inner {
            options: self,
            context,
            stream,
            durability,
            wakes,
            watched,
            listener,
        })))
    }

    /// A connection of its own, and the stream.
    async fn connect(&self) -> Result<(Context, Stream), OpenError> {
        let servers = self.address.split(',').map(|address| address.trim().parse());
        let servers: Vec<ServerAddr> = servers
            .collect::<Result<_, _>>()
            .map_err(|_| OpenError::Address("it is not nats://host:port, or several with commas between".to_owned()))?;
        if servers.iter().any(ServerAddr::has_user_pass) {
            let problem = "it holds a login; give that to JetStreamOptions::login".to_owned();
            return Err(OpenError::Address(problem));
        }
        let mut options = ConnectOptions::new().name("guard").connection_timeout(PATIENCE);
        if let Some((user, password)) = &self.login {
            options = options.user_and_password(user.clone(), password.clone());
        }
        if let Some(credentials) = &self.credentials {
            options = options
                .credentials(credentials)
                .map_err(|_| OpenError::Address("the credentials are not the content of a .creds file".to_owned()))?;
        }
        let client = options
            .connect(servers)
            .await
            .map_err(|error| self.unreachable(error))?;
        if client.server_info().max_payload < MAX_BODY_BYTES * 2 {
            return Err(self.unsuitable("it takes no messages of 512 KiB; set its max_payload to that or more"));
        }
        let mut context = jetstream::new(client);
        context.set_timeout(PATIENCE);
        let stream = self.stream_of(&context).await?;
        Ok((context, stream))
    }

    /// The stream, which is made if it is not there.
    async fn stream_of(&self, context: &Context) -> Result<Stream, OpenError> {
        let mut tries = 1;
        loop {
            let made = context.get_or_create_stream(Config {
                name: self.stream.clone(),
                subjects: vec![format!("{}.>", self.prefix)],
                storage: StorageType::File,
                retention: RetentionPolicy::Limits,
                discard: DiscardPolicy::New,
                num_replicas: self.replicas,
                max_bytes: self.max_bytes,
                ..Config::default()
            });
            let error = match made.await {
                Ok(stream) => return Ok(stream),
                Err(error) => error,
            };
            let code = match error.kind() {
                CreateStreamErrorKind::JetStream(error) => Some(error.error_code()),
                _ => None,
            };
            match code {
                // It is just being made: by another process, or by the server, which has started.
                Some(ErrorCode::STREAM_SUBJECT_OVERLAP | ErrorCode::STREAM_NAME_EXIST) if tries < TRIES => {
                    tries += 1;
                    sleep(PAUSE).await;
                }
                Some(ErrorCode::STREAM_SUBJECT_OVERLAP) => {
                    let prefix = &self.prefix;
                    return Err(self.unsuitable(&format!(
                        "another of its streams takes subjects of {prefix}.>; give JetStreamOptions::stream another prefix"
                    )));
                }
                _ => return Err(self.unreachable(error)),
            }
        }
    }

    /// A stream that was there is taken as it is, if it keeps what it is given.
    fn suitable(&self, config: &Config) -> Result<(), OpenError> {
        let wanted = format!("{}.>", self.prefix);
        if !config.subjects.contains(&wanted) {
            return Err(self.unsuitable(&format!(
                "its stream {} does not take the subjects {wanted}",
                self.stream
            )));
        }
        let is_limited = config.max_bytes > 0 || config.max_messages > 0 || config.max_messages_per_subject > 0;
        if config.retention != RetentionPolicy::Limits || is_limited && config.discard != DiscardPolicy::New {
            let name = &self.stream;
            return Err(self.unsuitable(&format!(
                "its stream {name} drops events; set its retention to limits and its discard policy to new"
            )));
        }
        Ok(())
    }

    fn unsuitable(&self, problem: &str) -> OpenError {
        OpenError::Unsuitable {
            place: self.address.clone(),
            problem: problem.to_owned(),
        }
    }

    fn unreachable(&self, cause: impl std::error::Error + Send + Sync + 'static) -> OpenError {
        OpenError::Unreachable {
            place: self.address.clone(),
            cause: Cause::new(cause),
        }
    }
}

impl JetStream {
    /// Connects to the servers at these addresses, as [`JetStreamOptions`] does by default.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub async fn open(address: impl Into<String>) -> Result<Self, OpenError> {
        JetStreamOptions::new(address).open().await
    }
}

impl Backend for JetStream {
    fn name(&self) -> &'static str {
        "NATS JetStream"
    }

    fn durability(&self) -> Durability {
        self.0.durability
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let (subject, text) = subject::proof(&self.0.options.prefix);
            let publish = self.0.context.publish(subject.clone(), text.clone().into());
            let ack = publish.await.map_err(log::publish_error)?;
            let sequence = ack.await.map_err(log::publish_error)?.sequence;
            // Another connection, which knows nothing of this one.
            let (_, stream) = self.0.options.connect().await.map_err(StoreError::unavailable)?;
            let found = stream.get_raw_message(sequence).await;
            let is_there = found.is_ok_and(|found| found.payload == text && *found.subject == *subject);
            // Nobody reads it; where taking it out fails it stays.
            let _ = stream.delete_message(sequence).await;
            if is_there {
                Ok(())
            } else {
                Err(StoreError::Unproven("the stream holds none of it"))
            }
        })
    }
}

/// Shows no login.
impl fmt::Debug for JetStreamOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JetStreamOptions")
            .field("address", &self.address)
            .field("stream", &self.stream)
            .field("prefix", &self.prefix)
            .field("replicas", &self.replicas)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for JetStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JetStream")
            .field("options", &self.0.options)
            .field("durability", &self.0.durability)
            .finish_non_exhaustive()
    }
}
