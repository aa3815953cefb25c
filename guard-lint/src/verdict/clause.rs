//! Verdicts on clauses: each check is a question to the endpoints of the ticket's routers.

use crate::analysis::summary::{Exit, ExitKind, Owner, Status};
use crate::catalog::Check;
use crate::evidence::Proof;
use crate::model::classes::Base;
use crate::report::model::{
    ClauseVerdict, CredentialVerdict, EnvelopeVerdict, Evidence, GateVerdict, IdentityVerdict, SiteKind, WireVerdict,
};

use super::judge::{Judged, Judgement};
use crate::analysis::Endpoint;

/// Where the envelope is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judge {
    /// From the source: what each error site makes.
    #[default]
    Source,
    /// From the wire: what the applications' exception handlers make of it.
    Wire,
}

/// The answer to one check, or to a clause.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The verdict.
    pub verdict: ClauseVerdict,
    /// Why, in one sentence.
    pub reason: String,
    /// Where it shows.
    pub evidence: Vec<Evidence>,
    /// The codes of the rules whose findings belong to it.
    pub rules: &'static [&'static str],
}

impl Answer {
    pub(super) fn new(verdict: ClauseVerdict, reason: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
            evidence: Vec::new(),
            rules: &[],
        }
    }
}

impl Answer {
    /// What the tests prove.
    pub fn of_tests(proof: &Proof) -> Self {
        Self {
            evidence: proof.evidence(),
            ..Self::new(proof.verdict, proof.reason.clone())
        }
    }
}

/// What one endpoint says to a check.
pub(super) enum Say {
    Yes,
    /// Yes, because nothing arises that could break it.
    Vacuously,
    Partly(String),
    No(String),
    Unknown(String),
    /// It is not asked.
    Nothing,
}

/// Answers one check over these endpoints.
pub fn answer(judged: &Judged<'_, '_, '_>, endpoints: &[&Judgement], check: &Check, judge: Judge) -> Answer {
    if *check == Check::SuccessEnvelope {
        return Answer::new(ClauseVerdict::Unknown, "success bodies are not analysed yet");
    }
    if endpoints.is_empty() {
        return no_endpoint();
    }
    let (subject, rules): (_, &'static [&'static str]) = match check {
        Check::Identity => ("identity", &["GL101", "GL102", "GL104", "GL106", "GL702", "GL703"]),
        Check::Credential | Check::WsRejected => ("a credential", &["GL103"]),
        Check::Envelope | Check::WsErrorBeforeClose => ("the envelope", &["GL201", "GL202", "GL204", "GL210"]),
        Check::Gate => ("the gate", &["GL301", "GL302", "GL303", "GL304"]),
        Check::Mount => ("a mounting", &["GL402", "GL701"]),
        _ => ("the status", &[]),
    };
    let says = endpoints
        .iter()
        .map(|endpoint| (*endpoint, say(judged, endpoint, check, judge)));
    let mut answer = tally(judged, says, subject);
    answer.rules = rules;
    answer
}

/// A check of endpoints where there are none.
pub(super) fn no_endpoint() -> Answer {
    Answer::new(
        ClauseVerdict::Unknown,
        "no endpoint in the ticket's files; nothing there answers a request",
    )
}

fn say(judged: &Judged<'_, '_, '_>, endpoint: &Judgement, check: &Check, judge: Judge) -> Say {
    match check {
        Check::Identity => identity(endpoint),
        Check::Credential => credential(endpoint),
        Check::Envelope => envelope(judged, endpoint, judge),
        Check::Gate => gate(endpoint),
        Check::Mount => mount(judged, endpoint),
        Check::MissingHeaderStatus(status) => missing_status(endpoint, *status),
        Check::WsRejected if judged.route(endpoint).websocket => credential(endpoint),
        Check::WsErrorBeforeClose if judged.route(endpoint).websocket => envelope(judged, endpoint, Judge::Source),
        _ => Say::Nothing,
    }
}

