//! The writer's connection: it knows where streams end, and keeps what is appended until the transaction ends.
//!
//! Every statement is two handovers between threads, which cost as much as inserting a row does. So where a transaction is
//! nothing but appends to streams whose ends are known, it is one `INSERT`, which is a transaction by itself.

use std::collections::HashMap;

use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::connection::{Rows, Target, target};
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
    ends: Option<HashMap<StreamKey, Target>>,
    /// What the transaction appends and is not inserted yet.
    rows: Rows,
    has_begun: bool,
}

impl Writing {
    /// `is_alone` says that no other process has the file.
    pub(super) fn new(connection: SqliteConnection, is_alone: bool) -> Self {
        Self {
            connection,
            ends: is_alone.then(HashMap::new),
            rows: Rows::default(),
            has_begun: false,
        }
    }

    /// Ends the transaction: everything since the last one is kept.
    pub(super) async fn commit(&mut self) -> Result<(), StoreError> {
        self.rows.insert(&mut self.connection).await?;
        if self.has_begun {
            self.connection.change("COMMIT", &[]).await?;
            self.has_begun = false;
        }
        Ok(())
    }

    /// Ends the transaction: nothing since the last one is kept.
    pub(super) async fn roll_back(&mut self) {
        self.rows = Rows::default();
        if let Some(ends) = &mut self.ends {
            ends.clear();
        }
        self.has_begun = false;
        // There may be none: some errors have ended it already.
        let _ = self.connection.change("ROLLBACK", &[]).await;
    }

    /// Begins the transaction if it has not begun, and shows the statement that comes all that was appended.
    async fn begin(&mut self) -> Result<(), StoreError> {
        if !self.has_begun {
            // Taken at once: a transaction that begins by reading cannot wait for another process's.
            self.connection.change("BEGIN IMMEDIATE", &[]).await?;
            self.has_begun = true;
        }
        self.rows.insert(&mut self.connection).await
    }
}

impl Sql for Writing {
    type Row = SqliteRow;

    const LOCKS_ROWS: bool = SqliteConnection::LOCKS_ROWS;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        self.begin().await?;
        self.connection.rows(sql, values).await
    }

    async fn built(&mut self, sql: String, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        self.begin().await?;
        self.connection.built(sql, values).await
    }

    async fn change(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.begin().await?;
        self.connection.change(sql, values).await
    }

    async fn policies_changed(&mut self) -> Result<(), StoreError> {
        self.connection.policies_changed().await
    }

    async fn append(&mut self, rows: NewRows<'_>) -> Result<i64, StoreError> {
        let known = match &self.ends {
            Some(ends) => ends.get(rows.stream).copied(),
            None => {
                self.begin().await?;
                return self.connection.append(rows).await;
            }
        };
        let mut end = match known {
            Some(end) => end,
            None => {
                self.begin().await?;
                target(&mut self.connection, rows.stream).await?
            }
        };
        for (tag, event) in rows.tags.iter().zip(rows.events) {
            if self.rows.is_full() {
                self.begin().await?;
            }
            self.rows.add(&mut end, *tag, event)?;
        }
        if let Some(ends) = &mut self.ends {
            if ends.len() >= KNOWN && known.is_none() {
                ends.clear();
            }
            ends.insert(rows.stream.clone(), end);
        }
        Ok(end.head)
    }
}
