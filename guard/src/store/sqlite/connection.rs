//! The statements' connection, as SQLite has it.

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, SqliteConnection};

use crate::store::error::StoreError;
use crate::store::event::{NewEvent, StreamKey};
use crate::store::sql::{NewRows, Record, Sql, Value, only};

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

    async fn append(&mut self, rows: NewRows<'_>) -> Result<i64, StoreError> {
        let target = target(self, rows.stream).await?;
        Ok(insert(self, target, rows).await?.head)
    }
}

/// Where to append: the row of a stream, and the number of its newest event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    stream: i64,
    pub(super) head: i64,
}

/// Inserts events after the newest one, and says where to go on.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    Target { stream, mut head }: Target,
    NewRows { tags, events, .. }: NewRows<'_>,
) -> Result<Target, StoreError> {
    let rows: Vec<(&NewEvent, &i64)> = events.iter().zip(tags).collect();
    for rows in rows.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO guard_event (stream, seq, tag, at_ms, body) ");
        insert.push_values(rows, |mut row, (event, tag)| {
            head += 1;
            let at_ms = i64::try_from(event.at_ms).unwrap_or(i64::MAX);
            row.push_bind(stream)
                .push_bind(head)
                .push_bind(**tag)
                .push_bind(at_ms)
                .push_bind(event.body.as_str());
        });
        insert.build().execute(&mut *connection).await.map_err(store_error)?;
    }
    Ok(Target { stream, head })
}

/// The row of a stream, which is made if it is not there, and the number of its newest event, which is never pruned. Nobody
/// else writes between this and the end of the transaction.
pub(super) async fn target(connection: &mut SqliteConnection, key: &StreamKey) -> Result<Target, StoreError> {
    let StreamKey { scope, kind, id } = key;
    let values = [
        kind.as_str().into(),
        scope.tenant.as_str().into(),
        scope.mode.as_str().into(),
        scope.project.as_str().into(),
        id.as_str().into(),
    ];
    let found = connection
        .rows(
            "SELECT id, (SELECT COALESCE(MAX(seq), 0) FROM guard_event WHERE stream = guard_stream.id) \
             FROM guard_stream WHERE kind = $1 AND tenant = $2 AND mode = $3 AND project = $4 AND stream = $5",
            &values,
        )
        .await?;
    if let Some(row) = found.first() {
        let (stream, head) = (row.int(0)?, row.int(1)?);
        return Ok(Target { stream, head });
    }
    let made = connection
        .rows(
            "INSERT INTO guard_stream (kind, tenant, mode, project, stream) VALUES ($1, $2, $3, $4, $5) RETURNING id",
            &values,
        )
        .await?;
    let stream = only(made)?.int(0)?;
    Ok(Target { stream, head: 0 })
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
