//! `guardctl` as a process, on a file that an engine has open.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use guard::context::{Mode, ProjectId, TenantId};
use guard::gate::{KillTarget, Policies};
use guard::store::sqlite::{Sqlite, SqliteOptions};
use guard::store::{AuditStore, Scope};
use sqlx::{Connection, SqliteConnection};

fn scope() -> Scope {
    Scope {
        tenant: TenantId::parse("t_acme").unwrap(),
        mode: Mode::Saas,
        project: ProjectId::parse("launch").unwrap(),
    }
}

fn guardctl(store: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_guardctl"))
        .env_clear()
        .args(["--store", store])
        .args(arguments)
        .output()
        .unwrap()
}

/// The exit status, and what was written.
fn said(store: &str, arguments: &[&str]) -> (i32, String) {
    let output = guardctl(store, arguments);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

async fn engine(path: &Path) -> Sqlite {
    SqliteOptions::new(path).shared().open().await.unwrap()
}

/// A switch thrown by another process falls here within a second, and what runs is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g68_a_switch_thrown_by_another_process_falls_within_a_second() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("guard.db");
    let policies = Policies::load(Arc::new(engine(&path).await)).await.unwrap();
    let target = KillTarget::new(scope()).action("thing.act");
    let waiting = tokio::spawn({
        let (policies, target) = (policies.clone(), target.clone());
        async move {
            policies.killed(&target).await;
            Instant::now()
        }
    });
    let place = ["--scope", "t_acme/saas/launch", "--by", "u_1"];
    let kill = [
        &["policy", "kill", "--action", "thing.act", "--reason", "fire"][..],
        &place,
    ]
    .concat();
    assert_eq!(said(&address(&path), &kill), (0, "version 1 holds now\n".to_owned()));
    let thrown = Instant::now();
    let fell = tokio::time::timeout(Duration::from_secs(5), waiting)
        .await
        .unwrap()
        .unwrap();
    assert!(fell.saturating_duration_since(thrown) < Duration::from_secs(1));
    let revive = [&["policy", "revive", "--action", "thing.act"][..], &place].concat();
    assert_eq!(said(&address(&path), &revive).0, 0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!policies.is_killed(&target));
    let (_, list) = said(&address(&path), &["policy", "list"]);
    assert_eq!(
        list,
        "kill_switch\tt_acme/saas/launch\tthing.act\t2\tu_1\t{\"blocked\":false}\n"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_chain_is_named() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("guard.db");
    let store = address(&path);
    let engine = engine(&path).await;
    let payloads = (0..10).map(|number| format!("{{\"n\":{number}}}")).collect();
    let records = engine.append(&scope(), payloads).await.unwrap();
    let (status, text) = said(&store, &["audit", "verify"]);
    let end = format!("10:{}", records[9].hash);
    assert_eq!(
        (status, text),
        (0, format!("t_acme/saas/launch: whole, 10 records, ends with {end}\n"))
    );
    let of_scope = ["audit", "verify", "--scope", "t_acme/saas/launch", "--noted"];
    assert_eq!(said(&store, &[&of_scope[..], &[&*end]].concat()).0, 0);
    let later = format!("11:{}", records[9].hash);
    assert_eq!(said(&store, &[&of_scope[..], &[&*later]].concat()).0, 1);
    let (_, shown) = said(&store, &["audit", "show", "t_acme/saas/launch", "--after", "9"]);
    assert_eq!(shown, format!("10\t{}\t{{\"n\":9}}\n", records[9].hash));

    let mut raw = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    let changed = sqlx::query("UPDATE guard_audit SET payload = '{\"n\":99}' WHERE seq = 4");
    assert_eq!(changed.execute(&mut raw).await.unwrap().rows_affected(), 1);
    let (status, text) = said(&store, &["audit", "verify"]);
    let broken = "t_acme/saas/launch: broken at record 4: its hash is not that of what it says\n";
    assert_eq!((status, &*text), (1, broken));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_is_named_with_its_mend() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("guard.db");
    let store = address(&path);
    for (store, arguments, mend) in [
        (&*store, &["policy", "list"][..], "name the one that the engine opens"),
        ("redis:x", &["policy", "list"], "begins with sqlite: or postgres:"),
    ] {
        let (status, text) = said(store, arguments);
        assert!(status == 2 && text.contains(mend), "{text}");
    }
    assert!(!path.exists(), "nothing is made by looking");
    let engine = engine(&path).await;
    let set = |arguments: &[&'static str]| said(&store, &[&["policy", "set", "--by", "u_1"][..], arguments].concat());
    for (arguments, mend) in [
        (&["kill_switch", "{\"blocked\":\"yes\"}"][..], "expected a boolean"),
        (&["kill_switch", "{"], "EOF"),
        (&["killswitch", "{}"], "a gate is one of kill_switch"),
        (&["budget", "{\"currency\":\"EUR\"}"], "give a threshold or a daily_cap"),
        (&["kpi", "--subject", "lock/1", "{}"], "reading/<metric>"),
        (&["kpi", "--scope", "t_acme", "{}"], "TENANT/MODE/PROJECT"),
        (
            &["kpi", "--tenant", "acme", "{\"metrics\":{}}"],
            "the tenant does not match",
        ),
    ] {
        let (status, text) = set(arguments);
        assert!(status == 2 && text.contains(mend), "{arguments:?}: {text}");
    }
    let open = ["kill_switch", "{\"blocked\":false}", "--expect", "0"];
    assert_eq!(set(&open).0, 0);
    let (status, text) = set(&open);
    assert!(status == 2 && text.contains("there is version 1"), "{text}");
    drop(engine);
}
