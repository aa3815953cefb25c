//! GL208: error-after-head

use super::{Sink, declare_rule};
use crate::analysis::summary::ExitKind;
use crate::report::model::SiteKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// An HTTP error raised inside a generator, after the response head was sent.
    ///
    /// The client already has its 200: the error breaks the stream off and no client sees its status. A cursor that is judged in
    /// the generator can never be answered with 410.
    ErrorAfterHead {
        code: "GL208",
        name: "error-after-head",
        severity: Error,
        confidence: High,
        help: "judge the request before the response is made, and send what goes wrong later as a final error event",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        for (exit, kind) in program.sites(endpoint) {
            let leaves = !matches!(kind, SiteKind::Converted | SiteKind::Swallowed);
            if leaves && exit.after_head && exit.kind == ExitKind::Http && endpoint.endpoint.summary.streams {
                let status = exit
                    .status
                    .known()
                    .map_or_else(|| "an error".to_owned(), |status| format!("a {status}"));
                let message = format!(
                    "`{}` raises {status} after the response head was sent",
                    program.handler(endpoint)
                );
                let shape = super::site_shape(program, exit);
                sink.endpoint(endpoint, exit.place, &shape, message)
                    .with_trace(program.trace(exit));
            }
        }
    }
}
