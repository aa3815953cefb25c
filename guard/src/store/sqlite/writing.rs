//! The writer's connection: it knows where streams end.

use std::collections::HashMap;

use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::connection::{Target, insert, target};
use crate::store::error::StoreError;
use crate::store::event::StreamKey;
use crate::store::sql::{NewRows, Sql, Value};

/// The most streams whose ends are known at a time.
const KNOWN: usize = 1024;

/// The connection that writes.
pub(super) struct Writing {
    pub(super) connection: SqliteConnection,
    /// Where streams end, if nobody else can have written to them: then an append need not look. `None` where other
    /// processes share the file.
    pub(super) ends: Option<HashMap<StreamKey, Target>>,
}

impl Writing {
    /// Forgets what it knows, because a transaction was taken back.
    pub(super) fn forget(&mut self) {
        if let Some(ends) = &mut self.ends {
            ends.clear();
        }
    }
}

impl Sql for Writing {
    type Row = SqliteRow;

    const LOCKS_ROWS: bool = SqliteConnection::LOCKS_ROWS;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        self.connection.rows(sql, values).await
    }

    async fn built(&mut self, sql: String, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        self.connection.built(sql, values).await
    }

    async fn change(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.connection.change(sql, values).await
    }

    async fn policies_changed(&mut self) -> Result<(), StoreError> {
        self.connection.policies_changed().await
    }

    async fn append(&mut self, rows: NewRows<'_>) -> Result<i64, StoreError> {
        let Some(ends) = &mut self.ends else {
            return self.connection.append(rows).await;
        };
        let stream = rows.stream;
        let from = match ends.get(stream) {
            Some(end) => *end,
            None => target(&mut self.connection, stream).await?,
        };
        let end = insert(&mut self.connection, from, rows).await?;
        if ends.len() >= KNOWN && !ends.contains_key(stream) {
            ends.clear();
        }
        ends.insert(stream.clone(), end);
        Ok(end.head)
    }
}
