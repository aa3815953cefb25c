//! PostgreSQL: the suites on a real server, and what only a server can meet.

use std::env;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use guard::context::Mode;
use guard::store::postgres::{Postgres, PostgresOptions};
use guard::store::{Backend, Durability, EventLog, NewEvent, OpenError, Read, StoreError, Stores, Tail};
use sqlx::postgres::PgListener;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::server::{self, Server};
use crate::support::{hold_all, stream};
use crate::upkeep;

/// A database of a test's own.
struct Database {
    url: String,
    /// Ends with the last test that runs beside others.
    _server: Option<Arc<Server>>,
}

/// One server for the tests that run at the same time.
static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

fn shared() -> Option<Arc<Server>> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = shared.upgrade() {
        return Some(server);
    }
    let server = Arc::new(server::start_postgres(&[])?);
    *shared = Arc::downgrade(&server);
    Some(server)
}

async fn database() -> Option<Database> {
    let (base, server) = match env::var("GUARD_TEST_POSTGRES_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            let server = shared()?;
            (
                format!("postgres://guard@127.0.0.1:{}/postgres", server.port),
                Some(server),
            )
        }
    };
    let name = format!("guard_{}", Uuid::new_v4().simple());
    run(
        &base,
        &format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"),
    )
    .await;
    let (server_url, _) = base.rsplit_once('/').unwrap();
    Some(Database {
        url: format!("{server_url}/{name}"),
        _server: server,
    })
}

