//! Findings of rules.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Evidence;

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
