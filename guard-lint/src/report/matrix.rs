//! Routers by what the standard asks of them: the table that teams keep by hand, from the source instead.

use std::collections::BTreeSet;

use super::model::{
    CredentialVerdict, CursorJudged, EndpointKind, EndpointReport, EnvelopeVerdict, GateVerdict, IdentityVerdict,
    Report, RouterReport, StreamReport, WireVerdict,
};

/// The columns, in order.
pub const HEADER: [&str; 9] = [
    "router",
    "endpoints",
    "identity",
    "credential",
    "envelope",
    "wire",
    "routing",
    "gate",
    "streaming",
];

/// Tab-separated values with a header line. In a cell, tab, line feed, carriage return and backslash are `\t`, `\n`,
/// `\r` and `\\`.
pub fn render_tsv(report: &Report) -> String {
    lines(report, |cells| {
        format!("{}\n", cells.map(|cell| escape_tsv(&cell)).join("\t"))
    })
}

/// A Markdown table.
pub fn render_markdown(report: &Report) -> String {
    let row = |cells: [String; 9]| format!("| {} |\n", cells.map(|cell| escape_markdown(&cell)).join(" | "));
    let mut out = row(HEADER.map(str::to_owned));
    out.push_str(&format!("|{}\n", " --- |".repeat(HEADER.len())));
    for router in &report.routers {
        out.push_str(&row(cells(router)));
    }
    out
}

fn lines(report: &Report, line: impl Fn([String; 9]) -> String) -> String {
    std::iter::once(HEADER.map(str::to_owned))
        .chain(report.routers.iter().map(cells))
        .map(line)
        .collect()
}

/// The cells of one router, in the order of [`HEADER`].
pub fn cells(router: &RouterReport) -> [String; 9] {
    let all = &router.endpoints;
    let mut identity = aggregate(all.iter().map(|endpoint| identity_word(endpoint.identity.verdict)));
    if let Some(ticket) = &router.exemption {
        identity = format!("{identity} ({ticket})");
    }
    // Endpoints that raise nothing, or only read, have nothing to show in a column; they count only when all are so.
    let raising = |endpoint: &&EndpointReport| endpoint.envelope.verdict != EnvelopeVerdict::Silent;
    let gated = |endpoint: &&EndpointReport| endpoint.gate.verdict != GateVerdict::NotRequired;
    [
        router.module.clone(),
        all.len().to_string(),
        identity,
        aggregate(all.iter().map(|endpoint| credential_word(endpoint.credential.verdict))),
        aggregate(some(all, raising).map(|endpoint| envelope_word(endpoint.envelope.verdict))),
        aggregate(some(all, raising).map(|endpoint| wire_word(endpoint.envelope.wire))),
        routing(router),
        aggregate(some(all, gated).map(|endpoint| gate_word(endpoint.gate.verdict))),
        streaming(all),
    ]
}

/// The endpoints that the filter picks; all of them where it picks none.
fn some(
    endpoints: &[EndpointReport],
    filter: impl Fn(&&EndpointReport) -> bool + Copy,
) -> impl Iterator<Item = &EndpointReport> {
    let any = endpoints.iter().any(|endpoint| filter(&endpoint));
    endpoints.iter().filter(move |endpoint| !any || filter(endpoint))
}

/// The verdicts of several endpoints in one cell: a word they share, or the best word's share and the others' counts
/// (`enforced 3/4, missing 1`). A word comes with its rank, 0 for the best. Nothing at all is `-`.
pub fn aggregate(words: impl Iterator<Item = (u8, &'static str)>) -> String {
    let mut words: Vec<_> = words.collect();
    words.sort_unstable();
    let counts: Vec<(&str, usize)> = words
        .chunk_by(|a, b| a == b)
        .map(|same| (same[0].1, same.len()))
        .collect();
    match counts.as_slice() {
        [] => "-".to_owned(),
        [(word, _)] => (*word).to_owned(),
        [(best, number), others @ ..] => {
            let others: String = others
                .iter()
                .map(|(word, number)| format!(", {word} {number}"))
                .collect();
            format!("{best} {number}/{}{others}", words.len())
        }
    }
}

/// Where the router is mounted.
fn routing(router: &RouterReport) -> String {
    let apps: BTreeSet<&str> = router.mounted.iter().map(|mount| mount.app.as_str()).collect();
    if apps.is_empty() {
        return "unmounted".to_owned();
    }
    let apps: Vec<&str> = apps.into_iter().collect();
    let shadowed = router
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.shadowed_by.is_some())
        .count();
    let shadowed = if shadowed > 0 {
        format!("; shadowed {shadowed}")
    } else {
        String::new()
    };
    format!("mounted ({}){shadowed}", apps.join(", "))
}

