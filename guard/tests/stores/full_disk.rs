//! A disk that is really full: a file system of one megabyte, in a namespace of mounts of a child process.

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

/// Mounts it, and goes on as the child.
const MOUNT: &str = r#"mount -t tmpfs -o size=1m guard "$GUARD_TEST_FULL_DISK" && exec "$@""#;

/// What a shell needs so that it may mount, if it may at all.
fn namespace() -> Option<&'static [&'static str]> {
    let kinds: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
    kinds.into_iter().find(|kind| {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("unshare")
            .args(*kind)
            .args(["sh", "-c", MOUNT, "sh", "true"])
            .env(PLACE, folder.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success())
    })
}

#[test]
fn g71_a_disk_that_is_really_full_refuses_every_kind_of_change() {
    if let Ok(place) = std::env::var(PLACE) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        return runtime.unwrap().block_on(fill(Path::new(&place)));
    }
    let Some(namespace) = namespace() else {
        eprintln!("skipped: this system mounts nothing for a test");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let test = "full_disk::g71_a_disk_that_is_really_full_refuses_every_kind_of_change";
    let output = Command::new("unshare")
        .args(namespace)
        .args(["sh", "-c", MOUNT, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(PLACE, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
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
        body: format!("{number:04000}"),
    }
}

/// What was acknowledged of each kind.
#[derive(Default)]
struct Kept {
    events: usize,
    charges: usize,
    records: usize,
    tickets: usize,
}

/// Writes every kind until none of them can be written any more.
async fn until_full(sqlite: &Sqlite, kept: &mut Kept) {
    let scope = stream().scope;
    let full = |error: &StoreError| matches!(error, StoreError::Full(_));
    let mut refused = [false; 4];
    while refused != [true; 4] {
        match EventLog::append(sqlite, &stream(), vec![event(kept.events)]).await {
            Ok(_) => kept.events += 1,
            Err(error) => refused[0] = full(&error),
        }
        match sqlite.reserve(reservation(kept.charges)).await {
            Ok(answer) => {
                assert_eq!(answer, Reserve::Held);
                kept.charges += 1;
            }
            Err(error) => refused[1] = full(&error),
        }
        match AuditStore::append(sqlite, &scope, vec![kept.records.to_string()]).await {
            Ok(_) => kept.records += 1,
            Err(error) => refused[2] = full(&error),
        }
        let ticket = format!("j_{}", kept.tickets).parse().unwrap();
        match sqlite.use_once(&scope.tenant, &ticket, 9_000_000_000).await {
            Ok(entry) => {
                assert_eq!(entry, TicketEntry::First);
                kept.tickets += 1;
            }
            Err(error) => refused[3] = full(&error),
        }
    }
}

async fn is_all_there(sqlite: &Sqlite, scope: &Scope, kept: &Kept) {
    let Read::Events(events) = EventLog::read(sqlite, &stream(), None, 10_000).await.unwrap() else {
        panic!("no cursor was given");
    };
    assert!(
        events
            .iter()
            .map(|event| &event.body)
            .eq(&(0..kept.events).map(|n| event(n).body).collect::<Vec<_>>())
    );
    for number in 0..kept.charges {
        let state = sqlite.charge(&key(number)).await.unwrap();
        assert!(matches!(state, Some(ChargeState::Held(_))), "{state:?}");
    }
    assert_eq!(
        sqlite.charge(&key(kept.charges)).await.unwrap(),
        None,
        "what was refused"
    );
    let Verified::Whole { head } = verify(sqlite, scope, None).await.unwrap() else {
        panic!("the chain is broken");
    };
    assert_eq!(head.map_or(0, |head| head.seq), kept.records as u64);
}

async fn fill(place: &Path) {
    let file: PathBuf = place.join("guard.db");
    let ballast = place.join("ballast");
    std::fs::write(&ballast, vec![1; 300_000]).unwrap();
    let scope = stream().scope;
    let sqlite = Sqlite::open(&file).await.unwrap();
    let mut kept = Kept::default();
    until_full(&sqlite, &mut kept).await;
    assert!(kept.events > 0 && kept.charges > 0 && kept.records > 0 && kept.tickets > 0);
    is_all_there(&sqlite, &scope, &kept).await;

    // Somebody makes room, and it goes on by itself, until that is used up too.
    std::fs::remove_file(&ballast).unwrap();
    let before = kept.events;
    until_full(&sqlite, &mut kept).await;
    assert!(kept.events > before);
    is_all_there(&sqlite, &scope, &kept).await;
    drop(sqlite);
    let again = Sqlite::open(&file).await.unwrap();
    is_all_there(&again, &scope, &kept).await;
    for number in 0..kept.tickets {
        let ticket = format!("j_{number}").parse().unwrap();
        let entry = again.use_once(&scope.tenant, &ticket, 9_000_000_000).await;
        assert!(!matches!(entry, Ok(TicketEntry::First)), "{entry:?}");
    }
}
