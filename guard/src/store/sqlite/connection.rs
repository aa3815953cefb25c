//! The statements' connection, as SQLite has it.

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, SqliteConnection};

use crate::store::error::StoreError;
use crate::store::event::StreamKey;
use crate::store::sql::{NewRows, Record, Sql, Value};

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, SqliteArguments>;

/// Events of one statement: SQLite takes 32,766 values in one.
const ROWS: usize = 500;

impl Sql for SqliteConnection {
    type Row = SqliteRow;

    const LOCKS_ROWS: bool = false;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        bind(sqlx::query(sql), values)
            .fetch_all(self)
            .await
            .map_err(store_error)
    }

    async fn built(&mut self, sql: String, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        let query = bind(sqlx::query(AssertSqlSafe(sql)), values);
        query.fetch_all(self).await.map_err(store_error)
    }

    async fn change(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let done = bind(sqlx::query(sql), values)
            .execute(self)
            .await
            .map_err(store_error)?;
        Ok(done.rows_affected())
    }

    // Other processes see by `PRAGMA data_version` that something changed.
    async fn policies_changed(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn append(&mut self, NewRows { stream, tags, events }: NewRows<'_>) -> Result<i64, StoreError> {
        let StreamKey { scope, kind, id } = stream;
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        let head = "INSERT INTO guard_stream AS stream (kind, tenant, mode, project, stream, head) \
                    VALUES ($1, $2, $3, $4, $5, $6) \
                    ON CONFLICT (kind, tenant, mode, project, stream) DO UPDATE SET head = stream.head + excluded.head \
                    RETURNING id, head";
        let values = [
            kind.as_str().into(),
            scope.tenant.as_str().into(),
            scope.mode.as_str().into(),
            scope.project.as_str().into(),
            id.as_str().into(),
            count.into(),
        ];
        let row = bind(sqlx::query(head), &values)
            .fetch_one(&mut *self)
            .await
            .map_err(store_error)?;
        let (stream, last) = (row.int(0)?, row.int(1)?);
        let numbered = events.iter().zip(tags).zip(last - count + 1..);
        let mut rows: Vec<_> = numbered.collect();
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(ROWS));
            let mut insert = QueryBuilder::new("INSERT INTO guard_event (stream, seq, tag, at_ms, body) ");
            insert.push_values(rows, |mut row, ((event, tag), seq)| {
                let at_ms = i64::try_from(event.at_ms).unwrap_or(i64::MAX);
                row.push_bind(stream)
                    .push_bind(seq)
                    .push_bind(*tag)
                    .push_bind(at_ms)
                    .push_bind(event.body.as_str());
            });
            insert.build().execute(&mut *self).await.map_err(store_error)?;
            rows = rest;
        }
        Ok(last)
    }
}

fn bind<'q>(mut query: Query<'q>, values: &[Value<'_>]) -> Query<'q> {
    for value in values {
        query = match *value {
            Value::Int(int) => query.bind(int),
            Value::Text(text) => query.bind(text),
            Value::Maybe(maybe) => query.bind(maybe),
        };
    }
    query
}

impl Record for SqliteRow {
    fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.try_get(column).map_err(store_error)
    }

    fn text(&self, column: usize) -> Result<String, StoreError> {
        self.try_get(column).map_err(store_error)
    }

    fn maybe(&self, column: usize) -> Result<Option<String>, StoreError> {
        self.try_get(column).map_err(store_error)
    }
}

/// SQLite's result codes: the low byte of an extended one.
const FULL: i64 = 13;
const CORRUPT: i64 = 11;
const NOT_A_DATABASE: i64 = 26;

pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(database) => {
            let code = database.code().and_then(|code| code.parse::<i64>().ok());
            match code.map(|code| code & 0xff) {
                Some(FULL) => StoreError::full(error),
                Some(CORRUPT | NOT_A_DATABASE) => StoreError::Corrupt(error.to_string()),
                _ => StoreError::unavailable(error),
            }
        }
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::unavailable(error),
    }
}
