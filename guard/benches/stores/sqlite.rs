//! SQLite: the same file settings, one connection, the table alone.

use guard::store::NewEvent;
use guard::store::sqlite::Sqlite;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, QueryBuilder, Row, SqliteConnection};

use crate::{Raw, compare, compare_grouped};

pub(crate) struct Table {
    connection: SqliteConnection,
    seq: i64,
}

pub(crate) async fn measure() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let log = Sqlite::open(folder.path().join("guard.db")).await.unwrap();
    let mut connection = SqliteConnectOptions::new()
        .filename(folder.path().join("raw.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging()
        .connect()
        .await
        .unwrap();
    sqlx::query(
        "CREATE TABLE event (stream INTEGER, seq INTEGER, tag INTEGER, at_ms INTEGER, body TEXT, \
         PRIMARY KEY (stream, seq)) WITHOUT ROWID",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let mut table = Table { connection, seq: 0 };
    compare("SQLite", &log, &mut table).await;
    compare_grouped("SQLite", &log, &mut table).await;
}

impl Table {
    async fn execute(&mut self, sql: &'static str) {
        sqlx::query(sql).execute(&mut self.connection).await.unwrap();
    }

    async fn insert(&mut self, events: &[NewEvent]) {
        let mut insert = QueryBuilder::new("INSERT INTO event ");
        insert.push_values(events, |mut row, event| {
            self.seq += 1;
            row.push_bind(1_i64)
                .push_bind(self.seq)
                .push_bind(7_i64)
                .push_bind(event.at_ms as i64)
                .push_bind(event.body.as_str());
        });
        insert.build().execute(&mut self.connection).await.unwrap();
    }

    pub(crate) async fn append_one_by_one(&mut self, events: &[NewEvent]) {
        self.execute("BEGIN IMMEDIATE").await;
        for event in events {
            self.insert(std::slice::from_ref(event)).await;
        }
        self.execute("COMMIT").await;
    }
}

impl Raw for Table {
    async fn append(&mut self, events: &[NewEvent]) {
        self.execute("BEGIN IMMEDIATE").await;
        for events in events.chunks(500) {
            self.insert(events).await;
        }
        self.execute("COMMIT").await;
    }

    async fn read(&mut self, count: usize) -> usize {
        let rows =
            sqlx::query("SELECT seq, tag, at_ms, body FROM event WHERE stream = 1 AND seq >= 0 ORDER BY seq LIMIT $1")
                .bind(count as i64)
                .fetch_all(&mut self.connection)
                .await
                .unwrap();
        let events = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3)));
        events.collect::<Vec<(i64, i64, i64, String)>>().len()
    }
}
