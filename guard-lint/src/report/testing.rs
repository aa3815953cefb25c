//! A sample report for the tests of the renderers: every value of every enum, and strings that mean harm.

mod findings;
mod routers;
mod tickets;

use findings::findings;
use routers::{endpoint, mount, router, routers};
use tickets::{ticket, tickets};

use super::model::*;
use super::sources::SourceMap;

/// An escape sequence, a C1 control, a bidirectional override, line breaks, table and command syntax, wide characters.
pub(crate) const HOSTILE: &str = "ev|il\u{1b}[31m\u{9b}2J\u{202e}\t\r\n::error::x %0A 日本語 ❤\u{fe0f}";

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

const HOSTILE_SOURCE: &str =
    "x = '\u{1b}[31m\u{9b}2J\u{202e}'\r\n\tif 日本語 == \"❤\u{fe0f}\":\traise Bad('\u{7}')\r\nend = 1";

/// The sources of [`report`].
pub(crate) fn sources() -> SourceMap {
    [
        ("engines/media/routes.py", ROUTES.to_owned()),
        ("engines/media/service.py", SERVICE.to_owned()),
        ("engines/odd/日本.py", HOSTILE_SOURCE.to_owned()),
        (
            "engines/min.py",
            format!("a = 1;{}raise Bad(1);{}", "b = 2;".repeat(300), "c = 3;".repeat(300)),
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
            reason: "expected `)`, found the end of the file; functions after this line may be missing".into(),
        },
        Unchecked {
            file: HOSTILE.into(),
            line: 1,
            reason: HOSTILE.into(),
        },
    ];
    let with = |status| tickets.iter().filter(|ticket| ticket.status == status).count();
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
        suppressed: findings.iter().filter(|finding| finding.suppressed.is_some()).count(),
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

fn step(file: &str, line: u32, column: u32, message: &str) -> Evidence {
    Evidence {
        file: file.into(),
        line,
        column,
        message: message.into(),
    }
}
