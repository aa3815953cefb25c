//! SQLite: the suites, and what only a file can meet.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use guard::context::{Mode, OpaqueId, TenantId};
use guard::store::sqlite::{Sqlite, SqliteOptions};
use guard::store::{
    AuditStore, Backend, Durability, EventLog, NewEvent, OpenError, Read, StoreError, Stores, TicketEntry, UsedTickets,
};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use crate::support::{hold_all, stream};
use crate::upkeep;

fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// A folder that the guard does not take for a temporary one, wherever the project and its build lie.
fn lasting_folder() -> Option<TempDir> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let folders = [Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR"))), home];
    let is_temporary = |folder: &Path| folder.starts_with("/tmp") || folder.starts_with(env::temp_dir());
    let folder = folders.into_iter().flatten().find(|folder| !is_temporary(folder))?;
    tempfile::tempdir_in(folder).ok()
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("guard.db")
}

fn event(body: &str) -> NewEvent {
    NewEvent {
        at_ms: 0,
        body: body.to_owned(),
    }
}

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnection::connect(path.to_str().unwrap()).await.unwrap()
}

/// Two handles, as two processes would have them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_share_a_file_hold_every_suite() {
    let folder = folder();
    hold_all(async || SqliteOptions::new(file(&folder)).shared().open().await).await;
}

#[tokio::test]
async fn a_file_is_kept_small() {
    let folder = folder();
    let stores = Stores::of(Sqlite::open(file(&folder)).await.unwrap());
    upkeep::forgets_tickets_and_charges(&stores).await;
    upkeep::prunes_events(&stores).await;
}

/// Clones of one handle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_alone_holds_every_suite() {
    let folder = folder();
    let sqlite = Sqlite::open(file(&folder)).await.unwrap();
    hold_all(async || Ok(sqlite.clone())).await;
}

#[tokio::test]
async fn h80_a_file_proves_itself_and_a_temporary_one_is_refused() {
    let folder = lasting_folder().expect("a folder outside of the temporary ones");
    let sqlite = Sqlite::open(file(&folder)).await.unwrap();
    assert_eq!(sqlite.durability(), Durability::Synced);
    let stores = Stores::of(sqlite);
    stores.prove([Mode::Saas, Mode::Enterprise]).await.unwrap();

    // The file goes under the store: it opens again, and nothing is there.
    std::fs::remove_file(file(&folder)).unwrap();
    let faults = stores.prove([Mode::Saas]).await.unwrap_err();
    assert_eq!(faults.faults().len(), 5, "{faults}");

    let temporary = TempDir::new().unwrap();
    let sqlite = Sqlite::open(file(&temporary)).await.unwrap();
    assert_eq!(sqlite.durability(), Durability::Temporary);
    let faults = Stores::of(sqlite).prove([Mode::Enterprise]).await.unwrap_err();
    assert!(faults.to_string().contains("Stores::events"), "{faults}");

    for path in ["", ":memory:"] {
        let error = Sqlite::open(path).await.unwrap_err();
        assert!(matches!(error, OpenError::Address(_)), "{error}");
    }
}

