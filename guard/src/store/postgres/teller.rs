//! Tells other processes what this one appended.
//!
//! The appends' own transactions do not: PostgreSQL commits those that notify one after the other, whatever database of the
//! server they are in, and wakes every listener for each of them. Here a notice goes out once its append is committed, and
//! where many follow each other closely, one goes for all of some milliseconds.
//!
//! A process that is killed in between has not told of its last events. So every process holds a lock of its own for as long
//! as it lives, and the others look for locks that are gone: then they wake all who wait, who read what there is. What a server
//! still does for one that is gone, and for an append whose end nobody saw, shows some seconds later at the latest.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use uuid::Uuid;

use super::listener::CHANNEL;
use super::{PAUSE, TRY};
use crate::store::event::StreamKey;
use crate::store::wake::AllWakes;

/// The least time between notices.
const PACE: Duration = Duration::from_millis(5);

/// How often it is looked whether another process has ended.
const LOOK: Duration = Duration::from_secs(1);

/// The most that is waited after failures that follow each other.
const LONG: Duration = Duration::from_secs(8);

/// The first number of every process's advisory lock: `guar`, as bytes of a number. The second is the process's own.
const LOCKS: i32 = 0x6775_6172;

/// The beginning of the notice of a new process; its number follows.
const MEMBER: &str = "member ";

/// Where so many streams are to be told of, one notice stands for all: whoever does not know a notice wakes everybody.
const MANY: usize = 1_000;
const EVERYTHING: &str = "everything";

/// How many looks long it is told again of what may still be happening.
const AGAIN: u32 = 10;

/// The processes that live, as far as this one knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Members(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    members: HashSet<i32>,
    /// Somebody may have come and gone unheard.
    is_unsure: bool,
}

impl Members {
    /// Reads the notice of a new process, if it is one.
    pub(super) fn hear(&self, notice: &str) -> bool {
        let Some(Ok(member)) = notice.strip_prefix(MEMBER).map(str::parse) else {
            return false;
        };
        self.lock().members.insert(member);
        true
    }

    /// Notes that nobody listened for a while.
    pub(super) fn were_unheard(&self) {
        self.lock().is_unsure = true;
    }

    /// Takes in who lives now, and says whether somebody may have ended. `before` are those who were known before it was
    /// asked.
    fn update(&self, before: &HashSet<i32>, now: HashSet<i32>) -> bool {
        let mut known = self.lock();
        let count = known.members.len();
        known
            .members
            .retain(|member| now.contains(member) || !before.contains(member));
        let is_gone = known.members.len() < count;
        known.members.extend(now);
        std::mem::take(&mut known.is_unsure) || is_gone
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes what is to be told. What is left is still told when this is dropped.
pub(super) struct Teller(Arc<Untold>);

#[derive(Default)]
struct Untold {
    streams: Mutex<Streams>,
    changed: Notify,
    is_last: AtomicBool,
}

#[derive(Default)]
struct Streams {
    /// Those to tell of now.
    now: HashSet<StreamKey>,
    /// They were too many.
    all: bool,
    /// Those to tell of at each look, and how often yet.
    again: HashMap<StreamKey, u32>,
    /// They were too many: how often to tell of all.
    all_again: u32,
}

impl Streams {
    fn add(&mut self, stream: StreamKey) {
        if !self.all {
            self.now.insert(stream);
        }
        if self.now.len() > MANY {
            self.now.clear();
            self.all = true;
        }
    }
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
            ("tcp_user_timeout", "11000"),
        ]);
        let mut connection = answered(introduced(&options)).await?;
        let mut telling = Telling {
            options,
            untold: Arc::clone(&untold),
            members,
            wakes,
            again: 0,
        };
        // Who lives now is missed from now on.
        answered(telling.look(&mut connection)).await?;
        tokio::spawn(telling.run(connection));
        Ok(Self(untold))
    }

    /// Tells others, soon, that there may be more in this stream.
    pub(super) fn tell(&self, stream: &StreamKey) {
        let mut streams = self.0.lock();
        if !streams.now.contains(stream) {
            streams.add(stream.clone());
            self.0.changed.notify_one();
        }
    }

    /// Tells this process and others for some seconds that there may be more in this stream: nobody knows whether its append
    /// was made, or will be yet.
    pub(super) fn doubt(&self, stream: &StreamKey) {
        self.tell(stream);
        let mut streams = self.0.lock();
        if streams.again.len() < MANY {
            streams.again.insert(stream.clone(), AGAIN);
        } else {
            streams.all_again = AGAIN;
        }
    }
}

