//! Verdicts on one endpoint, from what evaluation says of it.

use crate::analysis::Endpoint;
use crate::analysis::summary::{Exit, ExitKind, Fate, Owner, Status, Strength};
use crate::analysis::value::{Facts, Shape};
use crate::report::model::{CredentialVerdict, EnvelopeVerdict, GateVerdict, IdentityVerdict, SiteKind};

/// Is identity established before the handler's work?
pub fn identity(endpoint: &Endpoint) -> IdentityVerdict {
    let (must, may) = (endpoint.summary.must, endpoint.summary.may);
    // A context that the client stated counts when the credential is compared with it.
    let stated = may.has(Facts::PAYLOAD_CONTEXT) && may.has(Facts::BOUND);
    if must.has(Facts::IDENTITY) && may.has(Facts::EARLY_WRITE) {
        // It comes after something was written.
        IdentityVerdict::Partial
    } else if must.has(Facts::IDENTITY) || (stated && credential(endpoint) == CredentialVerdict::Required) {
        IdentityVerdict::Enforced
    } else if may.has(Facts::IDENTITY) {
        IdentityVerdict::Partial
    } else if endpoint.unresolved.is_empty() && endpoint.middleware.is_none() {
        IdentityVerdict::Missing
    } else {
        IdentityVerdict::Unknown
    }
}

/// Is a verified token or ticket needed, not only headers?
pub fn credential(endpoint: &Endpoint) -> CredentialVerdict {
    let (must, may) = (endpoint.summary.must, endpoint.summary.may);
    if must.has(Facts::CREDENTIAL)
        || (must.has(Facts::PRESENT.with(Facts::TICKET_CHECKED)) && may.has(Facts::CREDENTIAL))
    {
        CredentialVerdict::Required
    } else if may.has(Facts::CREDENTIAL) {
        CredentialVerdict::Optional
    } else {
        CredentialVerdict::None
    }
}

/// The error sites of an endpoint: what leaves it, and what was caught on the way.
pub fn sites(endpoint: &Endpoint) -> Vec<(&Exit, SiteKind)> {
    let summary = &endpoint.summary;
    let returned = summary.returns.errors.iter().flat_map(|errors| errors.iter());
    let sent = returned.filter(|exit| exit.kind == ExitKind::Sent);
    let leaving = summary.exits.iter().chain(sent);
    let leaving = leaving
        .filter(|exit| exit.owner == Owner::Endpoint && !redirects(exit))
        .map(|exit| (exit, kind(exit)));
    let handled = summary
        .handled
        .iter()
        .filter(|handled| handled.exit.owner == Owner::Endpoint);
    let handled = handled.map(|handled| match handled.fate {
        Fate::Converted => (&handled.exit, SiteKind::Converted),
        Fate::Swallowed => (&handled.exit, SiteKind::Swallowed),
    });
    leaving.chain(handled).collect()
}

/// `HTTPException(307, headers={"Location": …})` sends the client elsewhere: no error, and no body to envelope.
fn redirects(exit: &Exit) -> bool {
    matches!(exit.status, Status::Known(300..400))
}

fn kind(exit: &Exit) -> SiteKind {
    match exit.shape {
        Shape::Canonical | Shape::Envelope => SiteKind::Enveloped,
        Shape::Foreign | Shape::Near | Shape::Block | Shape::Inner => SiteKind::Foreign,
        _ => SiteKind::Bare,
    }
}

/// Whether a site counts for the envelope: an HTTP or socket error, however it is sent. Other exceptions that nobody
/// catches are findings of their own.
pub fn counts(exit: &Exit) -> bool {
    exit.kind != ExitKind::Other
}

/// Do the errors that leave carry the envelope?
pub fn envelope(endpoint: &Endpoint) -> EnvelopeVerdict {
    let (mut enveloped, mut bare) = (false, false);
    for (exit, kind) in sites(endpoint) {
        match kind {
            SiteKind::Enveloped => enveloped = true,
            SiteKind::Bare | SiteKind::Foreign if counts(exit) => bare = true,
            _ => {}
        }
    }
    match (enveloped, bare) {
        (true, true) => EnvelopeVerdict::Mixed,
        (true, false) => EnvelopeVerdict::Canonical,
        (false, true) => EnvelopeVerdict::Bare,
        (false, false) => EnvelopeVerdict::Silent,
    }
}

/// What an endpoint changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It writes.
    Writes,
    /// It only reads.
    Reads,
    /// It must be taken to write: its method says so, and the source does not show otherwise.
    Presumed,
}

/// What an endpoint changes, by its methods, its handler's name and the source.
pub fn effect(endpoint: &Endpoint, methods: &[String], reads_by_name: bool) -> Effect {
    let summary = &endpoint.summary;
    let mutating = is_mutating(methods);
    match summary.write.as_ref().map(|write| write.strength) {
        Some(Strength::Store) => Effect::Writes,
        Some(Strength::Object) if mutating || !reads_by_name => Effect::Writes,
        Some(Strength::Aside) if mutating && !reads_by_name => Effect::Writes,
        Some(_) => Effect::Reads,
        None if !mutating => Effect::Reads,
        None if summary.opaque.is_none() || reads_by_name => Effect::Reads,
        None => Effect::Presumed,
    }
}

/// Whether the contract takes one of the methods to change something.
pub fn is_mutating(methods: &[String]) -> bool {
    methods
        .iter()
        .any(|method| matches!(method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE"))
}

/// Does the gate chain run before the first write?
pub fn gate(endpoint: &Endpoint, effect: Effect) -> GateVerdict {
    let summary = &endpoint.summary;
    if summary.gates.iter().any(|gate| gate.unbindable.is_some()) {
        return GateVerdict::Unbindable;
    }
    if effect == Effect::Reads {
        return if summary.must.has(Facts::GATE) {
            GateVerdict::Enforced
        } else {
            GateVerdict::NotRequired
        };
    }
    if summary.gates.iter().any(|gate| gate.swallowed) {
        return GateVerdict::Swallowed;
    }
    let gated_write = summary
        .write
        .as_ref()
        .is_some_and(|write| write.strength > Strength::Aside);
    match &summary.ungated {
        Some(_) if summary.gates.iter().any(|gate| gate.after_write) && !summary.may.has(Facts::NEVER_ASKED) => {
            GateVerdict::AfterWrite
        }
        Some(write) if write.unsure => GateVerdict::Unknown,
        Some(_) => GateVerdict::Missing,
        None if gated_write || summary.must.has(Facts::GATE) => GateVerdict::Enforced,
        None if summary.gates.iter().any(|gate| gate.passed_over) => GateVerdict::Swallowed,
        None => GateVerdict::Missing,
    }
}
