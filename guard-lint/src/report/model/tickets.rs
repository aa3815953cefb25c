//! Tickets, their clauses and the verdicts on them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Evidence;

/// One ticket and its status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketReport {
    /// For example `ENG-STD-013`.
    pub id: String,
    /// The heading's text, or the acceptance's first words where the grammar has no title.
    pub title: String,
    /// The family of the id.
    pub family: Family,
    /// The class in parentheses, where the grammar has one.
    pub class: Option<Class>,
    /// What the source says.
    pub status: TicketStatus,
    /// The routers, as dotted module names.
    pub routers: Vec<String>,
    /// The files that the ticket names.
    pub files: Vec<TicketFile>,
    /// The clauses, in the document's order, the family's own last.
    pub clauses: Vec<ClauseReport>,
    /// What the code alone says to all clauses that ask something of it; nothing where none does.
    pub code: Option<ClauseVerdict>,
    /// What the tests say, where a clause asks for tests.
    pub tests: Option<TestsReport>,
}

/// What the tests say to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestsReport {
    /// Whether they show all that the clauses ask of tests.
    pub verdict: ClauseVerdict,
    /// How many tests exercise the ticket's routes or files.
    pub exercising: usize,
    /// The tests that show something that is asked.
    pub evidence: Vec<TestEvidence>,
    /// The tests that would, and do not count: skipped, without assertions, or replacing what they are about.
    pub turned_down: Vec<TestEvidence>,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestEvidence {
    /// Its file.
    pub file: String,
    /// The line of its name.
    pub line: u32,
    /// The column of its name.
    pub column: u32,
    /// `test_x`, or `TestY.test_x`.
    pub test: String,
    /// What it shows, or why it does not count.
    pub what: String,
}

/// The family of a ticket, from its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "each variant is the prefix of the ids")]
pub enum Family {
    #[serde(rename = "ENG-STD")]
    EngStd,
    #[serde(rename = "PR-HARD")]
    PrHard,
    #[serde(rename = "PR-ART")]
    PrArt,
    #[serde(rename = "PR-OBS")]
    PrObs,
    #[serde(rename = "PR-STREAM")]
    PrStream,
    #[serde(rename = "EX")]
    Ex,
    /// An id of the user's own catalog with another prefix.
    #[serde(rename = "OTHER")]
    Other,
}

/// The class of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the tickets' own words")]
pub enum Class {
    Security,
    Quality,
}

/// The status of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    /// Every clause is met.
    Done,
    /// Some clauses are met, or all are and the route is broken.
    Partial,
    /// No clause is met.
    Open,
    /// The ticket exempts its router.
    Exempt,
    /// A named file or router does not exist.
    Missing,
    /// The source cannot decide it.
    Unknown,
}

/// A file that a ticket names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketFile {
    /// As the ticket names it.
    pub path: String,
    /// Whether it exists, at that path or behind a module alias.
    pub exists: bool,
    /// The real file, where an alias led to another one.
    pub resolved: Option<String>,
}

/// One clause of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClauseReport {
    /// Unique within the ticket: `scope-1`, `acceptance-2`, `family-works`.
    pub id: String,
    /// The clause's own words.
    pub text: String,
    /// What the source says.
    pub verdict: ClauseVerdict,
    /// Why, in one sentence: what met or broke the clause, or what blocks a decision.
    pub reason: String,
    /// Where it shows.
    pub evidence: Vec<Evidence>,
    /// Fingerprints of the findings that decide it.
    pub findings: Vec<String>,
}

/// The verdict on a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "plain words")]
pub enum ClauseVerdict {
    Met,
    Partial,
    Unmet,
    NotApplicable,
    Unknown,
}
