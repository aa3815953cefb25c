//! The budget on a PostgreSQL server, where there is one.

use std::env;
use std::sync::Arc;

use guard::store::Stores;
use guard::store::postgres::Postgres;
use proptest::test_runner::{Config, TestRunner};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::budget::{overspend, plans, run};
use crate::server;

/// A database that nobody else has.
async fn database(base: &str) -> String {
    let name = format!("guard_{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(base).await.unwrap();
    let create = format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let (server, _) = base.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

#[test]
fn g65_concurrent_calls_never_overspend_on_postgresql() {
    let mut started = None;
    let base = match env::var("GUARD_TEST_POSTGRES_URL") {
        Ok(url) => url,
        Err(_) => {
            let Some(server) = server::start_postgres(&[]) else {
                return;
            };
            let url = format!("postgres://guard@127.0.0.1:{}/postgres", server.port);
            started = Some(server);
            url
        }
    };
    let config = Config {
        cases: 5,
        failure_persistence: None,
        ..Config::default()
    };
    let held = TestRunner::new(config).run(&plans(), |plan| {
        run(async {
            let store = Postgres::open(&database(&base).await).await.unwrap();
            overspend(Stores::of(store.clone()), Arc::new(store), plan).await;
        });
        Ok(())
    });
    drop(started);
    held.unwrap();
}
