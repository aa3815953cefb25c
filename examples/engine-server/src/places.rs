//! Where the engine keeps what it may not forget, by address.

use std::sync::Arc;

use guard::store::nats::JetStream;
use guard::store::postgres::Postgres;
use guard::store::sqlite::SqliteOptions;
use guard::store::{Memory, OpenError, Stores};

/// Opens the stores: all of them at `store`, and the events at `events` where that is given.
///
/// | address | what it is |
/// |---|---|
/// | `sqlite:engine.db` | a file, which other processes of this machine may have open too, `guardctl` above all |
/// | `postgres://user:password@host/database` | PostgreSQL |
/// | `nats://host:4222` | NATS JetStream, for the events |
/// | `memory:` | the memory of this process, for lab |
///
/// # Errors
///
/// [`OpenError`], which never quotes a password.
pub async fn open(store: &str, events: Option<&str>) -> Result<Stores, OpenError> {
    let stores = match store.split_once(':') {
        Some(("memory", "")) => Stores::of(Memory::default()),
        Some(("sqlite", path)) => Stores::of(SqliteOptions::new(path).shared().open().await?),
        Some(("postgres" | "postgresql", _)) => Stores::of(Postgres::open(store).await?),
        _ => {
            let problem = "--store begins with sqlite:, postgres:// or memory:".to_owned();
            return Err(OpenError::Address(problem));
        }
    };
    match events {
        None => Ok(stores),
        Some(address) if address.starts_with("nats://") || address.starts_with("tls://") => {
            Ok(stores.events(Arc::new(JetStream::open(address).await?)))
        }
        Some(_) => Err(OpenError::Address("--events begins with nats:// or tls://".to_owned())),
    }
}
