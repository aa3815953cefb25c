//! Tickets of the sample report: every family, class, status and verdict.

use super::super::model::*;
use super::{HOSTILE, long_path, step};

pub(super) fn tickets() -> Vec<TicketReport> {
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
        ticket("EX-001", Family::Ex, None, TicketStatus::Exempt, "engines.ops.status"),
        ticket("TEAM-7", Family::Other, None, TicketStatus::Unknown, HOSTILE),
    ];
    out[2].clauses[1].evidence = vec![
        step("engines/media/service.py", 12, 9, "raises without the envelope"),
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

pub(super) fn ticket(
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
        code: Some(verdicts[0]),
        tests: (status == TicketStatus::Partial).then(tests),
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
                    Unknown => "the store is chosen by a plug-in whose class the source does not name".into(),
                    NotApplicable => "the router raises nothing".into(),
                    _ => reason.into(),
                },
                evidence: Vec::new(),
                findings: Vec::new(),
            })
            .collect(),
    }
}

fn file(path: &str) -> TicketFile {
    TicketFile {
        path: path.into(),
        exists: true,
        resolved: None,
    }
}

fn tests() -> TestsReport {
    let test = |name: &str, line, what: &str| TestEvidence {
        file: "engines/media/tests/test_routes.py".into(),
        line,
        column: 5,
        test: name.into(),
        what: what.into(),
    };
    TestsReport {
        verdict: ClauseVerdict::Partial,
        exercising: 7,
        evidence: vec![test(
            "test_missing_headers",
            12,
            "a request without identity headers refused",
        )],
        turned_down: vec![test(&format!("TestOld.test_{HOSTILE}"), 40, "it is marked skip")],
    }
}
