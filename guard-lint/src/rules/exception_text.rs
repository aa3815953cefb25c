//! GL203: exception-text

use super::{Sink, declare_rule};
use crate::report::model::SiteKind;
use crate::verdict::endpoint::counts;
use crate::verdict::judge::Judged;

declare_rule! {
    /// The text of an exception is sent to the client.
    ///
    /// `detail=str(exc)` and `message=str(exc)` show table names, paths and the words of other systems to whoever provokes the
    /// error (contract, section 2: no internal text). The envelope does not change that.
    ExceptionText {
        code: "GL203",
        name: "exception-text",
        severity: Warning,
        confidence: High,
        help: "send a fixed text, and log the exception",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        for (exit, kind) in program.sites(endpoint) {
            if exit.leaks && !matches!(kind, SiteKind::Converted | SiteKind::Swallowed) && counts(exit) {
                let message = format!(
                    "`{}` sends the text of an exception to the client",
                    program.handler(endpoint)
                );
                let place = super::first_place(exit.via, exit.place);
                let shape = super::site_shape(program, exit);
                sink.endpoint(endpoint, place, &shape, message)
                    .with_trace(program.trace(exit));
            }
        }
    }
}
