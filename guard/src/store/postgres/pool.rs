//! The connections of a process.
//!
//! sqlx's own pool asks each connection that comes back whether it lives: a second round trip for every change, which costs
//! as much as a small change does. Here a connection comes back only from work that ended well, and is asked before it is
//! used again if nobody used it for a while.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::PATIENCE;

/// For so long after its last use a connection is taken to live.
const FRESH: Duration = Duration::from_secs(1);

/// One that nobody used for so long is closed.
const UNUSED: Duration = Duration::from_secs(10 * 60);

/// Connections to one database, made when they are needed.
pub(super) struct Pool {
    options: PgConnectOptions,
    /// One permit for each connection that there may be.
    room: Semaphore,
    /// The last one used is the last one here.
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: PgConnection,
    since: Instant,
}

/// A connection in use. One that is dropped is closed, since nobody knows in the midst of what it was.
pub(super) struct Leased<'p> {
    connection: PgConnection,
    pool: &'p Pool,
    _room: SemaphorePermit<'p>,
}

impl Pool {
    pub(super) fn new(options: PgConnectOptions, connections: u32) -> Self {
        Self {
            options,
            room: Semaphore::new(usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS)),
            idle: Mutex::default(),
        }
    }

    /// A connection that lives, as far as anybody knows.
    pub(super) async fn take(&self) -> Result<Leased<'_>, sqlx::Error> {
        let taking = async {
            let room = self.room.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
            let connection = self.living().await?;
            Ok(Leased {
                connection,
                pool: self,
                _room: room,
            })
        };
        timeout(PATIENCE, taking)
            .await
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn living(&self) -> Result<PgConnection, sqlx::Error> {
        while let Some(Idle { mut connection, since }) = self.pop() {
            if since.elapsed() <= FRESH || connection.ping().await.is_ok() {
                return Ok(connection);
            }
        }
        self.options.connect().await
    }

    fn pop(&self) -> Option<Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn push(&self, connection: PgConnection) {
        let since = Instant::now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|idle| since.duration_since(idle.since) <= UNUSED);
        idle.push(Idle { connection, since });
    }
}

impl Leased<'_> {
    /// Gives it back after work that ended well, outside of a transaction.
    pub(super) fn give_back(self) {
        // Before there is room for another one, so that this is found.
        self.pool.push(self.connection);
    }
}

impl Deref for Leased<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Leased<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
