//! Tells other processes what this one appended.
//!
//! The appends' own transactions do not: PostgreSQL commits those that notify one after the other, whatever database of the
//! server they are in, and wakes every listener for each of them. Here a notice goes out once its append is committed, and
//! where many follow each other closely, one goes for all of some milliseconds.
//!
//! A process that is killed in between has not told of its last events. So every process holds a lock of its own for as long
//! as it lives, and the others look for locks that are gone: then they wake all who wait, who read what there is.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use uuid::Uuid;

use super::listener::CHANNEL;
use crate::store::event::StreamKey;
use crate::store::wake::AllWakes;

/// The least time between notices.
const PACE: Duration = Duration::from_millis(5);

/// How often it is looked whether another process has ended.
const LOOK: Duration = Duration::from_secs(1);

/// How long the server may take to answer, and how long to wait after a failure.
const TRY: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(250);

/// The first number of every process's advisory lock: `guar`, as bytes of a number. The second is the process's own.
const LOCKS: i32 = 0x6775_6172;

/// The beginning of the notice of a new process; its number follows.
const MEMBER: &str = "member ";

/// The processes that live, as far as this one knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Members(Arc<Mutex<HashSet<i32>>>);

impl Members {
    /// Reads the notice of a new process, if it is one.
    pub(super) fn hear(&self, notice: &str) -> bool {
        let Some(Ok(member)) = notice.strip_prefix(MEMBER).map(str::parse) else {
            return false;
        };
        self.lock().insert(member);
        true
    }

    /// Takes in who lives now, and says whether somebody has ended. `before` are those who were known before it was asked.
    fn update(&self, before: &HashSet<i32>, now: HashSet<i32>) -> bool {
        let mut members = self.lock();
        let known = members.len();
        members.retain(|member| now.contains(member) || !before.contains(member));
        let is_gone = members.len() < known;
        members.extend(now);
        is_gone
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<i32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes what is to be told. What is left is still told when this is dropped.
pub(super) struct Teller(Arc<Untold>);

#[derive(Default)]
struct Untold {
    streams: Mutex<HashSet<StreamKey>>,
    changed: Notify,
    is_last: AtomicBool,
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.0.is_last.store(true, Ordering::Release);
        self.0.changed.notify_one();
    }
}

impl Teller {
    /// Makes this process known, and tells from now on. `wakes` are woken when another process has ended.
    pub(super) async fn start(
        options: PgConnectOptions,
        members: Members,
        wakes: AllWakes,
    ) -> Result<Self, sqlx::Error> {
        let untold = Arc::new(Untold::default());
        // Where the machine of a process is lost, the server finds out by these, and lets go of its lock.
        let options = options.options([
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "2"),
            ("tcp_keepalives_count", "3"),
        ]);
        let mut connection = introduced(&options).await?;
        let telling = Telling {
            options,
            untold: Arc::clone(&untold),
            members,
            wakes,
        };
        // Who lives now is missed from now on.
        telling.look(&mut connection).await?;
        tokio::spawn(telling.run(connection));
        Ok(Self(untold))
    }

    /// Tells others, soon, that there may be more in this stream.
    pub(super) fn tell(&self, stream: &StreamKey) {
        let mut streams = self.0.lock();
        if !streams.contains(stream) {
            streams.insert(stream.clone());
            self.0.changed.notify_one();
        }
    }
}

impl Untold {
    fn lock(&self) -> MutexGuard<'_, HashSet<StreamKey>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection whose lock says that this process lives, once the others have been told to look for it.
async fn introduced(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    let [a, b, c, d, ..] = Uuid::new_v4().into_bytes();
    let member = i32::from_be_bytes([a, b, c, d]);
    sqlx::query("SELECT pg_advisory_lock_shared($1, $2)::TEXT, pg_notify($3, $4)::TEXT")
        .bind(LOCKS)
        .bind(member)
        .bind(CHANNEL)
        .bind(format!("{MEMBER}{member}"))
        .execute(&mut connection)
        .await?;
    Ok(connection)
}

struct Telling {
    options: PgConnectOptions,
    untold: Arc<Untold>,
    members: Members,
    wakes: AllWakes,
}

impl Telling {
    async fn run(self, mut connection: PgConnection) {
        loop {
            let Err(error) = self.serve(&mut connection).await else {
                // A lock that ends in order is seen sooner.
                let _ = connection.close().await;
                return;
            };
            tracing::warn!(%error, "no notices to PostgreSQL; other processes see changes late");
            connection = loop {
                if self.untold.is_last.load(Ordering::Acquire) {
                    return;
                }
                sleep(PAUSE).await;
                if let Ok(Ok(connection)) = timeout(TRY, introduced(&self.options)).await {
                    break connection;
                }
            };
            self.untold.changed.notify_one();
        }
    }

    /// Tells and looks until the connection fails, or there is nothing more to tell.
    async fn serve(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.untold.changed.notified() => {
                    let is_last = self.untold.is_last.load(Ordering::Acquire);
                    self.tell(connection).await?;
                    if is_last {
                        return Ok(());
                    }
                    sleep(PACE).await;
                }
                _ = look.tick() => answered(self.look(connection)).await?,
            }
        }
    }

    async fn tell(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let streams = std::mem::take(&mut *self.untold.lock());
        if streams.is_empty() {
            return Ok(());
        }
        let notify = sqlx::query("SELECT pg_notify($1, notice)::TEXT FROM UNNEST($2::TEXT[]) AS notice")
            .bind(CHANNEL)
            .bind(streams.iter().map(StreamKey::to_string).collect::<Vec<_>>());
        let told = answered(notify.execute(connection)).await;
        if told.is_err() {
            self.untold.lock().extend(streams);
        }
        told.map(drop)
    }

    async fn look(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let before = self.members.lock().clone();
        let now: Vec<i32> = sqlx::query_scalar(
            "SELECT objid::INTEGER FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::INTEGER::OID \
             AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = CURRENT_DATABASE())",
        )
        .bind(LOCKS)
        .fetch_all(connection)
        .await?;
        if self.members.update(&before, now.into_iter().collect()) {
            self.wakes.wake_all();
        }
        Ok(())
    }
}

/// What the server answers in time.
async fn answered<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(TRY, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