/// The streams among the endpoints, each kind of them once; `-` where there is none.
fn streaming(endpoints: &[EndpointReport]) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for endpoint in endpoints {
        let kind = match endpoint.kind {
            EndpointKind::Http if endpoint.stream.is_none() => continue,
            EndpointKind::Http => "http",
            EndpointKind::Sse => "sse",
            EndpointKind::Websocket => "websocket",
        };
        let said = endpoint.stream.as_ref().map_or("unknown".to_owned(), stream);
        let said = format!("{kind}, {said}");
        if !kinds.contains(&said) {
            kinds.push(said);
        }
    }
    if kinds.is_empty() {
        "-".to_owned()
    } else {
        kinds.join("; ")
    }
}

fn stream(stream: &StreamReport) -> String {
    let cursor = match (stream.cursor.is_empty(), stream.cursor_invalid) {
        (_, Some(CursorJudged::BeforeHead)) => "cursor before head",
        (_, Some(CursorJudged::AfterHead)) => "cursor after head",
        (_, Some(CursorJudged::Never)) => "cursor never judged",
        (false, None) => "cursor unknown",
        (true, None) => "no cursor",
    };
    let replay = match stream.replay {
        Some(true) => "replay",
        Some(false) => "no replay",
        None => "replay unknown",
    };
    let heartbeat = match stream.heartbeat {
        Some(true) => "heartbeat",
        Some(false) => "no heartbeat",
        None => "heartbeat unknown",
    };
    [cursor, replay, heartbeat].join(", ")
}

const fn identity_word(verdict: IdentityVerdict) -> (u8, &'static str) {
    match verdict {
        IdentityVerdict::Enforced => (0, "enforced"),
        IdentityVerdict::Exempt => (1, "exempt"),
        IdentityVerdict::Partial => (2, "partial"),
        IdentityVerdict::Missing => (3, "missing"),
        IdentityVerdict::Unknown => (4, "unknown"),
    }
}

const fn credential_word(verdict: CredentialVerdict) -> (u8, &'static str) {
    match verdict {
        CredentialVerdict::Required => (0, "required"),
        CredentialVerdict::Optional => (1, "optional"),
        CredentialVerdict::None => (2, "none"),
    }
}

const fn envelope_word(verdict: EnvelopeVerdict) -> (u8, &'static str) {
    match verdict {
        EnvelopeVerdict::Canonical => (0, "canonical"),
        EnvelopeVerdict::Mixed => (1, "mixed"),
        EnvelopeVerdict::Bare => (2, "bare"),
        EnvelopeVerdict::Silent => (3, "silent"),
    }
}

const fn wire_word(verdict: WireVerdict) -> (u8, &'static str) {
    match verdict {
        WireVerdict::Enveloped => (0, "enveloped"),
        WireVerdict::Bare => (1, "bare"),
        WireVerdict::Unknown => (2, "unknown"),
    }
}

const fn gate_word(verdict: GateVerdict) -> (u8, &'static str) {
    match verdict {
        GateVerdict::Enforced => (0, "enforced"),
        GateVerdict::AfterWrite => (1, "after write"),
        GateVerdict::Swallowed => (2, "swallowed"),
        GateVerdict::Unbindable => (3, "unbindable"),
        GateVerdict::Missing => (4, "missing"),
        GateVerdict::Unknown => (5, "unknown"),
        GateVerdict::NotRequired => (6, "not required"),
    }
}

pub(crate) fn escape_tsv(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    for c in cell.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    super::measure::clean(&out).into_owned()
}

/// Keeps the cell one cell, and its text text: nothing in a name starts markup.
fn escape_markdown(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    for c in super::measure::clean(cell).chars() {
        if matches!(c, '|' | '\\' | '`' | '*' | '_' | '<' | '[') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests;
