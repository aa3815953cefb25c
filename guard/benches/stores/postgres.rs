//! PostgreSQL: one connection, one statement to a batch, the table alone.

use guard::store::NewEvent;
use guard::store::postgres::Postgres;
use sqlx::{Connection, PgConnection, Row};

use crate::{Raw, compare, server};

struct Table {
    connection: PgConnection,
    seq: i64,
}

pub(crate) async fn measure() {
    let Some(server) = server::start_postgres(&[]) else {
        return;
    };
    let url = format!("postgres://guard@127.0.0.1:{}/postgres", server.port);
    let log = Postgres::open(&url).await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    // Planning the same statement again and again would make this side slow.
    sqlx::query("SET plan_cache_mode = force_generic_plan")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query(
        "CREATE TABLE event (stream BIGINT, seq BIGINT, tag BIGINT, at_ms BIGINT, body TEXT, PRIMARY KEY (stream, seq))",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    compare("PostgreSQL", &log, &mut Table { connection, seq: 0 }).await;
}

impl Raw for Table {
    async fn append(&mut self, events: &[NewEvent]) {
        let first = self.seq + 1;
        self.seq += events.len() as i64;
        sqlx::query(
            "INSERT INTO event SELECT 1, new.seq, new.tag, new.at_ms, new.body \
             FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::TEXT[]) AS new (seq, tag, at_ms, body)",
        )
        .bind((first..=self.seq).collect::<Vec<i64>>())
        .bind(vec![7_i64; events.len()])
        .bind(events.iter().map(|event| event.at_ms as i64).collect::<Vec<i64>>())
        .bind(events.iter().map(|event| event.body.as_str()).collect::<Vec<&str>>())
        .execute(&mut self.connection)
        .await
        .unwrap();
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
