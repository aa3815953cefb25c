//! The ticket catalog, through its public face.

#![allow(
    clippy::unwrap_used,
    reason = "helpers outside the test functions may fail a test too"
)]

mod broken_documents;
mod builtin;
mod grammars;
mod loading;
mod properties;

use std::fmt::Write as _;

use guard_lint::catalog::{Catalog, CatalogError, Check, ParsedDocument, Ticket};
use guard_lint::report::model::Class;

const HEADINGS: &str = include_str!("../../src/catalog/builtin/engine-fix-tickets.md");
const LINES: &str = include_str!("../../src/catalog/builtin/atomic-tasks.md");

fn parse(text: &str) -> ParsedDocument {
    Catalog::parse("tickets.md", text).unwrap()
}

fn errors(text: &str) -> String {
    lines(&Catalog::parse("tickets.md", text).unwrap_err())
}

fn lines(errors: &[CatalogError]) -> String {
    errors.iter().map(|error| format!("{error}\n")).collect()
}

/// What two statements of the same ticket must agree on: class, routers, files, and the checks of each clause.
type Essence<'a> = (
    Option<Class>,
    &'a [String],
    &'a [String],
    Vec<(&'a str, &'a [Check])>,
);

fn essence(ticket: &Ticket) -> Essence<'_> {
    let clauses = ticket
        .clauses
        .iter()
        .map(|clause| (clause.id.as_str(), clause.checks.as_slice()))
        .collect();
    (ticket.class, &ticket.routers, &ticket.files, clauses)
}

fn table(tickets: &[Ticket]) -> String {
    let mut table = String::new();
    for ticket in tickets {
        for clause in &ticket.clauses {
            let checks: Vec<String> = clause.checks.iter().map(Check::to_string).collect();
            writeln!(
                table,
                "{:<13} {:<12} {:<44} {}",
                ticket.id,
                clause.id,
                checks.join(" "),
                clause.text
            )
            .unwrap();
        }
    }
    table
}
