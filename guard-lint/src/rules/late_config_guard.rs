//! GL604: late-config-guard

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// A check for a missing setting that runs after what needs the setting.
    ///
    /// The constructor has already raised, or has already gone on without it: the check with its clear error is never
    /// reached when it matters.
    ///
    /// ```python
    /// service = get_service()     # needs RAW_BUCKET
    /// ensure_bucket_configured()  # asks whether it is there
    /// ```
    LateConfigGuard {
        code: "GL604",
        name: "late-config-guard",
        severity: Warning,
        confidence: Medium,
        help: "ask for the setting before anything is made that needs it",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let reader = program.reader();
    for endpoint in &program.endpoints {
        if let Some(late) = reader.late_guard(program.route(endpoint).handler) {
            let message = format!(
                "`{}` asks for `{}` after what needs it was made",
                program.handler(endpoint),
                late.name
            );
            sink.endpoint(endpoint, late.asked, &late.name, message)
                .with_trace(vec![program.evidence(late.needed, format!("needs `{}`", late.name))]);
        }
    }
}
