//! Findings of the sample report: every severity, with and without a trace, a source and a suppression.

use super::super::model::*;
use super::{HOSTILE, long_path, step};

pub(super) fn findings() -> Vec<Finding> {
    let bare = Finding {
        rule: "GL301".into(),
        name: "bare-error".into(),
        severity: Severity::Error,
        confidence: Confidence::High,
        message: "`_find` raises an `HTTPException` whose detail is not the canonical envelope, and no caller wraps it"
            .into(),
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
            .map(|at| step("engines/gone.py", at, 1, &format!("`f{at}` calls `f{}`", at + 1)))
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