fn identity(endpoint: &Judgement) -> Say {
    match endpoint.identity {
        IdentityVerdict::Enforced => Say::Yes,
        IdentityVerdict::Partial => Say::Partly("identity is established on some paths only".to_owned()),
        IdentityVerdict::Missing => Say::No("identity is not established".to_owned()),
        IdentityVerdict::Unknown => {
            let Endpoint {
                unresolved, middleware, ..
            } = &endpoint.endpoint;
            Say::Unknown(match (unresolved.first(), middleware) {
                (None, Some(name)) => format!("only the middleware `{name}` may establish identity"),
                (provider, _) => {
                    let what = provider.map_or("a provider", |provider| &provider.what);
                    format!("`{what}` cannot be resolved from the source")
                }
            })
        }
        IdentityVerdict::Exempt => Say::Nothing,
    }
}

fn credential(endpoint: &Judgement) -> Say {
    match endpoint.credential {
        _ if endpoint.exempt => Say::Nothing,
        CredentialVerdict::Required => Say::Yes,
        CredentialVerdict::Optional => Say::No("a credential is verified only where one is sent".to_owned()),
        CredentialVerdict::None => Say::No("no credential is verified".to_owned()),
    }
}

fn envelope(judged: &Judged<'_, '_, '_>, endpoint: &Judgement, judge: Judge) -> Say {
    if judge == Judge::Wire {
        return match endpoint.wire {
            WireVerdict::Enveloped => Say::Yes,
            WireVerdict::Bare => Say::No("an error reaches the wire without the envelope".to_owned()),
            WireVerdict::Unknown => Say::Unknown("no application shows what its errors become".to_owned()),
        };
    }
    let bare = || {
        let sites = judged.sites(endpoint);
        let bare = sites
            .iter()
            .find(|(exit, kind)| matches!(kind, SiteKind::Bare | SiteKind::Foreign) && super::endpoint::counts(exit));
        bare.map_or_else(String::new, |(exit, kind)| {
            let place = judged.evidence(exit.place, String::new());
            let what = if *kind == SiteKind::Foreign {
                "a dict that only looks like the envelope"
            } else {
                "a bare error"
            };
            format!("{what} at {}:{}", place.file, place.line)
        })
    };
    match endpoint.envelope {
        EnvelopeVerdict::Canonical | EnvelopeVerdict::Silent if own_error(judged, endpoint).is_some() => {
            Say::No(own_error(judged, endpoint).unwrap_or_default())
        }
        EnvelopeVerdict::Canonical => Say::Yes,
        EnvelopeVerdict::Silent => Say::Vacuously,
        EnvelopeVerdict::Mixed if wraps_some(judged, endpoint) => Say::Partly(bare()),
        EnvelopeVerdict::Mixed | EnvelopeVerdict::Bare => Say::No(bare()),
    }
}

