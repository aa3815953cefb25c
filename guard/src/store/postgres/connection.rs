//! The statements' connection, as PostgreSQL has it.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::listener::{CHANNEL, POLICIES};
use crate::credential::Cause;
use crate::store::error::StoreError;
use crate::store::event::StreamKey;
use crate::store::sql::{NewRows, Record, Sql, Value};

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, PgArguments>;

impl Sql for PgConnection {
    type Row = PgRow;

    const LOCKS_ROWS: bool = true;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>, StoreError> {
        bind(sqlx::query(sql), values)
            .fetch_all(self)
            .await
            .map_err(store_error)
    }

    async fn built(&mut self, sql: String, values: &[Value<'_>]) -> Result<Vec<PgRow>, StoreError> {
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

    async fn policies_changed(&mut self) -> Result<(), StoreError> {
        self.change("SELECT pg_notify($1, $2)", &[CHANNEL.into(), POLICIES.into()])
            .await?;
        Ok(())
    }

    async fn append(&mut self, rows: NewRows<'_>) -> Result<i64, StoreError> {
        // Most streams are there. Changing a row that is there costs half of what inserting it in vain does.
        if let Some(head) = added(self, ADD, &rows).await? {
            return Ok(head);
        }
        let made = added(self, MAKE_AND_ADD, &rows).await?;
        made.ok_or_else(|| StoreError::Corrupt("a stream that is not there once it was made".to_owned()))
    }
}

/// Appends to a stream that is there.
///
/// The row of the stream is locked from its change to the end, so streams are written in the order of their numbers, and
/// nobody sees a number before those below it.
const ADD: &str = "WITH head AS ( \
         UPDATE guard_stream SET head = head + CARDINALITY($6::BIGINT[]) \
         WHERE kind = $1 AND tenant = $2 AND mode = $3 AND project = $4 AND stream = $5 \
         RETURNING id, head \
     ), added AS ( \
         INSERT INTO guard_event (stream, seq, tag, at_ms, body) \
         SELECT head.id, head.head - CARDINALITY($6::BIGINT[]) + new.place, new.tag, new.at_ms, new.body \
         FROM head, UNNEST($6::BIGINT[], $7::BIGINT[], $8::TEXT[]) WITH ORDINALITY \
             AS new (tag, at_ms, body, place) \
     ) \
     SELECT head FROM head";

/// The same, and makes the stream, unless somebody else has made it meanwhile.
const MAKE_AND_ADD: &str = "WITH head AS ( \
         INSERT INTO guard_stream AS stream (kind, tenant, mode, project, stream, head) \
         VALUES ($1, $2, $3, $4, $5, CARDINALITY($6::BIGINT[])) \
         ON CONFLICT (kind, tenant, mode, project, stream) DO UPDATE SET head = stream.head + excluded.head \
         RETURNING id, head \
     ), added AS ( \
         INSERT INTO guard_event (stream, seq, tag, at_ms, body) \
         SELECT head.id, head.head - CARDINALITY($6::BIGINT[]) + new.place, new.tag, new.at_ms, new.body \
         FROM head, UNNEST($6::BIGINT[], $7::BIGINT[], $8::TEXT[]) WITH ORDINALITY \
             AS new (tag, at_ms, body, place) \
     ) \
     SELECT head FROM head";

/// Runs one of these, and gives the number of the last event, or none where there is no such stream.
async fn added(
    connection: &mut PgConnection,
    sql: &'static str,
    NewRows { stream, tags, events }: &NewRows<'_>,
) -> Result<Option<i64>, StoreError> {
    let StreamKey { scope, kind, id } = stream;
    let at_ms = |at_ms| i64::try_from(at_ms).unwrap_or(i64::MAX);
    let row = sqlx::query(sql)
        .bind(kind.as_str())
        .bind(scope.tenant.as_str())
        .bind(scope.mode.as_str())
        .bind(scope.project.as_str())
        .bind(id.as_str())
        .bind(tags)
        .bind(events.iter().map(|event| at_ms(event.at_ms)).collect::<Vec<i64>>())
        .bind(events.iter().map(|event| event.body.as_str()).collect::<Vec<&str>>())
        .fetch_optional(connection)
        .await
        .map_err(store_error)?;
    row.map(|row| row.int(0)).transpose()
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

impl Record for PgRow {
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

/// PostgreSQL's error codes.
const DISK_FULL: &str = "53100";
const SERIALIZATION_FAILURE: &str = "40001";
const DEADLOCK: &str = "40P01";

pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(database) if database.code().as_deref() == Some(DISK_FULL) => StoreError::full(error),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::unavailable(error),
    }
}

/// Whether PostgreSQL took a transaction back whole, so that another one could go on.
pub(super) fn may_be_tried_again(error: &StoreError) -> bool {
    let StoreError::Unavailable(cause) = error else {
        return false;
    };
    let code = Cause::downcast_ref::<sqlx::Error>(cause)
        .and_then(sqlx::Error::as_database_error)
        .and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some(SERIALIZATION_FAILURE | DEADLOCK))
}
