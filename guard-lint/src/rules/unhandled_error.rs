//! GL205: unhandled-error

use super::{Meta, Rule, Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// An exception that is raised on the way, is no HTTP error, and that nothing catches.
    ///
    /// It becomes a 500 whose body is plain text, unless a handler on the application wraps it. It does not count for the
    /// endpoint's envelope verdict, which is about the errors that the route makes.
    UnhandledError {
        code: "GL205",
        name: "unhandled-error",
        severity: Note,
        confidence: Medium,
        help: "catch it where its meaning is known, and answer with the envelope",
    }
}

impl Rule for UnhandledError {
    fn meta(&self) -> &'static Meta {
        &Self::META
    }

    fn check(&self, program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
        for endpoint in &program.endpoints {
            for exit in program.unhandled(endpoint) {
                let class = super::class_name(program, exit.class);
                let handler = program.handler(endpoint);
                let message = format!("`{handler}` lets `{class}` out: a 500 without the envelope");
                let shape = super::site_shape(program, exit);
                sink.endpoint(endpoint, exit.place, &shape, message)
                    .with_trace(program.trace(exit));
            }
        }
    }
}
