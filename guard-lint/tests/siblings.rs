//! Taking words from one handler never changes the verdict on its siblings, in either language.
#![allow(
    clippy::unwrap_used,
    reason = "helpers outside the test functions may fail a test too"
)]

mod common;

use std::path::{Path, PathBuf};

use common::{Scratch, engine, report};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use common::siblings::{assert_same, handlers, without};

/// Takes words from handlers of a tree, as often as `cases` says.
fn hold(scratch: &Scratch, cases: u32) {
    let before = scratch.report();
    let handlers = handlers(&before, |file| scratch.read(file));
    assert!(handlers.len() > 10, "{} handlers", handlers.len());
    let choices = prop::collection::vec((0..500_usize, 0..12_usize), 1..4);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let result = runner.run(&(0..handlers.len(), choices), |(index, choices)| {
        let handler = &handlers[index];
        let whole = scratch.read(&handler.file);
        scratch.write(&handler.file, without(&whole, handler, choices));
        let after = report(scratch.root());
        scratch.write(&handler.file, whole);
        assert_same(&before, Some(&after), handler);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

fn rust_engine() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/engine-rs")
}

#[test]
fn words_of_a_python_handler_say_nothing_of_its_siblings() {
    let folders = [
        "engines/__init__.py",
        "engines/common",
        "engines/identity",
        "engines/nexus",
        "engines/chat",
        "engines/kpi",
    ];
    hold(&Scratch::copy(&engine(), &folders), 24);
}

#[test]
fn words_of_a_rust_handler_say_nothing_of_its_siblings() {
    hold(&Scratch::copy(&rust_engine(), &["src", "legacy", "Cargo.toml"]), 24);
}
