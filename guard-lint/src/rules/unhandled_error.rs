//! GL205: unhandled-error

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// An exception that is raised on the way, is no HTTP error, and that nothing catches.
    ///
    /// It becomes a 500 whose body is plain text, unless a handler on the application wraps it; one that answers with a body
    /// of another shape does not. It does not count for the endpoint's envelope verdict, which is about the errors that the
    /// route makes.
    UnhandledError {
        code: "GL205",
        name: "unhandled-error",
        severity: Note,
        confidence: Medium,
        help: "catch it where its meaning is known, and answer with the envelope",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        for exit in program.unhandled(endpoint) {
            let class = super::class_name(program, exit.class);
            let handler = program.handler(endpoint);
            let message = if program.is_answered(endpoint, exit) {
                format!(
                    "`{handler}` lets `{class}` out, and the application's handler for it answers without the envelope"
                )
            } else {
                format!("`{handler}` lets `{class}` out: a 500 without the envelope")
            };
            let shape = super::site_shape(program, exit);
            sink.endpoint(endpoint, exit.place, &shape, message)
                .with_trace(program.trace(exit));
        }
    }
}
