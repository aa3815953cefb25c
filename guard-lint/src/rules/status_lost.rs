//! GL204: status-lost

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// A client's error that the endpoint turns into a server's.
    ///
    /// `except Exception` around a body that raises its own 404 catches the 404 too, and answers 500. The same holds for a
    /// gate's 403 and a cursor's 410.
    ///
    /// ```python
    /// try:
    ///     return service.read(key) or not_found(key)  # raises 404
    /// except Exception as exc:
    ///     return error_response("things.failed", "could not read", 500)
    /// ```
    StatusLost {
        code: "GL204",
        name: "status-lost",
        severity: Error,
        confidence: High,
        help: "put `except HTTPException: raise` before the handler for every exception",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        for lost in &endpoint.endpoint.summary.handled {
            let (Some(was), Some(becomes)) = (lost.exit.status.known(), lost.becomes) else {
                continue;
            };
            if was < 500 && becomes.status >= 500 {
                let message = format!(
                    "`{}` turns a {was} into a {}",
                    program.handler(endpoint),
                    becomes.status
                );
                let shape = super::site_shape(program, &lost.exit);
                let mut trace = program.trace(&lost.exit);
                trace.push(program.evidence(lost.exit.place, format!("the {was} is raised here")));
                sink.endpoint(endpoint, becomes.place, &shape, message)
                    .with_trace(trace);
            }
        }
    }
}
