//! GL603: control-event-id

use super::{Sink, declare_rule};
use crate::report::model::EndpointKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A control event that carries an id.
    ///
    /// An event stream's client keeps the last `id:` it saw and sends it as `Last-Event-ID` when it comes back. The id of a
    /// heartbeat or a resume notice is in no store, so that the client's next cursor is unknown.
    ControlEventId {
        code: "GL603",
        name: "control-event-id",
        severity: Warning,
        confidence: Medium,
        help: "send control events without an `id:` line",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let reader = program.reader();
    for endpoint in &program.endpoints {
        if program.kind(endpoint) != EndpointKind::Sse {
            continue;
        }
        if let Some((place, kind)) = endpoint.stream.as_ref().and_then(|stream| stream.control_id.as_ref()) {
            let message = format!("`{}` sends a `{kind}` event with an id", program.handler(endpoint));
            sink.endpoint(endpoint, *place, kind, message);
        }
        let functions = reader.reach([program.route(endpoint).handler]);
        if let Some((place, kind)) = reader.control_with_id(&functions) {
            let message = format!("`{}` sends a `{kind}` event with an id", program.handler(endpoint));
            sink.endpoint(endpoint, place, kind, message);
        }
    }
}
