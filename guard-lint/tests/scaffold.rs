//! `scripts/new-rule.sh` lays out what CONTRIBUTING.md asks of a rule. What it writes is compared as text; that it compiles
//! is seen by whoever uses it.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    reason = "helpers outside the test functions may fail a test too"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::Scratch;

fn workspace() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A workspace with nothing but what the script changes.
fn scratch() -> Scratch {
    let scratch = Scratch::new();
    let copy = |path: &str| {
        let to = scratch.root().join(path);
        fs::create_dir_all(to.parent().expect("a file stands in a folder")).expect("a scratch folder can be made");
        fs::copy(workspace().join(path), to).expect("the workspace can be copied");
    };
    for entry in fs::read_dir(workspace().join("guard-lint/src/rules")).expect("the rules are there") {
        let name = entry.expect("the folder can be read").file_name();
        copy(&format!("guard-lint/src/rules/{}", name.to_string_lossy()));
    }
    copy("tests/fixtures/engine-py/EXPECTED.tsv");
    copy("tests/fixtures/engine-py/engines/traps/calls/server.py");
    scratch
}

fn new_rule(scratch: &Scratch, arguments: &[&str]) -> Output {
    let mut command = Command::new("bash");
    command.arg(workspace().join("scripts/new-rule.sh")).args(arguments);
    command.env("GUARD_ROOT", scratch.root());
    command.output().expect("bash runs")
}

#[test]
fn it_lays_out_a_rule_its_trap_and_its_twin() {
    let scratch = scratch();
    let output = new_rule(&scratch, &["GL499", "reply-too-late"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |path: &str| fs::read_to_string(scratch.root().join(path)).expect("the script has written it");

    let rule = read("guard-lint/src/rules/reply_too_late.rs");
    for part in [
        "//! GL499: reply-too-late",
        "    ReplyTooLate {",
        "code: \"GL499\"",
        "fn check(program",
    ] {
        assert!(rule.contains(part), "{part}: {rule}");
    }
    let registry = read("guard-lint/src/rules/mod.rs");
    assert!(registry.contains("\nmod reply_too_late;\n"), "{registry}");
    let entries: Vec<&str> = registry.lines().filter(|line| line.starts_with("    &")).collect();
    let place = entries
        .iter()
        .position(|line| line.contains("reply_too_late::ReplyTooLate,"));
    let before = entries.iter().position(|line| line.contains("call_cannot_succeed::"));
    assert!(place > before && before.is_some(), "{entries:?}");

    let traps = "tests/fixtures/engine-py/engines/traps/calls";
    assert!(read(&format!("{traps}/reply_too_late.py")).starts_with("\"\"\"Trap: "));
    assert!(read(&format!("{traps}/reply_too_late_ok.py")).starts_with("\"\"\"Twin of reply_too_late: "));
    let expected = read("tests/fixtures/engine-py/EXPECTED.tsv");
    let rows: Vec<&str> = expected
        .lines()
        .filter(|line| line.contains("/reply_too_late"))
        .collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.split('\t').count() == 12), "{rows:?}");
    let rest: Vec<&str> = expected.lines().skip(1).collect();
    assert!(rest.is_sorted());
}

#[test]
fn it_refuses_a_code_that_is_taken_and_changes_nothing() {
    let scratch = scratch();
    let before = fs::read_to_string(scratch.root().join("guard-lint/src/rules/mod.rs")).expect("it was copied");
    for arguments in [
        &["GL403", "something-new"][..],
        &["GL499", "call-cannot-succeed"],
        &["X1", "name"],
        &["GL499"],
    ] {
        let output = new_rule(&scratch, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let after = fs::read_to_string(scratch.root().join("guard-lint/src/rules/mod.rs")).expect("it is still there");
    assert_eq!(before, after);
}
