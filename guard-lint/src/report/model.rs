//! The report, version 1: what every output format is rendered from.
//!
//! Fields may be added within version 1, never renamed or removed. Paths are relative to the scanned root and use `/`.
//! Lines and columns count from 1; columns count characters, not bytes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the report's shape.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything that one run found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that wrote the report.
    pub tool: Tool,
    /// The scanned folder, as it was given on the command line.
    pub root: String,
    /// The ticket documents, in the order they were read.
    pub catalog: Vec<CatalogDocument>,
    /// Counts over the rest of the report.
    pub summary: Summary,
    /// Every ticket of the catalog, in its order.
    pub tickets: Vec<TicketReport>,
    /// Every router that the source defines, ordered by module and line.
    pub routers: Vec<RouterReport>,
    /// Every finding, ordered by file, line, column and rule.
    pub findings: Vec<Finding>,
    /// What could not be read or parsed, wholly or in part.
    pub unchecked: Vec<Unchecked>,
}

/// The program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `guard-lint`.
    pub name: String,
    /// Its version, as in Cargo.toml.
    pub version: String,
    /// Hex SHA-256 over the rules' names, texts and the effective vocabulary: two reports with the same value are comparable.
    pub rules_hash: String,
}

/// One ticket document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogDocument {
    /// The path as given, or `builtin:NAME`.
    pub path: String,
    /// Hex SHA-256 of its bytes.
    pub sha256: String,
}

/// Counts over a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Tickets by status.
    pub tickets: TicketCounts,
    /// How many routers were found.
    pub routers: usize,
    /// How many endpoints were found.
    pub endpoints: usize,
    /// Findings that are not suppressed, by severity.
    pub findings: FindingCounts,
    /// Findings that are suppressed.
    pub suppressed: usize,
    /// Entries of `unchecked`.
    pub unchecked: usize,
}

/// Tickets by status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "each field is the status of the same name")]
pub struct TicketCounts {
    pub done: usize,
    pub partial: usize,
    pub open: usize,
    pub exempt: usize,
    pub missing: usize,
    pub unknown: usize,
}

/// Findings by severity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "each field is the severity of the same name")]
pub struct FindingCounts {
    pub error: usize,
    pub warning: usize,
    pub note: usize,
}

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

/// A place that supports a verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "plain words")]
pub struct Evidence {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub message: String,
}

/// One router: an `APIRouter`, a `FastAPI` application used as one, or an axum `Router`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RouterReport {
    /// The dotted module that defines it.
    pub module: String,
    /// Other names of the module: paths that replace themselves with it, packages that re-export the router.
    pub aliases: Vec<String>,
    /// The file that defines it.
    pub file: String,
    /// The line of its definition.
    pub line: u32,
    /// The variable that holds it.
    pub variable: String,
    /// The source language.
    pub language: Language,
    /// The applications that mount it.
    pub mounted: Vec<Mount>,
    /// The exemption's ticket id, where a ticket exempts it.
    pub exemption: Option<String>,
    /// Its endpoints, in the order of registration.
    pub endpoints: Vec<EndpointReport>,
}

/// A source language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "names of languages")]
pub enum Language {
    Python,
    Rust,
}

/// One mounting of a router.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Mount {
    /// `module:variable` of the application.
    pub app: String,
    /// The prefixes joined, without the router's own.
    pub prefix: String,
    /// `module:variable` of the routers in between.
    pub via: Vec<String>,
}

/// One endpoint: a handler at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointReport {
    /// The handler's name.
    pub function: String,
    /// The file of the handler.
    pub file: String,
    /// The line of its `def` or `fn`.
    pub line: u32,
    /// Upper-case HTTP methods, sorted; empty for a WebSocket.
    pub methods: Vec<String>,
    /// The path with the router's own prefix.
    pub path: String,
    /// What it speaks.
    pub kind: EndpointKind,
    /// Whether it changes anything, or must be taken to.
    pub mutating: bool,
    /// Is the caller's identity established?
    pub identity: IdentityReport,
    /// Is a verified credential needed?
    pub credential: CredentialReport,
    /// Do its errors carry the envelope?
    pub envelope: EnvelopeReport,
    /// Does the gate chain run before the first write?
    pub gate: GateReport,
    /// For streams.
    pub stream: Option<StreamReport>,
    /// `METHOD path at file:line` of the route that answers first.
    pub shadowed_by: Option<String>,
}

/// What an endpoint speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "plain words")]
pub enum EndpointKind {
    Http,
    Sse,
    Websocket,
}

/// The identity verdict with the chain that leads to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdentityReport {
    /// The verdict.
    pub verdict: IdentityVerdict,
    /// The dependencies and calls from the endpoint to the provider.
    pub via: Vec<String>,
    /// Why it is `unknown`, or which path skips the provider.
    pub reason: Option<String>,
}

