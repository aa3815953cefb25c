//! What can be wrong with a ticket document, and how to mend it.

use super::field::Field;

/// One problem of one document, at its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {problem}")]
pub struct CatalogError {
    /// The document, as it was given.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong, each with its mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(
    missing_docs,
    reason = "each variant's message says what it means, and its fields are parts of the message"
)]
pub enum Problem {
    #[error("the document cannot be read ({0}): check its path and its permissions")]
    Unreadable(String),
    #[error("the document is not UTF-8: save it as UTF-8")]
    NotUtf8,
    #[error("the document is empty: write tickets into it, or leave it out of the catalog")]
    Empty,
    #[error(
        "the document holds no ticket: start one with `### ENG-STD-001: Title` or `- PR-HARD-01 (SECURITY) — Files: …`"
    )]
    NoTicket,
    #[error("this {0} is never closed, and hides the rest of the document: close it")]
    Unclosed(&'static str),
    #[error("`{id}` is already a ticket at {first}: give one of the two another id, or remove it")]
    DuplicateId { id: String, first: String },
    #[error(
        "this begins like a ticket and is not one: write `### {0}: Title`, or `- {0} (CLASS) — Files: … Acceptance: …`"
    )]
    NotATicket(String),
    #[error("`{0}` is not a ticket id: use capitals and a number, joined by `-`, as in `ENG-STD-001`")]
    BadId(String),
    #[error("`{0}` is not a class: write SECURITY or QUALITY")]
    UnknownClass(String),
    #[error("{id} says not where it applies: add a Router or Files")]
    NoPlace { id: String },
    #[error("{id} asks for nothing: add an Acceptance or a Scope")]
    NoClause { id: String },
    #[error("{id} is an exemption without a Reason: say why the router is exempt")]
    NoReason { id: String },
    #[error("{id} is no exemption, so it takes no Reason: remove it, or move the ticket to the family EX")]
    StrayReason { id: String },
    #[error("`{0}` is not a field: use Router, Files, Class, Preconditions, Scope, Acceptance, Unblocks or Reason")]
    UnknownField(String),
    #[error("this {0} belongs to no ticket: put it under a line that begins with a ticket's id")]
    StrayField(Field),
    #[error("this line belongs to no field: put it under Scope or Acceptance")]
    StrayLine,
    #[error("{0} is given twice: join the two")]
    FieldTwice(Field),
    #[error("{0} is empty: fill it in or remove it")]
    EmptyField(Field),
    #[error("`{name}` cannot be read as {}: write it {}", what(*.field), how(*.field))]
    BadName { field: Field, name: String },
}

fn what(field: Field) -> &'static str {
    if field == Field::Files { "a file" } else { "a router" }
}

fn how(field: Field) -> &'static str {
    if field == Field::Files {
        "as a path below the scanned root, as in `engines/kpi/routes.py`"
    } else {
        "as a dotted module name, as in `engines.kpi.routes`"
    }
}
