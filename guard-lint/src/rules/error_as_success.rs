//! GL210: error-as-success

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// The body of an error, answered with the status of a success.
    ///
    /// A returned dict or model is sent with 200, whatever `http_status` it names, and so is `JSONResponse(envelope)` without a
    /// `status_code`. Clients, caches, retries and dashboards look at the status: to them the refusal is a success. A body counts
    /// where it is the envelope, or has a dict with a code or a message under `error` and no other key.
    ///
    /// ```python
    /// if not allowed:
    ///     return {"error": {"code": "things.forbidden", "message": "not yours", "http_status": 403}}  # sent with 200
    /// ```
    ErrorAsSuccess {
        code: "GL210",
        name: "error-as-success",
        severity: Error,
        confidence: High,
        help: "raise the error through the envelope helper, or send the body with its status: JSONResponse(body, status_code=403)",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        if program.route(endpoint).websocket {
            continue;
        }
        for place in &endpoint.endpoint.summary.errors_as_success {
            let handler = program.handler(endpoint);
            let message = format!("`{handler}` answers with the body of an error and the status of a success");
            sink.endpoint(endpoint, *place, "", message);
        }
    }
}