async fn run(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

fn event(body: &str) -> NewEvent {
    NewEvent {
        at_ms: 0,
        body: body.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_handles_hold_every_suite() {
    let Some(database) = database().await else { return };
    hold_all(async || PostgresOptions::new(&database.url)?.connections(6).open().await).await;
}

#[tokio::test]
async fn a_database_is_kept_small() {
    let Some(database) = database().await else { return };
    let stores = Stores::of(Postgres::open(&database.url).await.unwrap());
    upkeep::forgets_tickets_and_charges(&stores).await;
    upkeep::prunes_events(&stores).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h80_a_server_proves_itself_and_one_that_does_not_synchronise_is_refused() {
    let Some(database) = database().await else { return };
    let postgres = Postgres::open(&database.url).await.unwrap();
    assert_eq!(postgres.durability(), Durability::Synced);
    let stores = Stores::of(postgres);
    stores.prove([Mode::Saas, Mode::Enterprise]).await.unwrap();
    run(&database.url, "DROP TABLE guard_proof").await;
    let faults = stores.prove([Mode::Saas]).await.unwrap_err();
    assert!(faults.to_string().contains("Stores::audit"), "{faults}");

    let Some(server) = server::start_postgres(&["fsync=off"]) else {
        return;
    };
    let url = format!("postgres://guard@127.0.0.1:{}/postgres", server.port);
    let stores = Stores::of(Postgres::open(&url).await.unwrap());
    stores.check([Mode::Lab]).unwrap();
    let faults = stores.check([Mode::Saas]).unwrap_err();
    assert_eq!(faults.faults().len(), 5, "{faults}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_open_an_empty_database_at_once_make_its_tables_once() {
    let Some(database) = database().await else { return };
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let url = database.url.clone();
        tasks.spawn(async move { Postgres::open(&url).await });
    }
    while let Some(opened) = tasks.join_next().await {
        opened.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_later_schema_is_refused() {
    let Some(database) = database().await else { return };
    drop(Postgres::open(&database.url).await.unwrap());
    run(&database.url, "INSERT INTO guard_schema VALUES (7)").await;
    let error = Postgres::open(&database.url).await.unwrap_err();
    assert!(matches!(error, OpenError::Schema { found: 7, known: 2 }), "{error}");
}

/// What version 1 made, with something in it.
#[tokio::test]
async fn an_earlier_schema_is_brought_up_and_loses_nothing() {
    let Some(database) = database().await else { return };
    let tables = include_str!("../../src/store/postgres/0001.sql");
    let stream = "INSERT INTO guard_stream (kind, tenant, mode, project, stream, head) \
                  VALUES ('chat', 't_acme', 'saas', 'p', 'th_1', 1)";
    run(&database.url, &format!("{tables}; {stream}; {}", upkeep::VERSION_1)).await;
    for _ in 0..2 {
        upkeep::has_what_version_1_had(&Stores::of(Postgres::open(&database.url).await.unwrap())).await;
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named_without_its_password() {
    let port = server::free_port();
    let url = format!("postgres://guard:sesame@127.0.0.1:{port}/engine");
    let error = Postgres::open(&url).await.unwrap_err();
    let OpenError::Unreachable { place, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(*place, format!("postgres://127.0.0.1:{port}/engine"));
    assert!(!format!("{error:?} {error}").contains("sesame"));
    for address in [
        "",
        "mysql://guard:sesame@h/d",
        "postgres://guard:sesame@h:port/d",
        "sesame",
    ] {
        let error = Postgres::open(address).await.unwrap_err();
        assert!(matches!(error, OpenError::Address(_)), "{error}");
        assert!(!format!("{error:?} {error}").contains("sesame"));
    }
}

/// Everything but the listener's connection goes; then the listener's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_connections_are_made_again_and_tails_wake() {
    let Some(database) = database().await else { return };
    let (left, right) = (
        Postgres::open(&database.url).await.unwrap(),
        Postgres::open(&database.url).await.unwrap(),
    );
    let stream = stream();
    left.append(&stream, vec![event("a")]).await.unwrap();
    let mut tail = right.watch(&stream);
    run(
        &database.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    let woke = tokio::time::timeout(std::time::Duration::from_secs(10), tail.changed()).await;
    assert_eq!(woke, Ok(true), "what was said while nobody listened is not known");
    // A connection of the pool may be found dead when it is used; nothing is made of a change then.
    let ids = loop {
        match left.append(&stream, vec![event("b")]).await {
            Ok(ids) => break ids,
            Err(StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(ids[0].seq(), 2);
    assert_eq!(
        tokio::time::timeout(std::time::Duration::from_secs(10), tail.changed()).await,
        Ok(true)
    );
}

/// Another process that makes itself known, as `store::postgres` does.
async fn a_member(url: &str) -> PgConnection {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query("SELECT pg_advisory_lock_shared(1735745906, 7)::TEXT, pg_notify('guard', 'member 7')::TEXT")
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

/// It is killed after an append and before it told of it: nobody hears of the event, but of its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_process_wakes_those_who_wait_for_what_it_did_not_tell() {
    let Some(database) = database().await else { return };
    let early = a_member(&database.url).await;
    let here = Postgres::open(&database.url).await.unwrap();
    let stream = stream();
    here.append(&stream, vec![event("a")]).await.unwrap();
    for has_been_there in [true, false] {
        let mut tail = here.watch(&stream);
        // What this process told of its own append may still be on its way back.
        while wakes(&mut tail, 1_500).await {}
        if has_been_there {
            run(
                &database.url,
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE objid = 7",
            )
            .await;
        } else {
            drop(a_member(&database.url).await);
        }
        assert!(wakes(&mut tail, 10_000).await, "it was there before: {has_been_there}");
    }
    drop(early);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_appended_last_is_told_when_the_store_is_dropped() {
    let Some(database) = database().await else { return };
    let postgres = Postgres::open(&database.url).await.unwrap();
    let mut listener = PgListener::connect(&database.url).await.unwrap();
    listener.listen("guard").await.unwrap();
    let stream = stream();
    postgres.append(&stream, vec![event("a")]).await.unwrap();
    drop(postgres);
    let heard = tokio::time::timeout(std::time::Duration::from_secs(10), listener.recv()).await;
    assert_eq!(heard.unwrap().unwrap().payload(), stream.to_string());
}

/// Whoever appends goes away while the server still waits for the stream's row, and commits it afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_that_nobody_waits_for_wakes_those_who_wait_for_its_stream() {
    let Some(database) = database().await else { return };
    let (left, right) = (
        Postgres::open(&database.url).await.unwrap(),
        Postgres::open(&database.url).await.unwrap(),
    );
    let stream = stream();
    left.append(&stream, vec![event("a")]).await.unwrap();
    let mut other = PgConnection::connect(&database.url).await.unwrap();
    let mut transaction = other.begin().await.unwrap();
    sqlx::query("UPDATE guard_stream SET head = head")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let append = left.append(&stream, vec![event("b")]);
    let ended = tokio::time::timeout(std::time::Duration::from_millis(300), append).await;
    assert!(ended.is_err(), "the row is locked");
    let mut tails = [left.watch(&stream), right.watch(&stream)];
    transaction.rollback().await.unwrap();
    for tail in &mut tails {
        loop {
            assert!(wakes(tail, 10_000).await, "there is an event that nobody was told of");
            let Read::Events(events) = right.read(&stream, None, 9).await.unwrap() else {
                panic!("no cursor was given");
            };
            if events.len() == 2 {
                break;
            }
        }
    }
}

async fn wakes(tail: &mut Tail, within_ms: u64) -> bool {
    let within = std::time::Duration::from_millis(within_ms);
    tokio::time::timeout(within, tail.changed()).await == Ok(true)
}
