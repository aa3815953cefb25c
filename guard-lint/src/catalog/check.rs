//! What a clause can ask of the source.

use std::fmt;

/// One thing that the source can be asked to show. The set is closed: a clause that needs another is `unknown`.
///
/// Checks that speak of errors, identity or gates are asked of every endpoint of the ticket's routers, or of the
/// routers in its files.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Check {
    /// The caller's context (mode, tenant, project, app) is established before the handler's work.
    Identity,
    /// A verified token or ticket is required, not only headers.
    Credential,
    /// Every repetition of the scope in the query, path or body is compared with the context.
    ContextMatch,
    /// Identity headers that are missing are answered with this status.
    MissingHeaderStatus(u16),
    /// A WebSocket without a credential is refused.
    WsRejected,
    /// After the upgrade, an error is sent as an envelope before the socket closes.
    WsErrorBeforeClose,
    /// Every error carries the canonical envelope.
    Envelope,
    /// Success bodies use the success wrapper. Never asked by "Wrap returns", which enveloped errors meet.
    SuccessEnvelope,
    /// An invalid cursor is answered with 410 and the envelope.
    CursorEnvelope,
    /// The router is mounted by an application.
    Mount,
    /// The mounting depends on a feature flag.
    FeatureFlag,
    /// The gate chain runs before the first write.
    Gate,
    /// Budget usage is recorded.
    Budget,
    /// An audit or event-spine record is written.
    Audit,
    /// These checks hold, or the source says in words why they do not apply. With none inside, only the words count.
    Documented(Vec<Check>),
    /// State lives in a store that survives a restart, and no memory or local fallback serves in its place.
    Durability,
    /// A setting can choose a store that survives a restart.
    DurableOption,
    /// Missed events are replayed from the cursor.
    Replay,
    /// A missing backend setting raises, rather than being worked around.
    FailFast,
    /// A backend class that the mode forbids is refused.
    BackendForbidden,
    /// Artifacts carry these fields in their metadata; sorted.
    ArtifactMeta(Vec<String>),
    /// Hashes and ids depend on their inputs alone: no clock, no chance, no temporary path.
    Deterministic,
    /// Personal data stays out of the log.
    Privacy,
    /// Tests exist that run and assert what the clause says.
    Tests,
    /// The ticket exempts its router from identity and gates.
    Exemption,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::MissingHeaderStatus(status) => {
                return write!(f, "missing-header-status({status})");
            }
            Self::Documented(checks) => {
                let names: Vec<_> = checks.iter().map(Self::to_string).collect();
                return write!(f, "documented({})", names.join(", "));
            }
            Self::ArtifactMeta(fields) => return write!(f, "artifact-meta({})", fields.join(", ")),
            Self::Identity => "identity",
            Self::Credential => "credential",
            Self::ContextMatch => "context-match",
            Self::WsRejected => "ws-rejected",
            Self::WsErrorBeforeClose => "ws-error-before-close",
            Self::Envelope => "envelope",
            Self::SuccessEnvelope => "success-envelope",
            Self::CursorEnvelope => "cursor-envelope",
            Self::Mount => "mount",
            Self::FeatureFlag => "feature-flag",
            Self::Gate => "gate",
            Self::Budget => "budget",
            Self::Audit => "audit",
            Self::Durability => "durability",
            Self::DurableOption => "durable-option",
            Self::Replay => "replay",
            Self::FailFast => "fail-fast",
            Self::BackendForbidden => "backend-forbidden",
            Self::Deterministic => "deterministic",
            Self::Privacy => "privacy",
            Self::Tests => "tests",
            Self::Exemption => "exemption",
        };
        f.write_str(name)
    }
}
