//! The statements' connection, as SQLite has it.

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, SqliteConnection};

use crate::store::error::StoreError;
use crate::store::event::{NewEvent, StreamKey};
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
        let rows: Vec<(&NewEvent, &i64)> = events.iter().zip(tags).collect();
        let mut last = None;
        for rows in rows.chunks(ROWS) {
            last = insert(self, stream, rows).await?;
            if last.is_none() {
                make_stream(self, stream).await?;
                last = insert(self, stream, rows).await?;
            }
        }
        last.ok_or_else(|| StoreError::Corrupt("a stream that is there and is not".to_owned()))
    }
}

/// Inserts events after the newest of their stream, which is never pruned, and gives the number of the last one. `None`
/// where the stream has no row yet: then nothing was inserted.
async fn insert(
    connection: &mut SqliteConnection,
    StreamKey { scope, kind, id }: &StreamKey,
    rows: &[(&NewEvent, &i64)],
) -> Result<Option<i64>, StoreError> {
    let mut insert = QueryBuilder::new("WITH new (place, tag, at_ms, body) AS (");
    insert.push_values(rows.iter().zip(1_i64..), |mut row, ((event, tag), place)| {
        let at_ms = i64::try_from(event.at_ms).unwrap_or(i64::MAX);
        row.push_bind(place)
            .push_bind(**tag)
            .push_bind(at_ms)
            .push_bind(event.body.as_str());
    });
    insert.push(
        ") INSERT INTO guard_event (stream, seq, tag, at_ms, body) \
         SELECT target.id, target.head + new.place, new.tag, new.at_ms, new.body FROM ( \
             SELECT id, (SELECT COALESCE(MAX(seq), 0) FROM guard_event WHERE stream = guard_stream.id) AS head \
             FROM guard_stream WHERE kind = ",
    );
    insert.push_bind(kind.as_str()).push(" AND tenant = ");
    insert.push_bind(scope.tenant.as_str()).push(" AND mode = ");
    insert.push_bind(scope.mode.as_str()).push(" AND project = ");
    insert.push_bind(scope.project.as_str()).push(" AND stream = ");
    insert
        .push_bind(id.as_str())
        .push(") AS target, new WHERE TRUE RETURNING seq");
    let inserted = insert.build().fetch_all(connection).await.map_err(store_error)?;
    let mut last = None;
    for row in inserted {
        last = last.max(Some(row.int(0)?));
    }
    Ok(last)
}

async fn make_stream(
    connection: &mut SqliteConnection,
    StreamKey { scope, kind, id }: &StreamKey,
) -> Result<(), StoreError> {
    let values = [
        kind.as_str().into(),
        scope.tenant.as_str().into(),
        scope.mode.as_str().into(),
        scope.project.as_str().into(),
        id.as_str().into(),
    ];
    connection
        .change(
            "INSERT INTO guard_stream (kind, tenant, mode, project, stream) VALUES ($1, $2, $3, $4, $5)",
            &values,
        )
        .await?;
    Ok(())
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
