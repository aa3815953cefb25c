//! A disk that is really full: a file system of some megabytes, in a namespace of mounts of a child process.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use guard::audit::{Verified, verify};
use guard::store::sqlite::Sqlite;
use guard::store::{
    AuditStore, BudgetAccount, BudgetStore, Cap, ChargeKey, ChargeState, Cost, EventLog, NewEvent, Read, Reservation,
    Reserve, Scope, StoreError, TicketEntry, UsedTickets,
};

use crate::support::stream;

/// Where the child finds the small file system.
const PLACE: &str = "GUARD_TEST_FULL_DISK";

/// Mounts it, in the size that the first word says, and goes on as the child.
const MOUNT: &str = r#"mount -t tmpfs -o "size=$0" guard "$GUARD_TEST_FULL_DISK" && exec "$@""#;

/// A namespace of mounts, and one for whoever is not root.
const MOUNTS: &[&str] = &["--mount"];
const USERS: &[&str] = &["--user", "--map-root-user", "--mount"];

/// The first of these in which a shell may mount.
fn namespace(kinds: &[&'static [&'static str]]) -> Option<&'static [&'static str]> {
    kinds.iter().copied().find(|kind| {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("unshare")
            .args(*kind)
            .args(["sh", "-c", MOUNT, "1m", "true"])
            .env(PLACE, folder.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success())
    })
}

