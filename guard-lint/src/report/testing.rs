//! A sample report for the tests of the renderers: every value of every enum, and strings that mean harm.

use super::model::*;
use super::sources::SourceMap;

/// An escape sequence, a C1 control, a bidirectional override, line breaks, table and command syntax, wide characters.
pub(crate) const HOSTILE: &str =
    "ev|il\u{1b}[31m\u{9b}2J\u{202e}\t\r\n::error::x %0A 日本語 ❤\u{fe0f}";

/// A path of 308 characters.
pub(crate) fn long_path() -> String {
    format!("{}routes.py", "engines/deep/".repeat(23))
}

const ROUTES: &str = "\
from fastapi import APIRouter, Depends, HTTPException

from engines.media import service

router = APIRouter(prefix=\"/media\")


@router.post(\"/assets\")
def create_asset(payload: AssetIn, ctx: RequestContext = Depends(get_request_context)):
    return service.create(payload, ctx)


@router.get(\"/assets/{asset_id}\")
def get_asset(asset_id: str):
    return service.load(asset_id)
";

const SERVICE: &str = "\
from fastapi import HTTPException


def load(asset_id):
    asset = _find(asset_id)
    return asset


def _find(asset_id):
    asset = STORE.get(asset_id)
    if asset is None:
        raise HTTPException(status_code=404, detail={\"error\": \"asset_not_found\", \"asset_id\": asset_id, \"hint\": \"it may have been removed by the retention job\"})
    return asset
";

const HOSTILE_SOURCE: &str = "x = '\u{1b}[31m\u{9b}2J\u{202e}'\r\n\tif 日本語 == \"❤\u{fe0f}\":\traise Bad('\u{7}')\r\nend = 1";

/// The sources of [`report`].
pub(crate) fn sources() -> SourceMap {
    [
        ("engines/media/routes.py", ROUTES.to_owned()),
        ("engines/media/service.py", SERVICE.to_owned()),
        ("engines/odd/日本.py", HOSTILE_SOURCE.to_owned()),
        (
            "engines/min.py",
            format!(
                "a = 1;{}raise Bad(1);{}",
                "b = 2;".repeat(300),
                "c = 3;".repeat(300)
            ),
        ),
    ]
    .into_iter()
    .collect()
}

/// A report with something of everything.
pub(crate) fn report() -> Report {
    let findings = findings();
    let tickets = tickets();
    let routers = routers();
    let unchecked = vec![
        Unchecked {
            file: "engines/broken.py".into(),
            line: 12,
            reason:
                "expected `)`, found the end of the file; functions after this line may be missing"
                    .into(),
        },
        Unchecked {
            file: HOSTILE.into(),
            line: 1,
            reason: HOSTILE.into(),
        },
    ];
    let with = |status| {
        tickets
            .iter()
            .filter(|ticket| ticket.status == status)
            .count()
    };
    let of = |severity| {
        findings
            .iter()
            .filter(|f| f.suppressed.is_none() && f.severity == severity)
            .count()
    };
    let summary = Summary {
        tickets: TicketCounts {
            done: with(TicketStatus::Done),
            partial: with(TicketStatus::Partial),
            open: with(TicketStatus::Open),
            exempt: with(TicketStatus::Exempt),
            missing: with(TicketStatus::Missing),
            unknown: with(TicketStatus::Unknown),
        },
        routers: routers.len(),
        endpoints: routers.iter().map(|router| router.endpoints.len()).sum(),
        findings: FindingCounts {
            error: of(Severity::Error),
            warning: of(Severity::Warning),
            note: of(Severity::Note),
        },
        suppressed: findings
            .iter()
            .filter(|finding| finding.suppressed.is_some())
            .count(),
        unchecked: unchecked.len(),
    };
    Report {
        summary,
        tickets,
        routers,
        findings,
        unchecked,
        ..clean_report()
    }
}

/// A report of a tree in which there is nothing to mend.
pub(crate) fn clean_report() -> Report {
    let mut router = router(
        "engines.media.routes",
        vec![endpoint("get_asset", "GET", "/media/assets")],
    );
    router.mounted = vec![mount("engines.app:app")];
    Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: "guard-lint".into(),
            version: "0.1.0".into(),
            rules_hash: "0".repeat(64),
        },
        root: "engine".into(),
        catalog: vec![CatalogDocument {
            path: "builtin:ENGINE_FIX_TICKETS.md".into(),
            sha256: "1".repeat(64),
        }],
        summary: Summary {
            tickets: TicketCounts {
                done: 1,
                ..TicketCounts::default()
            },
            routers: 1,
            endpoints: 1,
            ..Summary::default()
        },
        tickets: vec![ticket(
            "ENG-STD-001",
            Family::EngStd,
            None,
            TicketStatus::Done,
            "engines.media.routes",
        )],
        routers: vec![router],
        findings: Vec::new(),
        unchecked: Vec::new(),
    }
}

fn findings() -> Vec<Finding> {
    let bare = Finding {
        rule: "GL301".into(),
        name: "bare-error".into(),
        severity: Severity::Error,
        confidence: Confidence::High,
        message: "`_find` raises an `HTTPException` whose detail is not the canonical envelope, and no caller wraps it".into(),
        file: "engines/media/service.py".into(),
        line: 12,
        column: 9,
        end_line: 12,
        end_column: 158,
        function: Some("_find".into()),
        router: Some("engines.media.routes".into()),
        endpoint: Some("GET /media/assets/{asset_id}".into()),
        tickets: vec!["ENG-STD-011".into(), "PR-HARD-06".into()],
        trace: vec![
            step("engines/media/routes.py", 15, 12, "`get_asset` calls `load`"),
            step("engines/media/service.py", 5, 13, "`load` calls `_find`"),
        ],
        help: "raise `error_response(code, message, status)` from `engines.common.error_envelope` instead".into(),
        fix: Some("raise error_response(\"asset_not_found\", status=404)".into()),
        fingerprint: "f1".into(),
        suppressed: None,
    };
    let identity = Finding {
        rule: "GL101".into(),
        name: "identity-missing".into(),
        message: "`get_asset` never establishes who is calling".into(),
        file: "engines/media/routes.py".into(),
        line: 14,
        column: 5,
        end_line: 15,
        end_column: 30,
        trace: Vec::new(),
        tickets: vec!["ENG-STD-011".into()],
        help: "add `ctx: RequestContext = Depends(get_request_context)` to its parameters".into(),
        fix: None,
        fingerprint: "f2".into(),
        ..bare.clone()
    };
    let far = Finding {
        rule: "GL402".into(),
        name: "gate-after-write".into(),
        severity: Severity::Warning,
        confidence: Confidence::Medium,
        message: "the gate runs after the first write".into(),
        file: "engines/gone.py".into(),
        line: 7,
        column: 1,
        end_line: 7,
        end_column: 5,
        endpoint: None,
        tickets: Vec::new(),
        trace: (1..=9)
            .map(|at| {
                step(
                    "engines/gone.py",
                    at,
                    1,
                    &format!("`f{at}` calls `f{}`", at + 1),
                )
            })
            .collect(),
        help: "call the gate before the write".into(),
        fingerprint: "f3".into(),
        ..bare.clone()
    };
    let minified = Finding {
        rule: "GL302".into(),
        name: "foreign-envelope".into(),
        severity: Severity::Note,
        confidence: Confidence::Low,
        message: "the detail looks like the envelope and is not".into(),
        file: "engines/min.py".into(),
        line: 1,
        column: 1807,
        end_line: 1,
        end_column: 1819,
        endpoint: None,
        tickets: Vec::new(),
        trace: Vec::new(),
        fingerprint: "f4".into(),
        ..bare.clone()
    };
    let hostile = Finding {
        rule: HOSTILE.into(),
        name: HOSTILE.into(),
        severity: Severity::Warning,
        message: HOSTILE.into(),
        file: "engines/odd/日本.py".into(),
        line: 2,
        column: 18,
        end_line: 2,
        end_column: 32,
        endpoint: Some(HOSTILE.into()),
        tickets: vec![HOSTILE.into()],
        trace: vec![
            step("engines/odd/日本.py", 1, 6, HOSTILE),
            step(&long_path(), u32::MAX, u32::MAX, HOSTILE),
        ],
        help: HOSTILE.into(),
        fingerprint: "f5".into(),
        ..bare.clone()
    };
    let suppressed = Finding {
        fingerprint: "f6".into(),
        suppressed: Some(Suppression {
            reason: "accepted until the store moves".into(),
            ticket: Some("PR-HARD-06".into()),
            expires: Some("2027-01-31".into()),
        }),
        ..bare.clone()
    };
    vec![identity, bare, suppressed, minified, far, hostile]
}

fn tickets() -> Vec<TicketReport> {
    let mut out = vec![
        ticket(
            "ENG-STD-001",
            Family::EngStd,
            None,
            TicketStatus::Done,
            "engines.chat.service.ws_transport",
        ),
        ticket(
            "ENG-STD-005",
            Family::EngStd,
            None,
            TicketStatus::Open,
            "engines.audio_semantic_timeline.routes",
        ),
        ticket(
            "ENG-STD-011",
            Family::EngStd,
            None,
            TicketStatus::Partial,
            "engines.media.routes",
        ),
        ticket(
            "PR-HARD-01",
            Family::PrHard,
            Some(Class::Security),
            TicketStatus::Partial,
            "",
        ),
        ticket(
            "PR-HARD-04",
            Family::PrHard,
            Some(Class::Quality),
            TicketStatus::Unknown,
            "",
        ),
        ticket(
            "PR-ART-03",
            Family::PrArt,
            Some(Class::Quality),
            TicketStatus::Missing,
            "",
        ),
        ticket(
            "PR-OBS-02",
            Family::PrObs,
            Some(Class::Security),
            TicketStatus::Done,
            "",
        ),
        ticket(
            "PR-STREAM-02",
            Family::PrStream,
            Some(Class::Quality),
            TicketStatus::Open,
            "",
        ),
        ticket(
            "EX-001",
            Family::Ex,
            None,
            TicketStatus::Exempt,
            "engines.ops.status",
        ),
        ticket(
            "TEAM-7",
            Family::Other,
            None,
            TicketStatus::Unknown,
            HOSTILE,
        ),
    ];
    out[2].clauses[1].evidence = vec![
        step(
            "engines/media/service.py",
            12,
            9,
            "raises without the envelope",
        ),
        step(
            &long_path(),
            3,
            1,
            "raises without the envelope, reached through a path that is long",
        ),
    ];
    out[2].clauses[1].findings = vec!["f1".into()];
    out[3].files = vec![
        file("engines/chat/service/sse_transport.py"),
        file("engines/chat/service/ws_transport.py"),
    ];
    out[4].files = vec![
        file("engines/canvas_stream/router.py"),
        file("engines/canvas_stream/service.py"),
    ];
    out[5].files = vec![TicketFile {
        path: "engines/muscle/video_render/service.py".into(),
        exists: false,
        resolved: None,
    }];
    out[6].files = vec![TicketFile {
        path: "engines/muscle/video_render/routes.py".into(),
        exists: true,
        resolved: Some("engines/video_render/routes.py".into()),
    }];
    out[7].files = vec![file("engines/canvas_stream/router.py")];
    out[9].id = HOSTILE.into();
    out[9].title = HOSTILE.into();
    out[9].files = vec![file(&long_path())];
    for clause in &mut out[9].clauses {
        clause.text = HOSTILE.into();
        clause.reason = HOSTILE.repeat(9);
    }
    out
}

fn ticket(
    id: &str,
    family: Family,
    class: Option<Class>,
    status: TicketStatus,
    router: &str,
) -> TicketReport {
    use ClauseVerdict::{Met, NotApplicable, Partial, Unknown, Unmet};
    let verdicts = match status {
        TicketStatus::Done => [Met, Met, NotApplicable],
        TicketStatus::Exempt => [NotApplicable; 3],
        TicketStatus::Partial => [Met, Unmet, Partial],
        TicketStatus::Open => [Unmet, Unmet, NotApplicable],
        TicketStatus::Missing => [Unknown; 3],
        TicketStatus::Unknown => [Met, Unknown, NotApplicable],
    };
    let texts = [
        (
            "scope-1",
            "Add `ctx: RequestContext = Depends(get_request_context)`.",
            "3 of 4 endpoints never establish who is calling",
        ),
        (
            "acceptance-1",
            "Errors carry the canonical `ErrorEnvelope`.",
            "2 of 5 error sites are bare, the first at engines/media/service.py:12",
        ),
        (
            "family-works",
            "The routes work.",
            "nothing on the request path is certain to fail",
        ),
    ];
    TicketReport {
        id: id.into(),
        title: "Media Service Routes".into(),
        family,
        class,
        status,
        routers: if router.is_empty() {
            Vec::new()
        } else {
            vec![router.into()]
        },
        files: Vec::new(),
        clauses: texts
            .into_iter()
            .zip(verdicts)
            .map(|((id, text, reason), verdict)| ClauseReport {
                id: id.into(),
                text: text.into(),
                verdict,
                reason: match verdict {
                    Met => "it holds for all 4 endpoints".into(),
                    Unknown => {
                        "the store is chosen by a plug-in whose class the source does not name"
                            .into()
                    }
                    NotApplicable => "the router raises nothing".into(),
                    _ => reason.into(),
                },
                evidence: Vec::new(),
                findings: Vec::new(),
            })
            .collect(),
    }
}

fn routers() -> Vec<RouterReport> {
    let mut media = router(
        "engines.media.routes",
        vec![
            endpoint("create_asset", "POST", "/media/assets"),
            endpoint("get_asset", "GET", "/media/assets/{asset_id}"),
            endpoint("list_assets", "GET", "/media/assets"),
            endpoint("head_asset", "HEAD", "/media/assets/{asset_id}"),
        ],
    );
    media.mounted = vec![
        mount("engines.app:app"),
        mount("engines.gateway:app"),
        mount("engines.app:app"),
    ];
    media.endpoints[0].gate.verdict = GateVerdict::Enforced;
    media.endpoints[0].mutating = true;
    media.endpoints[1].identity.verdict = IdentityVerdict::Missing;
    media.endpoints[1].envelope = EnvelopeReport {
        verdict: EnvelopeVerdict::Bare,
        wire: WireVerdict::Bare,
        sites: [
            SiteKind::Bare,
            SiteKind::Enveloped,
            SiteKind::Foreign,
            SiteKind::Converted,
            SiteKind::Swallowed,
        ]
        .map(|kind| ErrorSite {
            file: "engines/media/service.py".into(),
            line: 12,
            kind,
            status: Some(404),
            via: vec!["load (engines/media/service.py:5)".into()],
        })
        .to_vec(),
    };
    media.endpoints[3].shadowed_by =
        Some("GET /media/assets/{asset_id} at engines/media/routes.py:14".into());
    media.endpoints[3].envelope.verdict = EnvelopeVerdict::Silent;

    let mut chat = router(
        "engines.chat.service.transport",
        vec![
            endpoint("stream", "GET", "/chat/stream"),
            endpoint("socket", "", "/chat/ws"),
            endpoint("poll", "GET", "/chat/poll"),
        ],
    );
    chat.endpoints[0].kind = EndpointKind::Sse;
    chat.endpoints[0].stream = Some(StreamReport {
        cursor: vec!["Last-Event-ID".into()],
        cursor_invalid: Some(CursorJudged::AfterHead),
        replay: Some(true),
        heartbeat: Some(false),
    });
    chat.endpoints[1].kind = EndpointKind::Websocket;
    chat.endpoints[1].methods.clear();
    chat.endpoints[1].stream = Some(StreamReport::default());
    chat.endpoints[1].credential.verdict = CredentialVerdict::Optional;
    chat.endpoints[2].stream = Some(StreamReport {
        cursor_invalid: Some(CursorJudged::BeforeHead),
        heartbeat: Some(true),
        ..StreamReport::default()
    });

    let verdicts = [
        (
            IdentityVerdict::Partial,
            GateVerdict::AfterWrite,
            EnvelopeVerdict::Mixed,
            WireVerdict::Enveloped,
        ),
        (
            IdentityVerdict::Exempt,
            GateVerdict::Swallowed,
            EnvelopeVerdict::Bare,
            WireVerdict::Unknown,
        ),
        (
            IdentityVerdict::Unknown,
            GateVerdict::Unbindable,
            EnvelopeVerdict::Canonical,
            WireVerdict::Bare,
        ),
        (
            IdentityVerdict::Missing,
            GateVerdict::Missing,
            EnvelopeVerdict::Mixed,
            WireVerdict::Bare,
        ),
        (
            IdentityVerdict::Missing,
            GateVerdict::Unknown,
            EnvelopeVerdict::Mixed,
            WireVerdict::Bare,
        ),
    ];
    let mut odd = router(HOSTILE, vec![endpoint("odd", "POST", "/odd"); 5]);
    odd.language = Language::Rust;
    odd.exemption = Some("EX-001".into());
    for (endpoint, (identity, gate, envelope, wire)) in odd.endpoints.iter_mut().zip(verdicts) {
        endpoint.identity.verdict = identity;
        endpoint.credential.verdict = CredentialVerdict::None;
        endpoint.gate.verdict = gate;
        endpoint.envelope.verdict = envelope;
        endpoint.envelope.wire = wire;
    }
    odd.endpoints[0].kind = EndpointKind::Sse;
    odd.endpoints[0].stream = Some(StreamReport {
        cursor_invalid: Some(CursorJudged::Never),
        ..StreamReport::default()
    });
    vec![chat, media, odd, router("engines.empty.routes", Vec::new())]
}

fn router(module: &str, endpoints: Vec<EndpointReport>) -> RouterReport {
    RouterReport {
        module: module.into(),
        aliases: Vec::new(),
        file: format!("{}.py", module.replace('.', "/")),
        line: 5,
        variable: "router".into(),
        language: Language::Python,
        mounted: Vec::new(),
        exemption: None,
        endpoints,
    }
}

fn endpoint(function: &str, method: &str, path: &str) -> EndpointReport {
    EndpointReport {
        function: function.into(),
        file: "engines/media/routes.py".into(),
        line: 9,
        methods: vec![method.into()],
        path: path.into(),
        kind: EndpointKind::Http,
        mutating: false,
        identity: IdentityReport {
            verdict: IdentityVerdict::Enforced,
            via: vec!["get_request_context".into()],
            reason: None,
        },
        credential: CredentialReport {
            verdict: CredentialVerdict::Required,
        },
        envelope: EnvelopeReport {
            verdict: EnvelopeVerdict::Canonical,
            wire: WireVerdict::Enveloped,
            sites: Vec::new(),
        },
        gate: GateReport {
            verdict: GateVerdict::NotRequired,
            sites: Vec::new(),
            reason: None,
        },
        stream: None,
        shadowed_by: None,
    }
}

fn mount(app: &str) -> Mount {
    Mount {
        app: app.into(),
        prefix: "/api".into(),
        via: Vec::new(),
    }
}

fn file(path: &str) -> TicketFile {
    TicketFile {
        path: path.into(),
        exists: true,
        resolved: None,
    }
}

fn step(file: &str, line: u32, column: u32, message: &str) -> Evidence {
    Evidence {
        file: file.into(),
        line,
        column,
        message: message.into(),
    }
}
