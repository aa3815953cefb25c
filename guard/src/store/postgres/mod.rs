//! Every kind of state in PostgreSQL: for several machines.
//!
//! ```no_run
//! # async fn open() -> Result<(), Box<dyn std::error::Error>> {
//! use guard::context::Mode;
//! use guard::store::Stores;
//! use guard::store::postgres::Postgres;
//!
//! let stores = Stores::of(Postgres::open("postgres://engine@db.internal/engine").await?);
//! stores.prove([Mode::Saas]).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The tables lie in the first schema of the user's search path, and their names begin with `guard_`. Give the guard a
//! database or a schema of its own.
//!
//! Changes wake other processes through `LISTEN` and `NOTIFY` on the channel `guard`: of policies in the transaction that
//! changes them, of events some milliseconds after they were appended, or some seconds after the end of a process that was
//! killed before it told. For that each process holds an advisory lock. A pooler between has to keep sessions whole: PgBouncer
//! in its mode `session`.

mod connection;
mod listener;
mod pool;
mod teller;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use uuid::Uuid;

use self::connection::store_error;
use self::listener::Listener;
use self::pool::Pool;
use self::teller::{Members, Teller};
use super::error::{OpenError, StoreError};
use super::event::StreamKey;
use super::sql::{Database, GetProof, PutProof, Work, migrate};
use super::wake::AllWakes;
use super::{Backend, Durability, StoreFuture};
use crate::credential::Cause;

const MIGRATIONS: &[&str] = &[include_str!("0001.sql"), include_str!("0002.sql")];

/// Connections of a process, besides one that listens and one that tells.
const CONNECTIONS: u32 = 10;

/// How long a change waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the server may take to answer those who listen and tell, and how long they wait after a failure.
const TRY: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(250);

/// How often a change is tried again that PostgreSQL ended to let another one go on.
const TRIES: u32 = 5;

/// The advisory lock under which tables are made: `guard`, as bytes of a number.
const MIGRATION_LOCK: i64 = 0x0067_7561_7264;

/// Every kind of state in PostgreSQL. Clones share its connections.
#[derive(Clone)]
pub struct Postgres(Arc<Inner>);

struct Inner {
    place: String,
    options: PgConnectOptions,
    pool: Pool,
    wakes: AllWakes,
    durability: Durability,
    _listener: Listener,
    teller: Teller,
}

/// How to open a database.
#[derive(Debug, Clone)]
#[must_use]
pub struct PostgresOptions {
    options: PgConnectOptions,
    connections: u32,
}

impl PostgresOptions {
    /// A database by its address: `postgres://user:password@host:port/database`, with `sslmode` and `sslrootcert` as
    /// libpq has them.
    ///
    /// # Errors
    ///
    /// [`OpenError::Address`], which never quotes the address, since it may hold a password.
    pub fn new(address: &str) -> Result<Self, OpenError> {
        let scheme = address.split_once("://").map(|(scheme, _)| scheme);
        if !matches!(scheme, Some("postgres" | "postgresql")) {
            return Err(OpenError::Address("it does not begin with postgres://".to_owned()));
        }
        let options: PgConnectOptions = address
            .parse()
            .map_err(|_| OpenError::Address("it is not postgres://user:password@host:port/database".to_owned()))?;
        Ok(Self {
            // A commit is not acknowledged before it is on disk, whatever the server's default; and a process that hangs
            // in a transaction does not hold its locks for ever.
            options: options
                .options([
                    ("synchronous_commit", "on"),
                    ("idle_in_transaction_session_timeout", "10s"),
                    // Rows are found by their keys, whatever the values are: planning once is enough.
                    ("plan_cache_mode", "force_generic_plan"),
                ])
                .application_name("guard")
                .disable_statement_logging(),
            connections: CONNECTIONS,
        })
    }

    /// Another number of connections than 10. Two more listen for changes and tell of them.
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// Connects, and brings the tables to the latest version.
    ///
    /// # Errors
    ///
    /// [`OpenError`]: above all [`OpenError::Unreachable`], and [`OpenError::Schema`] where a later version of this crate
    /// made the tables.
    pub async fn open(self) -> Result<Postgres, OpenError> {
        let options = self.options;
        let (host, port) = (options.get_host(), options.get_port());
        let place = format!(
            "postgres://{host}:{port}/{}",
            options.get_database().unwrap_or_default()
        );
        let unreachable = |error: sqlx::Error| OpenError::Unreachable {
            place: place.clone(),
            cause: Cause::new(error),
        };
        // Not through the pool, which would wait for its whole patience where nobody listens at all.
        let connecting = tokio::time::timeout(PATIENCE, options.connect());
        let mut connection = connecting
            .await
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
            .map_err(unreachable)?;
        suitable(&place, &mut connection).await?;
        migrated(&mut connection).await?;
        let durability = durability(&mut connection).await.map_err(unreachable)?;
        let pool = Pool::new(options.clone(), self.connections);
        let wakes = AllWakes::default();
        let members = Members::default();
        let listener = listener::start(options.clone(), members.clone(), wakes.clone())
            .await
            .map_err(unreachable)?;
        let teller = Teller::start(options.clone(), members, wakes.clone())
            .await
            .map_err(unreachable)?;
        connection.close().await.map_err(unreachable)?;
        Ok(Postgres(Arc::new(Inner {
            place,
            options,
            pool,
            wakes,
            durability,
            _listener: listener,
            teller,
        })))
    }
}

