//! Where the state lies that the processes work on.

use std::path::PathBuf;

use guard::store::Stores;
use serde::{Deserialize, Serialize};

/// A place that several processes can open, one after the other or at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Place {
    Sqlite {
        path: PathBuf,
        shared: bool,
    },
    #[cfg(feature = "postgres")]
    Postgres {
        url: String,
    },
    #[cfg(feature = "nats")]
    Nats {
        url: String,
        name: String,
    },
}

impl Place {
    /// Opens the stores that there are.
    pub(crate) async fn open(&self) -> Result<Stores, guard::store::OpenError> {
        match self {
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

    /// A new database on a server of PostgreSQL.
    #[cfg(feature = "postgres")]
    pub(crate) async fn new_database(port: u16) -> Self {
        use sqlx::{AssertSqlSafe, Connection, PgConnection};

        let name = format!("guard_{}", uuid::Uuid::new_v4().simple());
        let base = format!("postgres://guard@127.0.0.1:{port}");
        let mut connection = PgConnection::connect(&format!("{base}/postgres")).await.unwrap();
        let sql = format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        Self::Postgres {
            url: format!("{base}/{name}"),
        }
    }

    /// A new stream on a server of NATS.
    #[cfg(feature = "nats")]
    pub(crate) fn new_stream(port: u16) -> Self {
        Self::Nats {
            url: format!("nats://127.0.0.1:{port}"),
            name: format!("guard_{}", uuid::Uuid::new_v4().simple()),
        }
    }
}
