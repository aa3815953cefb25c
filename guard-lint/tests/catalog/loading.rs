//! Files of the user's, alone or over the built-in catalog.

use std::path::PathBuf;
use std::{env, fs};

use guard_lint::catalog::{LoadMode, Problem};

use super::*;

fn write(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("catalog");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

fn problems(paths: &[PathBuf]) -> Vec<(u32, Problem)> {
    let errors = Catalog::load(paths, LoadMode::Replace).unwrap_err();
    errors
        .into_iter()
        .map(|error| (error.line, error.problem))
        .collect()
}

const ONE: &str = "- PR-HARD-01 (QUALITY) — Files: `a.py`. Acceptance: add audit.\n- PR-HARD-99 — Files: `b.py`. Acceptance: add audit.\n";

#[test]
fn nothing_given_is_the_builtin_catalog() {
    for mode in [LoadMode::Replace, LoadMode::Extend] {
        assert_eq!(Catalog::load(&[], mode).unwrap(), Catalog::builtin());
    }
}

#[test]
fn replacing_and_extending() {
    let path = write("one.md", ONE);
    let replaced = Catalog::load(std::slice::from_ref(&path), LoadMode::Replace).unwrap();
    assert_eq!((replaced.tickets.len(), replaced.documents.len()), (2, 1));

    let extended = Catalog::load(&[path], LoadMode::Extend).unwrap();
    assert_eq!((extended.tickets.len(), extended.documents.len()), (86, 3));
    let ticket = extended.ticket("PR-HARD-01").unwrap();
    assert_eq!((ticket.class, ticket.document), (Some(Class::Quality), 2));
    assert_eq!(extended.tickets.last().unwrap().id, "PR-HARD-99");
    let place = |catalog: &Catalog| {
        catalog
            .tickets
            .iter()
            .position(|ticket| ticket.id == "PR-HARD-01")
    };
    assert_eq!(place(&extended), place(&Catalog::builtin()));
}

#[test]
fn peers_may_not_claim_one_id() {
    let paths = [write("peer-1.md", ONE), write("peer-2.md", ONE)];
    let found = problems(&paths);
    assert_eq!(found.len(), 2);
    assert!(
        matches!(&found[1], (2, Problem::DuplicateId { id, first }) if id == "PR-HARD-99" && first.ends_with("peer-1.md:2"))
    );
}

#[test]
fn files_that_cannot_be_read() {
    assert!(matches!(
        problems(&[env::temp_dir().join("no/such/file.md")])[..],
        [(1, Problem::Unreadable(_))]
    ));
    assert_eq!(
        problems(&[write("latin.md", b"one\ntwo \xff\n")]),
        [(2, Problem::NotUtf8)]
    );
}

#[test]
fn the_hash_is_over_the_bytes() {
    let text = "\u{feff}- SEC-1: Files: `a.py` Acceptance: add audit\r\n";
    assert_eq!(
        parse(text).document.sha256,
        "999cd72125a1ef62a43d6baa24f0f57ef822cbedf80aee4d277679b1e3fcb525"
    );
}