/// Runs a test again in a process of its own, where the place is a small file system.
fn on_a_small_disk(test: &str, size: &str, kinds: &[&'static [&'static str]]) {
    let Some(namespace) = namespace(kinds) else {
        eprintln!("skipped: this system mounts nothing for a test");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(namespace)
        .args(["sh", "-c", MOUNT, size])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(PLACE, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(work);
}

#[test]
fn g71_a_disk_that_is_really_full_refuses_every_kind_of_change() {
    match std::env::var(PLACE) {
        Ok(place) => run(fill_sqlite(Path::new(&place))),
        Err(_) => on_a_small_disk(
            "full_disk::g71_a_disk_that_is_really_full_refuses_every_kind_of_change",
            "1m",
            &[MOUNTS, USERS],
        ),
    }
}

#[cfg(feature = "postgres")]
#[test]
fn g71_a_disk_that_is_really_full_under_postgresql() {
    match std::env::var(PLACE) {
        Ok(place) => run(fill_postgres(Path::new(&place))),
        Err(_) => on_a_small_disk(
            "full_disk::g71_a_disk_that_is_really_full_under_postgresql",
            "12m",
            &[MOUNTS],
        ),
    }
}

fn key(number: usize) -> ChargeKey {
    ChargeKey {
        tenant: stream().scope.tenant,
        request_id: format!("r_{number}").parse().unwrap(),
        route: "POST /renders".to_owned(),
    }
}

fn reservation(number: usize) -> Reservation {
    let account = BudgetAccount {
        scope: stream().scope,
        currency: "EUR".parse().unwrap(),
        name: "total".to_owned(),
    };
    let limit = Cost::MAX;
    Reservation {
        key: key(number),
        amount: Cost::from_micros(1).unwrap(),
        caps: vec![Cap { account, limit }],
        expires_at_ms: u64::MAX / 2,
    }
}

fn event(number: usize) -> NewEvent {
    NewEvent {
        at_ms: 0,
        // Nothing of it can be compressed away.
        body: (0..500)
            .map(|part| format!("{:016x}", mixed(number * 500 + part)))
            .collect(),
    }
}

/// As if by chance.
fn mixed(number: usize) -> u64 {
    let mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Everything that is filled.
trait Store: EventLog + UsedTickets + BudgetStore + AuditStore {}

impl<S: EventLog + UsedTickets + BudgetStore + AuditStore> Store for S {}

/// What was acknowledged of each kind.
#[derive(Default)]
struct Kept {
    events: usize,
    charges: usize,
    records: usize,
    tickets: usize,
}

/// Writes every kind until none of them can be written any more.
async fn until_full<S: Store>(store: &S, kept: &mut Kept) {
    let scope = stream().scope;
    let full = |error: StoreError| {
        assert!(matches!(error, StoreError::Full(_)), "{error:?}");
        true
    };
    let mut refused = [false; 4];
    while refused != [true; 4] {
        match EventLog::append(store, &stream(), vec![event(kept.events)]).await {
            Ok(_) => kept.events += 1,
            Err(error) => refused[0] = full(error),
        }
        match store.reserve(reservation(kept.charges)).await {
            Ok(answer) => {
                assert_eq!(answer, Reserve::Held);
                kept.charges += 1;
            }
            Err(error) => refused[1] = full(error),
        }
        match AuditStore::append(store, &scope, vec![kept.records.to_string()]).await {
            Ok(_) => kept.records += 1,
            Err(error) => refused[2] = full(error),
        }
        let ticket = format!("j_{}", kept.tickets).parse().unwrap();
        match store.use_once(&scope.tenant, &ticket, 9_000_000_000).await {
            Ok(entry) => {
                assert_eq!(entry, TicketEntry::First);
                kept.tickets += 1;
            }
            Err(error) => refused[3] = full(error),
        }
    }
}

async fn is_all_there<S: Store>(store: &S, scope: &Scope, kept: &Kept) {
    let Read::Events(events) = EventLog::read(store, &stream(), None, 10_000).await.unwrap() else {
        panic!("no cursor was given");
    };
    assert!(
        events
            .iter()
            .map(|event| &event.body)
            .eq(&(0..kept.events).map(|n| event(n).body).collect::<Vec<_>>())
    );
    for number in 0..kept.charges {
        let state = store.charge(&key(number)).await.unwrap();
        assert!(matches!(state, Some(ChargeState::Held(_))), "{state:?}");
    }
    assert_eq!(
        store.charge(&key(kept.charges)).await.unwrap(),
        None,
        "what was refused"
    );
    let Verified::Whole { head } = verify(store, scope, None).await.unwrap() else {
        panic!("the chain is broken");
    };
    assert_eq!(head.map_or(0, |head| head.seq), kept.records as u64);
}

/// Fills the place, makes room, and fills it again.
async fn fill<S: Store>(store: &S, ballast: &Path) -> Kept {
    let scope = stream().scope;
    let mut kept = Kept::default();
    until_full(store, &mut kept).await;
    assert!(kept.events > 0 && kept.charges > 0 && kept.records > 0 && kept.tickets > 0);
    is_all_there(store, &scope, &kept).await;
    // Somebody makes room, and it goes on by itself, until that is used up too.
    std::fs::remove_file(ballast).unwrap();
    let before = kept.events;
    until_full(store, &mut kept).await;
    assert!(kept.events > before);
    is_all_there(store, &scope, &kept).await;
    kept
}

async fn fill_sqlite(place: &Path) {
    let file: PathBuf = place.join("guard.db");
    let ballast = place.join("ballast");
    std::fs::write(&ballast, vec![1; 300_000]).unwrap();
    let sqlite = Sqlite::open(&file).await.unwrap();
    let kept = fill(&sqlite, &ballast).await;
    drop(sqlite);
    let scope = stream().scope;
    let again = Sqlite::open(&file).await.unwrap();
    is_all_there(&again, &scope, &kept).await;
    for number in 0..kept.tickets {
        let ticket = format!("j_{number}").parse().unwrap();
        let entry = again.use_once(&scope.tenant, &ticket, 9_000_000_000).await;
        assert!(!matches!(entry, Ok(TicketEntry::First)), "{entry:?}");
    }
}

/// The tables are on the small disk, the server's own files are not.
#[cfg(feature = "postgres")]
async fn fill_postgres(place: &Path) {
    use guard::store::postgres::Postgres;
    use sqlx::{AssertSqlSafe, Connection, PgConnection};

    let Some(server) = crate::server::start_postgres(&[]) else {
        return;
    };
    let base = format!("postgres://guard@127.0.0.1:{}", server.port);
    let tables = place.join("tables");
    std::fs::create_dir(&tables).unwrap();
    let owned = Command::new("chown").arg("postgres").arg(&tables).status();
    assert!(owned.unwrap().success());
    let mut connection = PgConnection::connect(&format!("{base}/postgres")).await.unwrap();
    for sql in [
        format!("CREATE TABLESPACE small LOCATION '{}'", tables.display()),
        "CREATE DATABASE small ENCODING 'UTF8' TEMPLATE template0 TABLESPACE small".to_owned(),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    let postgres = Postgres::open(&format!("{base}/small")).await.unwrap();
    let ballast = place.join("ballast");
    std::fs::write(&ballast, vec![1; 1_000_000]).unwrap();
    fill(&postgres, &ballast).await;
}
