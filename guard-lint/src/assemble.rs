//! The report of a judged program.

use sha2::{Digest, Sha256};

use crate::analysis::summary::Exit;
use crate::catalog::Catalog;
use crate::hex::hex;
use crate::model::Place;
use crate::model::routes::{Mounting, RouterId};
use crate::report::model::{
    CatalogDocument, CredentialReport, EndpointReport, EnvelopeReport, ErrorSite, Finding, FindingCounts, GateReport,
    IdentityReport, IdentityVerdict, Language, Mount, Report, RouterReport, SCHEMA_VERSION, Severity, Site, SiteKind,
    Summary, TicketReport, Tool, Unchecked,
};
use crate::rules::RULES;
use crate::verdict::endpoint::{Effect, counts};
use crate::verdict::judge::{Judged, Judgement, label};
use crate::verdict::{subject, ticket};
use crate::vocabulary::Vocabulary;

/// What a report says beside the program's own facts.
pub struct Parts<'p> {
    /// The scanned folder as it was given.
    pub root: String,
    /// Its routers.
    pub routers: Vec<RouterReport>,
    /// The tickets' documents.
    pub catalog: &'p Catalog,
    /// The tickets with their verdicts.
    pub tickets: Vec<TicketReport>,
    /// The findings.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub unchecked: Vec<Unchecked>,
    /// The vocabulary that was used.
    pub vocabulary: &'p Vocabulary,
}

/// The routers with their endpoints, by module and place.
pub fn routers(judged: &Judged<'_, '_, '_>) -> Vec<RouterReport> {
    let aliases = subject::aliases(judged.model, judged.routes);
    let reported = judged
        .routes
        .ids()
        .zip(aliases)
        .filter(|(id, _)| is_reported(judged, *id));
    let mut routers: Vec<RouterReport> = reported.map(|(id, aliases)| router(judged, id, aliases)).collect();
    routers.sort_by(|left, right| (&left.module, &left.file, left.line).cmp(&(&right.module, &right.file, right.line)));
    routers
}

/// Puts the report together.
pub fn report(parts: Parts<'_>) -> Report {
    let routers = parts.routers;
    let summary = Summary {
        tickets: ticket::counts(&parts.tickets),
        routers: routers.len(),
        endpoints: routers.iter().map(|router| router.endpoints.len()).sum(),
        findings: finding_counts(&parts.findings),
        suppressed: parts
            .findings
            .iter()
            .filter(|finding| finding.suppressed.is_some())
            .count(),
        unchecked: parts.unchecked.len(),
    };
    let documents = parts.catalog.documents.iter();
    Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules_hash: rules_hash(parts.vocabulary),
        },
        root: parts.root,
        catalog: documents
            .map(|document| CatalogDocument {
                path: document.path.clone(),
                sha256: document.sha256.clone(),
            })
            .collect(),
        summary,
        tickets: parts.tickets,
        routers,
        findings: parts.findings,
        unchecked: parts.unchecked,
    }
}

/// An application that only mounts routers is no router of its own.
fn is_reported(judged: &Judged<'_, '_, '_>, id: RouterId) -> bool {
    let router = judged.routes.router(id);
    !router.routes.is_empty() || !router.is_app
}

fn router(judged: &Judged<'_, '_, '_>, id: RouterId, aliases: Vec<String>) -> RouterReport {
    let router = judged.routes.router(id);
    let file = judged.model.file(router.module);
    let mut mounted: Vec<Mount> = judged.routes.mountings[id.0 as usize]
        .iter()
        .map(|mounting| mount(judged, mounting))
        .collect();
    mounted.sort();
    mounted.dedup();
    let endpoints = judged
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.endpoint.router == id);
    RouterReport {
        module: judged.routes.name(judged.model, id).to_owned(),
        aliases,
        file: file.path.clone(),
        line: file.line(router.place.span.start),
        variable: judged.model.text(router.variable).to_owned(),
        language: if judged.routes.is_foreign(id) {
            Language::Rust
        } else {
            Language::Python
        },
        mounted,
        exemption: judged.exemptions[id.0 as usize].clone(),
        endpoints: endpoints.map(|endpoint| endpoint_report(judged, endpoint)).collect(),
    }
}

fn mount(judged: &Judged<'_, '_, '_>, mounting: &Mounting) -> Mount {
    let name = |id: RouterId| {
        let router = judged.routes.router(id);
        format!(
            "{}:{}",
            judged.routes.name(judged.model, id),
            judged.model.text(router.variable)
        )
    };
    // The first step is the application's own include.
    let via = mounting.steps.iter().skip(1).map(|step| name(step.parent)).collect();
    Mount {
        app: name(mounting.app),
        prefix: mounting.prefix.clone(),
        via,
    }
}

