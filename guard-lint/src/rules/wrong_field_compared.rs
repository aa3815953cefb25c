//! GL108: wrong-field-compared

use super::{Sink, declare_rule};
use crate::analysis::summary::OddityKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// One field of the scope compared with another of the context.
    ///
    /// `assert_context_matches(ctx, payload.mode, payload.tenant_id)` passes the mode where the tenant belongs. Neither is
    /// compared with its own, and the request is refused or let through by accident.
    WrongFieldCompared {
        code: "GL108",
        name: "wrong-field-compared",
        severity: Error,
        confidence: High,
        help: "pass the fields by keyword, each to its own",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    super::each_oddity(program, &[OddityKind::WrongField], |endpoint, oddity, trace| {
        let message = format!("`{}` {}", program.handler(endpoint), oddity.at.what);
        sink.endpoint(endpoint, oddity.at.place, "", message).with_trace(trace);
    });
}