#[tokio::test]
async fn a_second_writer_is_refused_unless_both_share() {
    let folder = folder();
    let path = file(&folder);
    let alone = Sqlite::open(&path).await.unwrap();
    EventLog::append(&alone, &stream(), vec![event("kept")]).await.unwrap();
    for second in [SqliteOptions::new(&path), SqliteOptions::new(&path).shared()] {
        let error = second.open().await.unwrap_err();
        assert!(matches!(&error, OpenError::InUse(used) if *used == path), "{error}");
    }
    drop(alone);

    let shared = SqliteOptions::new(&path).shared().open().await.unwrap();
    let error = Sqlite::open(&path).await.unwrap_err();
    assert!(matches!(error, OpenError::InUse(_)), "{error}");
    let other = SqliteOptions::new(&path).shared().open().await.unwrap();
    EventLog::append(&other, &stream(), vec![event("too")]).await.unwrap();
    let Read::Events(events) = EventLog::read(&shared, &stream(), None, 9).await.unwrap() else {
        panic!("no cursor was given");
    };
    assert_eq!(events.len(), 2);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_opening_again() {
    let folder = folder();
    let path = file(&folder);
    let (tenant, jti) = (TenantId::parse("t_acme").unwrap(), OpaqueId::parse("j").unwrap());
    for round in 0..3 {
        let sqlite = Sqlite::open(&path).await.unwrap();
        let ids = EventLog::append(&sqlite, &stream(), vec![event("a")]).await.unwrap();
        assert_eq!(ids[0].seq(), round + 1);
        let records = AuditStore::append(&sqlite, &stream().scope, vec!["{}".to_owned()])
            .await
            .unwrap();
        assert_eq!(records[0].seq, round + 1);
        let entry = sqlite.use_once(&tenant, &jti, u64::MAX).await.unwrap();
        assert_eq!(entry == TicketEntry::First, round == 0);
    }
}

#[tokio::test]
async fn a_later_schema_is_refused() {
    let folder = folder();
    let path = file(&folder);
    drop(Sqlite::open(&path).await.unwrap());
    let mut connection = raw(&path).await;
    sqlx::query("INSERT INTO guard_schema VALUES (7)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let error = Sqlite::open(&path).await.unwrap_err();
    assert!(matches!(error, OpenError::Schema { found: 7, known: 2 }), "{error}");
}

/// What version 1 made, with something in it.
#[tokio::test]
async fn an_earlier_schema_is_brought_up_and_loses_nothing() {
    let folder = folder();
    let path = file(&folder);
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let tables = include_str!("../../src/store/sqlite/0001.sql");
    let stream = "INSERT INTO guard_stream (kind, tenant, mode, project, stream) \
                  VALUES ('chat', 't_acme', 'saas', 'p', 'th_1')";
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "{tables}; {stream}; {}",
        upkeep::VERSION_1
    )))
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    for _ in 0..2 {
        upkeep::has_what_version_1_had(&Stores::of(Sqlite::open(&path).await.unwrap())).await;
    }
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_left_alone() {
    let folder = folder();
    let path = file(&folder);
    let text = "not a database, but something dear to somebody".repeat(100);
    std::fs::write(&path, &text).unwrap();
    assert!(Sqlite::open(&path).await.is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let error = Sqlite::open(folder.path().join("no/such/folder.db")).await.unwrap_err();
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn g71_a_full_disk_is_a_clear_refusal_and_loses_nothing() {
    let folder = folder();
    let path = file(&folder);
    // To SQLite this is what a full disk is.
    let small = SqliteOptions::new(&path).max_bytes(800_000);
    let sqlite = small.clone().open().await.unwrap();
    let scope = stream().scope;
    let mut kept = Vec::new();
    let error = loop {
        match AuditStore::append(&sqlite, &scope, vec!["x".repeat(10_000)]).await {
            Ok(records) => kept.extend(records),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full(_)), "{error}");
    assert!(kept.len() > 5);
    assert_eq!(AuditStore::read(&sqlite, &scope, 0, 1000).await.unwrap(), kept);

    drop(sqlite);
    let again = Sqlite::open(&path).await.unwrap();
    assert_eq!(AuditStore::read(&again, &scope, 0, 1000).await.unwrap(), kept);
    let next = AuditStore::append(&again, &scope, vec!["{}".to_owned()]).await.unwrap();
    assert_eq!(next[0].previous, kept.last().map(|record| record.hash));
}

/// What waits together is committed together, and one that fails does not take the others with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_fails_fails_alone() {
    let folder = folder();
    let sqlite = Arc::new(Sqlite::open(file(&folder)).await.unwrap());
    let mut connection = raw(&file(&folder)).await;
    sqlx::query(
        "CREATE TRIGGER refuse BEFORE INSERT ON guard_event WHEN NEW.body = 'bad' \
         BEGIN SELECT RAISE(ABORT, 'no such luck'); END",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..60 {
        let sqlite = Arc::clone(&sqlite);
        tasks.spawn(async move {
            let body = if n % 10 == 3 { "bad" } else { "good" };
            let appended = EventLog::append(&*sqlite, &stream(), vec![event("first"), event(body)]).await;
            (body, appended)
        });
    }
    let mut good = 0;
    while let Some(joined) = tasks.join_next().await {
        let (body, appended) = joined.unwrap();
        assert_eq!(appended.is_ok(), body == "good", "{appended:?}");
        if let Err(error) = appended {
            assert!(
                error.source().unwrap().to_string().contains("no such luck"),
                "{error:?}"
            );
        } else {
            good += 2;
        }
    }
    let Read::Events(events) = EventLog::read(&*sqlite, &stream(), None, 1000).await.unwrap() else {
        panic!("no cursor was given");
    };
    assert_eq!(events.len(), good);
    assert!(events.windows(2).all(|pair| pair[1].id.seq() == pair[0].id.seq() + 1));
}