/// Is identity established before the handler's work?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityVerdict {
    /// On every path.
    Enforced,
    /// On some paths.
    Partial,
    /// On none.
    Missing,
    /// A ticket exempts the router.
    Exempt,
    /// Something on the way could not be resolved.
    Unknown,
}

/// Whether a verified token or ticket is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CredentialReport {
    /// The verdict.
    pub verdict: CredentialVerdict,
}

/// Is a verified token or ticket needed, not only headers?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialVerdict {
    /// No path answers without one.
    Required,
    /// One is verified where it is given, and its absence is accepted.
    Optional,
    /// None is ever verified.
    None,
}

/// The envelope verdict with the sites that decide it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvelopeReport {
    /// From the source.
    pub verdict: EnvelopeVerdict,
    /// What the exception handlers of the mounting applications make of it.
    pub wire: WireVerdict,
    /// Every error site that the endpoint can reach.
    pub sites: Vec<ErrorSite>,
}

/// Do the errors that leave an endpoint carry the canonical envelope, as the source shows it?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeVerdict {
    /// Every error site is enveloped.
    Canonical,
    /// Some are.
    Mixed,
    /// None is.
    Bare,
    /// The endpoint raises nothing, directly or through calls.
    Silent,
}

/// What an application-level handler makes of an endpoint's errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "plain words")]
pub enum WireVerdict {
    Enveloped,
    Bare,
    Unknown,
}

/// A place where an error of an endpoint is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ErrorSite {
    /// The file of the raising statement.
    pub file: String,
    /// Its line.
    pub line: u32,
    /// What it is.
    pub kind: SiteKind,
    /// The HTTP status, where it is literal.
    pub status: Option<u16>,
    /// The calls from the endpoint to the site, as `function (file:line)`.
    pub via: Vec<String>,
}

/// What an error site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// An error whose detail is not the canonical envelope.
    Bare,
    /// The canonical envelope.
    Enveloped,
    /// A dict that looks like the envelope and is not.
    Foreign,
    /// Caught and wrapped by the caller.
    Converted,
    /// Caught and dropped.
    Swallowed,
}

/// The gate verdict with the gate calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GateReport {
    /// The verdict.
    pub verdict: GateVerdict,
    /// The gate calls that the endpoint reaches.
    pub sites: Vec<Site>,
    /// What the verdict rests on, where it is not plain: the write that escapes, the argument that does not bind.
    pub reason: Option<String>,
}

/// Does the gate chain run before the first write?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateVerdict {
    /// Before the first write on every path.
    Enforced,
    /// After it.
    AfterWrite,
    /// Its refusal is caught.
    Swallowed,
    /// The call cannot succeed.
    Unbindable,
    /// Some write has no gate before it.
    Missing,
    /// The endpoint only reads.
    NotRequired,
    /// Something on the way could not be resolved.
    Unknown,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "plain words")]
pub struct Site {
    pub file: String,
    pub line: u32,
}

/// What the source says of a stream. Every field is null where the source does not decide it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamReport {
    /// The names that carry the cursor: `Last-Event-ID`, `last_event_id`.
    pub cursor: Vec<String>,
    /// Where an invalid cursor is refused.
    pub cursor_invalid: Option<CursorJudged>,
    /// Whether missed events are replayed before live ones.
    pub replay: Option<bool>,
    /// Whether a heartbeat is sent.
    pub heartbeat: Option<bool>,
}

/// Where an invalid cursor is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CursorJudged {
    /// Before the response head.
    BeforeHead,
    /// Inside the generator, after 200 was sent.
    AfterHead,
    /// Nowhere.
    Never,
}

/// One finding of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's code: `GL101`.
    pub rule: String,
    /// The rule's name: `identity-missing`.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// One sentence.
    pub message: String,
    /// The place.
    pub file: String,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
    /// The function that holds the place.
    pub function: Option<String>,
    /// The router's module.
    pub router: Option<String>,
    /// `METHOD path`.
    pub endpoint: Option<String>,
    /// The tickets that it decides.
    pub tickets: Vec<String>,
    /// The calls that lead from the endpoint to the place, outermost first.
    pub trace: Vec<Evidence>,
    /// How to mend it.
    pub help: String,
    /// A replacement that mends it, where one is safe.
    pub fix: Option<String>,
    /// Stable across unrelated edits, machines and versions.
    pub fingerprint: String,
    /// The suppression that silences it.
    pub suppressed: Option<Suppression>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Likely a fault.
    Warning,
    /// The contract is broken.
    Error,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "plain words")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// Why a finding is silenced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suppression {
    /// The reason, in the author's words.
    pub reason: String,
    /// The ticket that tracks it.
    pub ticket: Option<String>,
    /// The last day it holds, as `YYYY-MM-DD`.
    pub expires: Option<String>,
}

/// What could not be read or parsed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unchecked {
    /// The file.
    pub file: String,
    /// The line where reading stopped; 1 where the whole file is meant.
    pub line: u32,
    /// Why.
    pub reason: String,
}
