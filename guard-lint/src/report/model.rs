//! The report, version 1: what every output format is rendered from.
//!
//! Fields may be added within version 1, never renamed or removed. Paths are relative to the scanned root and use `/`.
//! Lines and columns count from 1; columns count characters, not bytes.

mod findings;
mod routers;
mod tickets;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use findings::{Confidence, Finding, Severity, Suppression};
pub use routers::{
    CredentialReport, CredentialVerdict, CursorJudged, EndpointKind, EndpointReport, EnvelopeReport, EnvelopeVerdict,
    ErrorSite, GateReport, GateVerdict, IdentityReport, IdentityVerdict, Language, Mount, RouterReport, Site, SiteKind,
    StreamReport, WireVerdict,
};
pub use tickets::{
    Class, ClauseReport, ClauseVerdict, Family, TestEvidence, TestsReport, TicketFile, TicketReport, TicketStatus,
};

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

/// A place that supports a verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "plain words")]
pub struct Evidence {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub message: String,
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
