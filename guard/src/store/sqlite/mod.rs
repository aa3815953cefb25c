//! Every kind of state in one SQLite file: nothing to set up, for one machine.
//!
//! ```no_run
//! # async fn open() -> Result<(), Box<dyn std::error::Error>> {
//! use guard::context::Mode;
//! use guard::store::Stores;
//! use guard::store::sqlite::Sqlite;
//!
//! let stores = Stores::of(Sqlite::open("/var/lib/engine/guard.db").await?);
//! stores.prove([Mode::Saas]).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The file is in WAL mode and synchronised before every acknowledgement, so it outlives a loss of power as far as its disk
//! does. One writer makes the changes, many of them in one transaction where many wait; readers wait for nobody.
//!
//! One process has the file, or several on one machine that all [share](SqliteOptions::shared) it. A network file system is
//! no place for it.

mod connection;
mod place;
mod writer;
mod writing;

use std::fmt;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use uuid::Uuid;

use self::connection::store_error;
use self::writer::Writer;
use super::error::{OpenError, StoreError};
use super::sql::{Database, GetProof, PutProof, Work, migrate};
use super::wake::AllWakes;
use super::{Backend, Durability, StoreFuture};
use crate::credential::Cause;

const MIGRATIONS: &[&str] = &[include_str!("0001.sql"), include_str!("0002.sql")];

/// How long a connection waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(5);

/// Bytes of a page, and the most pages that SQLite counts.
const PAGE: u32 = 4096;
const MAX_PAGES: u64 = 4_294_967_294;

/// Connections that read at the same time.
const READERS: u32 = 4;

/// Every kind of state in one SQLite file. Clones share it.
#[derive(Clone)]
pub struct Sqlite(Arc<Inner>);

struct Inner {
    path: PathBuf,
    writer: Writer,
    readers: sqlx::Pool<sqlx::Sqlite>,
    wakes: AllWakes,
    durability: Durability,
    /// Held for as long as the file is open.
    _lock: File,
}

/// How to open a file.
#[derive(Debug, Clone)]
#[must_use]
pub struct SqliteOptions {
    path: PathBuf,
    shared: bool,
    max_bytes: u64,
}

impl SqliteOptions {
    /// The file at this path. It is made if it is not there; its folder is not.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            shared: false,
            max_bytes: u64::MAX,
        }
    }

    /// The most bytes that the file may have, so that it cannot fill a disk that others need. Beyond it every change is
    /// refused as [`StoreError::Full`]. What SQLite keeps beside the file comes on top of it.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Lets other processes of this machine open the file at the same time, if they say so too. What one of them changes
    /// wakes the others within 50 ms.
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// Opens the file, and brings its tables to the latest version.
    ///
    /// # Errors
    ///
    /// [`OpenError`]: above all [`OpenError::InUse`] where another process has it, and [`OpenError::Schema`] where a later
    /// version of this crate wrote it.
    pub async fn open(self) -> Result<Sqlite, OpenError> {
        let path = self.path;
        if path.as_os_str().is_empty() || path == Path::new(":memory:") {
            let problem = "a file is needed; for state in memory take store::Memory".to_owned();
            return Err(OpenError::Address(problem));
        }
        let lock = lock(&path, self.shared)?;
        let unreachable = |error| unreachable(&path, error);
        let pages = (self.max_bytes / u64::from(PAGE)).clamp(1, MAX_PAGES);
        let writing = options(&path).pragma("max_page_count", pages.to_string());
        let mut connection = writing.connect().await.map_err(unreachable)?;
        suitable(&path, &mut connection).await?;
        migrated(&mut connection).await?;
        let wakes = AllWakes::default();
        let readers = PoolOptions::new()
            .max_connections(READERS)
            .connect_with(options(&path).create_if_missing(false).pragma("query_only", "ON"))
            .await
            .map_err(unreachable)?;
        Ok(Sqlite(Arc::new(Inner {
            durability: place::durability(&path),
            writer: Writer::start(connection, wakes.clone(), self.shared),
            readers,
            wakes,
            path,
            _lock: lock,
        })))
    }
}

impl Sqlite {
    /// Opens the file at this path, which no other process may have open.
    ///
    /// # Errors
    ///
    /// [`OpenError`], as [`SqliteOptions::open`] says.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        SqliteOptions::new(path).open().await
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .page_size(PAGE)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        // 16 MiB: a long replay fits, and the next one finds it there.
        .pragma("cache_size", "-16384")
        // Where the system's own call does not reach the disk.
        .pragma("fullfsync", "ON")
        .disable_statement_logging()
}

/// A file beside the database's own: SQLite's locks come and go, this one stays while the process lives.
#[allow(
    clippy::incompatible_msrv,
    reason = "what the feature `sqlite` is made of needs a later version yet"
)]
fn lock(path: &Path, shared: bool) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push("-guard");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|error| unreachable(path, error))?;
    let locked = if shared {
        file.try_lock_shared()
    } else {
        file.try_lock()
    };
    match locked {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(unreachable(path, error)),
    }
}

fn unreachable(path: &Path, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpenError {
    OpenError::Unreachable {
        place: path.display().to_string(),
        cause: Cause::new(cause),
    }
}

/// SQLite passes over a journal mode that the file system cannot have.
async fn suitable(path: &Path, connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(connection)
        .await
        .map_err(|error| unreachable(path, error))?;
    if mode == "wal" {
        return Ok(());
    }
    Err(OpenError::Unsuitable {
        place: path.display().to_string(),
        problem: format!("its journal mode is {mode} where wal was asked for; put it on a local disk"),
    })
}

async fn migrated(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let tables = |error| OpenError::Tables(store_error(error));
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(tables)?;
    migrate(&mut *transaction, MIGRATIONS).await?;
    transaction.commit().await.map_err(tables)
}

impl Database for Sqlite {
    fn write<W: Work>(&self, work: W) -> StoreFuture<'_, W::Output> {
        Box::pin(self.0.writer.write(work))
    }

    fn read<W: Work>(&self, work: W) -> StoreFuture<'_, W::Output> {
        Box::pin(async move {
            if W::ONE_STATEMENT {
                let mut connection = self.0.readers.acquire().await.map_err(store_error)?;
                return work.run(&mut *connection).await;
            }
            let mut transaction = self.0.readers.begin().await.map_err(store_error)?;
            let output = work.run(&mut *transaction).await?;
            transaction.commit().await.map_err(store_error)?;
            Ok(output)
        })
    }

    fn wakes(&self) -> &AllWakes {
        &self.0.wakes
    }
}

impl Backend for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn durability(&self) -> Durability {
        self.0.durability
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let text = Uuid::new_v4().to_string();
            self.write(PutProof(text.clone())).await?;
            let again = options(&self.0.path).create_if_missing(false);
            let mut connection = again.connect().await.map_err(store_error)?;
            let found = GetProof(text).run(&mut connection).await?;
            connection.close().await.map_err(store_error)?;
            if found {
                Ok(())
            } else {
                Err(StoreError::Unproven("the file holds none of it"))
            }
        })
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite")
            .field("path", &self.0.path)
            .field("durability", &self.0.durability)
            .finish_non_exhaustive()
    }
}