impl Postgres {
    /// Connects to the database at this address, as [`PostgresOptions`] does by default.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        PostgresOptions::new(address)?.open().await
    }
}

async fn suitable(place: &str, connection: &mut PgConnection) -> Result<(), OpenError> {
    let encoding = show(connection, "SHOW server_encoding").await;
    let encoding = encoding.map_err(|error| OpenError::Tables(store_error(error)))?;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(OpenError::Unsuitable {
        place: place.to_owned(),
        problem: format!("its encoding is {encoding}; make the database with ENCODING 'UTF8'"),
    })
}

async fn show(connection: &mut PgConnection, sql: &'static str) -> Result<String, sqlx::Error> {
    sqlx::query_scalar(sql).fetch_one(connection).await
}

/// What the server does before it says that a transaction is committed.
async fn durability(connection: &mut PgConnection) -> Result<Durability, sqlx::Error> {
    if show(connection, "SHOW fsync").await? != "on" || show(connection, "SHOW full_page_writes").await? != "on" {
        return Ok(Durability::Temporary);
    }
    Ok(match show(connection, "SHOW synchronous_commit").await?.as_str() {
        "off" => Durability::Delayed,
        _ => Durability::Synced,
    })
}

async fn migrated(connection: &mut PgConnection) -> Result<(), OpenError> {
    let tables = |error| OpenError::Tables(store_error(error));
    let mut transaction = connection.begin().await.map_err(tables)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(MIGRATION_LOCK)
        .execute(&mut *transaction)
        .await
        .map_err(tables)?;
    migrate(&mut *transaction, MIGRATIONS).await?;
    transaction.commit().await.map_err(tables)
}

impl Postgres {
    async fn run<W: Work>(&self, work: &W) -> Result<W::Output, StoreError> {
        let mut connection = self.0.pool.take().await.map_err(store_error)?;
        let output = if W::ONE_STATEMENT {
            work.run(&mut *connection).await?
        } else {
            let mut transaction = connection.begin().await.map_err(store_error)?;
            let output = work.run(&mut *transaction).await?;
            transaction.commit().await.map_err(store_error)?;
            output
        };
        connection.give_back();
        Ok(output)
    }
}

/// An append under way. Whether it ends well, ill or not at all, because nobody waits for it any more, others are told.
struct Append<'p> {
    stream: StreamKey,
    teller: &'p Teller,
    is_certain: bool,
}

impl Drop for Append<'_> {
    fn drop(&mut self) {
        if self.is_certain {
            self.teller.tell(&self.stream);
        } else {
            self.teller.doubt(&self.stream);
        }
    }
}

impl Database for Postgres {
    fn write<W: Work>(&self, work: W) -> StoreFuture<'_, W::Output> {
        Box::pin(async move {
            let mut append = work.stream().map(|stream| Append {
                stream: stream.clone(),
                teller: &self.0.teller,
                is_certain: false,
            });
            let mut tries = 1;
            let ended = loop {
                match self.run(&work).await {
                    Err(error) if tries < TRIES && connection::may_be_tried_again(&error) => tries += 1,
                    ended => break ended,
                }
            };
            if let Some(append) = &mut append {
                append.is_certain = ended.is_ok();
                self.0.wakes.streams.wake(&append.stream);
            }
            ended
        })
    }

    fn read<W: Work>(&self, work: W) -> StoreFuture<'_, W::Output> {
        Box::pin(async move { self.run(&work).await })
    }

    fn wakes(&self) -> &AllWakes {
        &self.0.wakes
    }
}

impl Backend for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn durability(&self) -> Durability {
        self.0.durability
    }

    fn prove(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let text = Uuid::new_v4().to_string();
            self.write(PutProof(text.clone())).await?;
            let mut connection = self.0.options.connect().await.map_err(store_error)?;
            let found = GetProof(text).run(&mut connection).await?;
            connection.close().await.map_err(store_error)?;
            if found {
                Ok(())
            } else {
                Err(StoreError::Unproven("the database holds none of it"))
            }
        })
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres")
            .field("place", &self.0.place)
            .field("durability", &self.0.durability)
            .finish_non_exhaustive()
    }
}
