//! The statements' connection, as SQLite has it.

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, Row as _, SqliteConnection};

use crate::store::error::StoreError;
use crate::store::event::{NewEvent, StreamKey};
use crate::store::sql::{NewRows, Record, Sql, Value, only};

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, SqliteArguments>;

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
        let mut end = target(self, stream).await?;
        let mut rows = Rows::default();
        for (tag, event) in tags.iter().zip(events) {
            if rows.is_full() {
                rows.insert(self).await?;
            }
            rows.add(&mut end, *tag, event)?;
        }
        rows.insert(self).await?;
        Ok(end.head)
    }
}

/// Where to append: the row of a stream, and the number of its newest event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    stream: i64,
    pub(super) head: i64,
}

/// Events to insert by one statement, whichever streams they belong to.
#[derive(Default)]
pub(super) struct Rows {
    values: SqliteArguments,
    count: usize,
}

impl Rows {
    /// SQLite takes 32,766 values in one statement.
    pub(super) fn is_full(&self) -> bool {
        self.count >= 500
    }

    /// Adds an event after the end of its stream, and moves the end.
    pub(super) fn add(&mut self, end: &mut Target, tag: i64, event: &NewEvent) -> Result<(), StoreError> {
        end.head += 1;
        self.count += 1;
        let at_ms = i64::try_from(event.at_ms).unwrap_or(i64::MAX);
        let values = &mut self.values;
        [end.stream, end.head, tag, at_ms]
            .into_iter()
            .try_for_each(|number| values.add(number))
            .and_then(|()| values.add(event.body.as_str()))
            .map_err(|error| store_error(sqlx::Error::Encode(error)))
    }

    /// Inserts all of them, and none if one fails.
    pub(super) async fn insert(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let Self { values, count } = std::mem::take(self);
        if count == 0 {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO guard_event (stream, seq, tag, at_ms, body) VALUES (?, ?, ?, ?, ?){}",
            ", (?, ?, ?, ?, ?)".repeat(count - 1)
        );
        // One for each length would push all other statements out of those that are kept prepared.
        let insert = sqlx::query_with(AssertSqlSafe(sql), values).persistent(count <= 32 || count.is_power_of_two());
        insert.execute(connection).await.map_err(store_error)?;
        Ok(())
    }
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