/// An exception of the project's own classes that the endpoint or what it calls directly raises, and nothing catches: it is
/// the route's refusal, and leaves as a 500 without the envelope.
fn own_error(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Option<String> {
    let own = |exit: &&Exit| matches!(exit.class, Base::Local(_)) && judged.is_near(exit, 1);
    let exit = judged.unhandled(endpoint).into_iter().find(own)?;
    let place = judged.evidence(exit.place, String::new());
    Some(format!(
        "an error of its own that nothing catches at {}:{}",
        place.file, place.line
    ))
}

/// Whether any enveloped error is the router's own work: made in its module, or by a helper that it calls. What a shared
/// service wraps for everyone is no step of this router's ticket.
fn wraps_some(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> bool {
    let own = judged.router(endpoint).module;
    judged.sites(endpoint).iter().any(|(exit, kind)| {
        *kind == SiteKind::Enveloped
            && (exit.place.module == own
                || (exit.via.is_some_and(|(call, _)| call.module == own) && judged.is_near(exit, 1)))
    })
}

fn gate(endpoint: &Judgement) -> Say {
    let gates = &endpoint.endpoint.summary.gates;
    match endpoint.gate {
        GateVerdict::Enforced => Say::Yes,
        GateVerdict::NotRequired => Say::Nothing,
        GateVerdict::AfterWrite => Say::No("the gate runs after the first write".to_owned()),
        GateVerdict::Swallowed => Say::No("the gate's refusal is caught and the work goes on".to_owned()),
        GateVerdict::Unbindable => {
            let why = gates.iter().find_map(|gate| gate.unbindable.clone());
            Say::No(format!("the gate call cannot succeed: {}", why.unwrap_or_default()))
        }
        GateVerdict::Missing if gates.is_empty() => Say::No("no gate runs before the write".to_owned()),
        GateVerdict::Missing => Say::Partly("a gate runs, and a write on another path has none before it".to_owned()),
        GateVerdict::Unknown => Say::Unknown("the gate cannot be resolved from the source".to_owned()),
    }
}

fn mount(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Say {
    if judged.routes.mountings[endpoint.endpoint.router.0 as usize].is_empty() {
        Say::No("no application mounts the router".to_owned())
    } else {
        Say::Yes
    }
}

/// The statuses with which the identity provider refuses what is missing.
fn missing_status(endpoint: &Judgement, wanted: u16) -> Say {
    let refusals = endpoint.endpoint.summary.exits.iter();
    let refusals = refusals.filter(|exit| exit.owner == Owner::Provider && exit.kind == ExitKind::Http);
    let mut statuses: Vec<u16> = refusals
        .filter_map(|exit| match exit.status {
            Status::Known(status) if matches!(status, 400 | 422) => Some(status),
            _ => None,
        })
        .collect();
    statuses.sort_unstable();
    statuses.dedup();
    match statuses.as_slice() {
        [] if endpoint.identity == IdentityVerdict::Missing => Say::No("nothing refuses missing headers".to_owned()),
        [] => Say::Unknown("the provider's refusals have no literal status".to_owned()),
        [only] if *only == wanted => Say::Yes,
        _ if statuses.contains(&wanted) => Say::Partly("only some refusals have that status".to_owned()),
        [first, ..] => Say::No(format!("missing headers are refused with {first}")),
    }
}

/// One verdict from what all endpoints say.
pub(super) fn tally<'j>(
    judged: &Judged<'_, '_, '_>,
    says: impl Iterator<Item = (&'j Judgement, Say)>,
    subject: &str,
) -> Answer {
    let (mut yes, mut vacuous, mut partly, mut no, mut unknown) = (0, 0, 0, 0, 0);
    let mut first: Option<String> = None;
    let mut why_unknown: Option<String> = None;
    let mut evidence = Vec::new();
    for (endpoint, say) in says {
        let reason = match say {
            Say::Yes => {
                yes += 1;
                continue;
            }
            Say::Vacuously => {
                vacuous += 1;
                continue;
            }
            Say::Nothing => continue,
            Say::Partly(reason) => {
                partly += 1;
                reason
            }
            Say::No(reason) => {
                no += 1;
                reason
            }
            Say::Unknown(reason) => {
                unknown += 1;
                why_unknown.get_or_insert(format!("`{}`: {reason}", judged.handler(endpoint)));
                continue;
            }
        };
        first.get_or_insert(format!("`{}`: {reason}", judged.handler(endpoint)));
        let message = format!("{}: {reason}", judged.label(endpoint));
        evidence.push(judged.evidence(judged.place(endpoint), message));
    }
    let asked = yes + partly + no + unknown;
    let verdict = match (yes, partly, no, unknown) {
        (0, 0, 0, 0) if vacuous > 0 => ClauseVerdict::Met,
        (0, 0, 0, 0) => ClauseVerdict::NotApplicable,
        (0, 0, 0, _) => ClauseVerdict::Unknown,
        (_, 0, 0, 0) => ClauseVerdict::Met,
        (_, 0, 0, _) => ClauseVerdict::Unknown,
        (0, 0, _, _) => ClauseVerdict::Unmet,
        _ => ClauseVerdict::Partial,
    };
    let reason = match verdict {
        ClauseVerdict::Met if yes == 0 => format!("{} can break it", none(vacuous)),
        ClauseVerdict::Met => format!("{} {} {subject}", all(asked), if asked == 1 { "has" } else { "have" }),
        ClauseVerdict::NotApplicable => format!("no endpoint of the router needs {subject}"),
        ClauseVerdict::Unknown => why_unknown.unwrap_or_default(),
        _ if asked > 1 => format!(
            "{yes} of {asked} endpoints have {subject}; {}",
            first.unwrap_or_default()
        ),
        _ => first.unwrap_or_default(),
    };
    Answer {
        verdict,
        reason,
        evidence,
        rules: &[],
    }
}

fn all(count: usize) -> String {
    if count == 1 {
        "the endpoint".to_owned()
    } else {
        format!("all {count} endpoints")
    }
}

fn none(count: usize) -> String {
    if count == 1 {
        "nothing in the endpoint".to_owned()
    } else {
        format!("nothing in {count} endpoints")
    }
}

/// A clause from the answers to its checks.
pub fn combine(answers: Vec<Answer>) -> Answer {
    if answers.is_empty() {
        return Answer::new(ClauseVerdict::Unknown, "no check covers this clause");
    }
    let count = |wanted: ClauseVerdict| answers.iter().filter(|answer| answer.verdict == wanted).count();
    let (met, unmet, unknown) = (
        count(ClauseVerdict::Met),
        count(ClauseVerdict::Unmet),
        count(ClauseVerdict::Unknown),
    );
    let verdict = if count(ClauseVerdict::Partial) > 0 || (met > 0 && unmet > 0) {
        ClauseVerdict::Partial
    } else if unmet > 0 {
        ClauseVerdict::Unmet
    } else if unknown > 0 {
        ClauseVerdict::Unknown
    } else if met > 0 {
        ClauseVerdict::Met
    } else {
        ClauseVerdict::NotApplicable
    };
    // What decided comes first: what is wrong, then what is not known, then what is well.
    let rank = |answer: &Answer| match answer.verdict {
        ClauseVerdict::Unmet | ClauseVerdict::Partial => 0,
        ClauseVerdict::Unknown => 1,
        ClauseVerdict::Met => 2,
        ClauseVerdict::NotApplicable => 3,
    };
    let mut ordered = answers;
    ordered.sort_by_key(rank);
    let mut reasons: Vec<&str> = Vec::new();
    for answer in &ordered {
        if !reasons.contains(&answer.reason.as_str()) {
            reasons.push(&answer.reason);
        }
    }
    let reason = reasons.join("; ");
    let evidence = ordered.iter().flat_map(|answer| answer.evidence.clone()).collect();
    Answer {
        verdict,
        reason,
        evidence,
        rules: &[],
    }
}

/// Whether the routes can answer at all: the clause that every ticket with endpoints has.
pub fn works(judged: &Judged<'_, '_, '_>, endpoints: &[&Judgement]) -> Answer {
    let mut evidence = Vec::new();
    for endpoint in endpoints {
        let broken = endpoint
            .endpoint
            .summary
            .oddities
            .iter()
            .find(|oddity| oddity.kind.breaks() && !oddity.caught);
        if let Some(oddity) = broken {
            evidence.push(judged.evidence(
                oddity.at.place,
                format!("{}: {}", judged.label(endpoint), oddity.at.what),
            ));
        }
        if let Some((failure, place)) = judged.failure(endpoint) {
            let message = format!(
                "{}: its module cannot be imported, {}",
                judged.label(endpoint),
                failure.what
            );
            evidence.push(judged.evidence(place, message));
        }
        let id = endpoint.endpoint.router.0 as usize;
        if let Some((router, route)) = judged.routes.shadows[id][endpoint.endpoint.route] {
            let by = &judged.routes.router(router).routes[route];
            let place = judged.evidence(by.place, String::new());
            let message = format!(
                "{}: answered first by the route at {}:{}",
                judged.label(endpoint),
                place.file,
                place.line
            );
            evidence.push(judged.evidence(judged.place(endpoint), message));
        }
    }
    let mut answer = match evidence.first() {
        None => Answer::new(ClauseVerdict::Met, "every route can answer"),
        Some(first) => Answer::new(ClauseVerdict::Unmet, format!("a route cannot work: {}", first.message)),
    };
    answer.evidence = evidence;
    answer.rules = &["GL304", "GL401", "GL403", "GL404", "GL405", "GL406", "GL407"];
    answer
}
