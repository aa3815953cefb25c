//! Routers of the sample report: every verdict on an endpoint.

use super::super::model::*;
use super::HOSTILE;

pub(super) fn routers() -> Vec<RouterReport> {
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
    media.endpoints[3].shadowed_by = Some("GET /media/assets/{asset_id} at engines/media/routes.py:14".into());
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

pub(super) fn router(module: &str, endpoints: Vec<EndpointReport>) -> RouterReport {
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

pub(super) fn endpoint(function: &str, method: &str, path: &str) -> EndpointReport {
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

pub(super) fn mount(app: &str) -> Mount {
    Mount {
        app: app.into(),
        prefix: "/api".into(),
        via: Vec::new(),
    }
}
