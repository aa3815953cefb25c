//! GL202: foreign-envelope

use super::{Sink, declare_rule};
use crate::report::model::SiteKind;
use crate::verdict::endpoint::counts;
use crate::verdict::judge::Judged;

declare_rule! {
    /// An error whose detail looks like the envelope and is not.
    ///
    /// `{"error": "text"}`, `{"error": {"code": …}}` with keys missing or added, `{"code": …, "message": …}` without the outer
    /// key: clients that parse the envelope fail on all of them.
    ForeignEnvelope {
        code: "GL202",
        name: "foreign-envelope",
        severity: Error,
        confidence: High,
        help: "build the detail with the envelope helper: seven keys under `error`, and no other",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        for (exit, kind) in program.sites(endpoint) {
            if kind == SiteKind::Foreign && counts(exit) && !exit.after_head {
                let message = format!(
                    "`{}` can answer with a dict that looks like the envelope and is not",
                    program.handler(endpoint)
                );
                let shape = super::site_shape(program, exit);
                sink.endpoint(endpoint, exit.place, &shape, message)
                    .with_trace(program.trace(exit));
            }
        }
    }
}
