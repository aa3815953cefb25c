//! Tests as evidence: which of them exercise what a ticket speaks of, what they assert there, and which prove nothing.
//!
//! A test that is skipped, that asserts nothing, or that replaces what it is about is turned down with its reason. Test
//! files are looked at only for tickets with a clause that asks for tests, and parsed only where their bytes name a path or
//! a module of such a ticket.

mod bind;
mod gather;
mod headers;
mod needs;
mod path;
mod read;
mod shows;
mod subject;

use rustc_hash::FxHashSet;

use crate::model::FnId;

pub use bind::Proof;
pub use needs::{Need, needs};
pub use read::Tests;
pub use subject::Subject;

/// One test function with all that it and its helpers and fixtures do.
#[derive(Debug, Default)]
pub struct Test {
    /// The file, by its index into [`Tests::files`].
    file: usize,
    /// Where its name stands.
    line: u32,
    column: u32,
    /// `test_x` or `TestY.test_x`.
    name: String,
    /// Why it does not run.
    skipped: Option<String>,
    requests: Vec<Request>,
    /// The functions and classes of the program that it names, by the dotted name of their module.
    touches: FxHashSet<String>,
    /// The functions of the program that it names.
    functions: FxHashSet<FnId>,
    /// The statuses that it expects.
    statuses: FxHashSet<i64>,
    /// Whether it expects some status from 400 on.
    any_refusal: bool,
    /// The words of its assertions: names, attributes and texts, in lower case.
    asserted: FxHashSet<String>,
    /// The exceptions that it expects.
    raises: Vec<String>,
    /// How many assertions it makes.
    asserts: usize,
    /// Whether it compares two things that it computed.
    compares: bool,
    /// What it replaces, as dotted names.
    mocks: Vec<String>,
    /// The providers that it overrides.
    overrides: Vec<String>,
    /// Whether it takes settings out of the environment.
    environment: bool,
    /// Whether it reads what was logged.
    logs: bool,
    /// The classes of the program that its own body makes; one that is there twice takes over from an old object.
    made: Vec<String>,
}

/// One request that a test makes.
#[derive(Debug, Clone)]
struct Request {
    /// Upper case; empty where any is meant.
    method: String,
    /// Its segments; none for what is not literal.
    path: Vec<Option<String>>,
    /// The headers that it sends, in lower case; nothing where that cannot be told.
    headers: Option<Vec<String>>,
}