impl Untold {
    fn lock(&self) -> MutexGuard<'_, Streams> {
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
    /// How many looks long everybody is woken.
    again: u32,
}

impl Telling {
    async fn run(mut self, mut connection: PgConnection) {
        let mut pause = PAUSE;
        loop {
            let since = Instant::now();
            let Err(error) = self.serve(&mut connection).await else {
                // A lock that ends in order is seen sooner.
                let _ = connection.close().await;
                return;
            };
            tracing::warn!(%error, "no notices to PostgreSQL; other processes see changes late");
            // One that fails again and again is left in peace.
            pause = if since.elapsed() < LONG {
                LONG.min(pause * 2)
            } else {
                PAUSE
            };
            connection = loop {
                if self.untold.is_last.load(Ordering::Acquire) {
                    return;
                }
                sleep(pause).await;
                if let Ok(connection) = answered(introduced(&self.options)).await {
                    break connection;
                }
            };
            self.untold.changed.notify_one();
        }
    }

    /// Tells and looks until the connection fails, or there is nothing more to tell.
    async fn serve(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
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
        let (streams, all) = {
            let mut untold = self.untold.lock();
            (std::mem::take(&mut untold.now), std::mem::take(&mut untold.all))
        };
        let mut notices: Vec<String> = streams.iter().map(StreamKey::to_string).collect();
        notices.extend(all.then(|| EVERYTHING.to_owned()));
        if notices.is_empty() {
            return Ok(());
        }
        let notify = sqlx::query("SELECT pg_notify($1, notice)::TEXT FROM UNNEST($2::TEXT[]) AS notice")
            .bind(CHANNEL)
            .bind(notices);
        let told = answered(notify.execute(connection)).await;
        if told.is_err() {
            let mut untold = self.untold.lock();
            untold.all |= all;
            streams.into_iter().for_each(|stream| untold.add(stream));
        }
        told.map(drop)
    }

    async fn look(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let before = self.members.lock().members.clone();
        let now: Vec<i32> = sqlx::query_scalar(
            "SELECT objid::INTEGER FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::INTEGER::OID \
             AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = CURRENT_DATABASE())",
        )
        .bind(LOCKS)
        .fetch_all(connection)
        .await?;
        if self.members.update(&before, now.into_iter().collect()) {
            self.again = AGAIN;
        }
        // What the server still commits for one that has ended comes after its lock is gone.
        if self.again > 0 {
            self.again -= 1;
            self.wakes.wake_all();
        }
        self.tell_again();
        Ok(())
    }

    fn tell_again(&self) {
        let mut untold = self.untold.lock();
        if untold.again.is_empty() && untold.all_again == 0 {
            return;
        }
        if untold.all_again > 0 {
            untold.all_again -= 1;
            untold.all = true;
            self.wakes.wake_all();
        }
        for stream in untold.again.keys().cloned().collect::<Vec<_>>() {
            self.wakes.streams.wake(&stream);
            untold.add(stream);
        }
        untold.again.retain(|_, looks| {
            *looks -= 1;
            *looks > 0
        });
        self.untold.changed.notify_one();
    }
}

/// What the server answers in time.
async fn answered<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let late = || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(TRY, asked).await.unwrap_or_else(|_| Err(late()))
}
