//! Routers, their endpoints and the verdicts on them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
