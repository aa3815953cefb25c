//! Where the state lies that the processes work on.

use std::path::PathBuf;

use guard::store::Stores;
use serde::{Deserialize, Serialize};

/// A place that several processes can open, one after the other or at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Place {
    #[cfg(feature = "sqlite")]
    Sqlite { path: PathBuf, shared: bool },
    #[cfg(feature = "postgres")]
    Postgres { url: String },
    #[cfg(feature = "nats")]
    Nats { url: String, name: String },
}

impl Place {
    /// Opens the stores that there are.
    pub(crate) async fn open(&self) -> Result<Stores, guard::store::OpenError> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite { path, shared } => {
                let options = guard::store::sqlite::SqliteOptions::new(path);
                let options = if *shared { options.shared() } else { options };
                Ok(Stores::of(options.open().await?))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres { url } => Ok(Stores::of(guard::store::postgres::Postgres::open(url).await?)),
            #[cfg(feature = "nats")]
            Self::Nats { url, name } => {
                let options = guard::store::nats::JetStreamOptions::new(url).stream(name, format!("{name}.events"));
                Ok(Stores::default().events(std::sync::Arc::new(options.open().await?)))
            }
        }
    }

    /// The most processes that work on it at once.
    pub(crate) fn processes(&self) -> u64 {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite { shared: false, .. } => 1,
            #[allow(unreachable_patterns, reason = "with some features alone")]
            _ => 2,
        }
    }

    /// How many milliseconds a process works at the most.
    pub(crate) fn life_ms(&self) -> u64 {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres { .. } => 300,
            #[allow(unreachable_patterns, reason = "with some features alone")]
            _ => 120,
        }
    }

    /// Whether the events of one call are kept together or not at all, and numbered without gaps.
    pub(crate) fn is_database(&self) -> bool {
        match self {
            #[cfg(feature = "nats")]
            Self::Nats { .. } => false,
            #[allow(unreachable_patterns, reason = "with some features alone")]
            _ => true,
        }
    }
}