fn endpoint_report(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> EndpointReport {
    let route = judged.route(endpoint);
    let handler = judged.evidence(judged.place(endpoint), String::new());
    let summary = &endpoint.endpoint.summary;
    let mut gates: Vec<Site> = summary.gates.iter().map(|gate| site(judged, gate.at.place)).collect();
    gates.sort();
    gates.dedup();
    EndpointReport {
        function: judged.handler(endpoint).to_owned(),
        file: handler.file,
        line: handler.line,
        methods: route.methods.clone(),
        path: judged.path(endpoint),
        kind: judged.kind(endpoint),
        mutating: endpoint.effect != Effect::Reads,
        identity: identity(judged, endpoint),
        credential: CredentialReport {
            verdict: endpoint.credential,
        },
        envelope: EnvelopeReport {
            verdict: endpoint.envelope,
            wire: endpoint.wire,
            sites: error_sites(judged, endpoint),
        },
        gate: GateReport {
            verdict: endpoint.gate,
            sites: gates,
            reason: gate_reason(judged, endpoint),
        },
        stream: crate::verdict::cursor::stream(judged, endpoint),
        shadowed_by: shadowed_by(judged, endpoint),
    }
}

fn site(judged: &Judged<'_, '_, '_>, place: Place) -> Site {
    let evidence = judged.evidence(place, String::new());
    Site {
        file: evidence.file,
        line: evidence.line,
    }
}

fn identity(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> IdentityReport {
    let via = endpoint
        .endpoint
        .summary
        .identity
        .as_ref()
        .map_or_else(Vec::new, |provider| {
            let calls = judged
                .analyzer
                .trace(provider.via, |summary| summary.identity.as_ref().map(|inner| inner.via));
            let mut via: Vec<String> = calls
                .iter()
                .map(|(_, callee)| judged.model.function_name(*callee))
                .collect();
            if via.last() != Some(&provider.what) {
                via.push(provider.what.clone());
            }
            via
        });
    let reason = match endpoint.identity {
        IdentityVerdict::Unknown => endpoint
            .endpoint
            .unresolved
            .first()
            .map(|provider| format!("the provider `{}` cannot be resolved", provider.what))
            .or_else(|| {
                let name = endpoint.endpoint.middleware.as_ref()?;
                Some(format!("only the middleware `{name}` may establish it"))
            }),
        IdentityVerdict::Partial => Some("a path into the handler skips the provider".to_owned()),
        _ => None,
    };
    IdentityReport {
        verdict: endpoint.identity,
        via,
        reason,
    }
}

fn error_sites(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Vec<ErrorSite> {
    let reported =
        |(exit, kind): &(&Exit, SiteKind)| counts(exit) || matches!(kind, SiteKind::Converted | SiteKind::Swallowed);
    let mut sites: Vec<ErrorSite> = judged
        .sites(endpoint)
        .into_iter()
        .filter(reported)
        .map(|(exit, kind)| {
            let place = site(judged, exit.place);
            let via = judged.trace(exit).into_iter().map(|call| {
                let name = call.message.trim_start_matches("calls ").trim_matches('`').to_owned();
                format!("{name} ({}:{})", call.file, call.line)
            });
            ErrorSite {
                file: place.file,
                line: place.line,
                kind,
                status: exit.status.known(),
                via: via.collect(),
            }
        })
        .collect();
    sites.sort();
    sites.dedup();
    sites
}

fn gate_reason(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Option<String> {
    use crate::report::model::GateVerdict;
    let summary = &endpoint.endpoint.summary;
    match endpoint.gate {
        GateVerdict::Unbindable => summary.gates.iter().find_map(|gate| gate.unbindable.clone()),
        GateVerdict::Missing | GateVerdict::AfterWrite | GateVerdict::Swallowed => {
            summary.ungated.as_ref().map(|write| {
                let place = judged.evidence(write.at.place, String::new());
                format!("{} at {}:{}", write.at.what, place.file, place.line)
            })
        }
        _ => None,
    }
}

fn shadowed_by(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Option<String> {
    let (router, route) = judged.routes.shadows[endpoint.endpoint.router.0 as usize][endpoint.endpoint.route]?;
    let router = judged.routes.router(router);
    let route = &router.routes[route];
    let place = site(judged, route.place);
    let path = crate::model::routes::join(&router.prefix, &route.path);
    Some(format!("{} at {}:{}", label(route, &path), place.file, place.line))
}

/// Counts of findings that are not suppressed.
fn finding_counts(findings: &[Finding]) -> FindingCounts {
    let mut counts = FindingCounts::default();
    for finding in findings.iter().filter(|finding| finding.suppressed.is_none()) {
        *match finding.severity {
            Severity::Error => &mut counts.error,
            Severity::Warning => &mut counts.warning,
            Severity::Note => &mut counts.note,
        } += 1;
    }
    counts
}

/// SHA-256 over the rules' texts and the vocabulary: what decides a verdict beside the source.
fn rules_hash(vocabulary: &Vocabulary) -> String {
    let mut hash = Sha256::new();
    for rule in RULES {
        let meta = rule.meta();
        for part in [meta.code, meta.name, meta.docs] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.update(format!("{vocabulary:?}"));
    hex(&hash.finalize())
}
