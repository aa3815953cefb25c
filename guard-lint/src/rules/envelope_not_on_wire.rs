//! GL209: envelope-not-on-wire

use super::{Sink, declare_rule};
use crate::report::model::{EnvelopeVerdict, WireVerdict};
use crate::verdict::judge::Judged;
use rustc_hash::FxHashSet;

declare_rule! {
    /// An application that sends enveloped errors as `{"detail": …}`.
    ///
    /// `HTTPException(detail=envelope)` alone does not put the envelope on the wire: the framework wraps the detail in another
    /// object. The application needs a handler that sends it as it is.
    EnvelopeNotOnWire {
        code: "GL209",
        name: "envelope-not-on-wire",
        severity: Warning,
        confidence: High,
        help: "register handlers for starlette.exceptions.HTTPException, RequestValidationError and Exception that send the envelope",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    for endpoint in &program.endpoints {
        // In Rust the error is the response.
        let foreign = program.routes.is_foreign(endpoint.endpoint.router);
        if foreign || endpoint.envelope != EnvelopeVerdict::Canonical || endpoint.wire != WireVerdict::Bare {
            continue;
        }
        for mounting in &program.routes.mountings[endpoint.endpoint.router.0 as usize] {
            let app = program.routes.router(mounting.app);
            if app.handlers.is_empty() && seen.insert(mounting.app) {
                let name = format!(
                    "{}:{}",
                    program.model.dotted[app.module.0 as usize],
                    program.model.text(app.variable)
                );
                let message =
                    format!("`{name}` has no exception handler: enveloped errors leave as `{{\"detail\": …}}`");
                sink.place(app.place, &name, "", message);
            }
        }
    }
}
