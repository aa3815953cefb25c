//! The built-in documents: complete, bound, and one in meaning with the engine's own.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use guard_lint::catalog::LoadMode;
use guard_lint::report::model::Family;

use super::*;

#[test]
fn parses_without_an_error() {
    Catalog::parse("builtin", HEADINGS).unwrap();
    Catalog::parse("builtin", LINES).unwrap();
}

#[test]
fn counts_85_tickets() {
    let mut counts = BTreeMap::new();
    for ticket in Catalog::builtin().tickets {
        *counts.entry(ticket.family).or_insert(0) += 1;
    }
    let expected = [
        (Family::EngStd, 54),
        (Family::PrHard, 15),
        (Family::PrArt, 6),
        (Family::PrObs, 6),
        (Family::PrStream, 2),
        (Family::Ex, 2),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn binds_every_clause() {
    let catalog = Catalog::builtin();
    let unbound = catalog
        .tickets
        .iter()
        .flat_map(|ticket| &ticket.clauses)
        .find(|clause| clause.checks.is_empty());
    assert_eq!(unbound, None);
    insta::assert_snapshot!("bindings", table(&catalog.tickets));
}

/// The engine's own documents are not part of this repository, so the test runs where they are at hand.
#[test]
fn says_what_the_engines_own_documents_say() {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/tickets"));
    let folder = env::var_os("GUARD_TICKETS").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        println!(
            "skipped: no folder {}; name one in GUARD_TICKETS",
            folder.display()
        );
        return;
    }
    let paths = ["ENGINE_FIX_TICKETS.md", "ATOMIC_TASKS.md"].map(|name| folder.join(name));
    let original = Catalog::load(&paths, LoadMode::Replace).unwrap();
    let builtin = Catalog::builtin();
    let ids = |catalog: &Catalog| {
        catalog
            .tickets
            .iter()
            .map(|ticket| ticket.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&original), ids(&builtin));
    let pairs: Vec<_> = original.tickets.iter().zip(&builtin.tickets).collect();
    let differ: Vec<_> = pairs
        .iter()
        .map(|(a, b)| (&a.id, essence(a), essence(b)))
        .filter(|(_, a, b)| a != b)
        .collect();
    assert!(differ.is_empty(), "{differ:#?}");
    let copied = |(a, b): &&(&Ticket, &Ticket)| {
        a.clauses
            .iter()
            .zip(&b.clauses)
            .any(|(a, b)| a.text == b.text)
    };
    assert_eq!(pairs.iter().find(copied), None, "not in our own words");
}
