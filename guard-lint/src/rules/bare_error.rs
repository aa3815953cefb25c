//! GL201: bare-error

use super::{Sink, declare_rule};
use crate::analysis::summary::Exit;
use crate::report::model::SiteKind;
use crate::verdict::endpoint::counts;
use crate::verdict::judge::Judged;

declare_rule! {
    /// An error that leaves an endpoint without the canonical envelope.
    ///
    /// Contract, section 3: every response with status 4xx or 5xx is one `ErrorEnvelope` with all seven keys. The error may be
    /// raised in a helper modules away; the trace shows the calls from the endpoint to it. A handler on the application may still
    /// wrap it on the wire, which the endpoint's `wire` verdict says; the source verdict is about what the route itself makes.
    BareError {
        code: "GL201",
        name: "bare-error",
        severity: Error,
        confidence: High,
        help: "raise the error through the envelope helper, with a code of the contract",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        let mut groups: Vec<Vec<&Exit>> = Vec::new();
        for (exit, kind) in program.sites(endpoint) {
            if kind == SiteKind::Bare && counts(exit) && !exit.after_head {
                // A helper with six refusals is one thing to mend.
                let same = |group: &&mut Vec<&Exit>| group[0].function == exit.function && group[0].via == exit.via;
                match groups.iter_mut().find(same).filter(|_| exit.via.is_some()) {
                    Some(group) => group.push(exit),
                    None => groups.push(vec![exit]),
                }
            }
        }
        for group in groups {
            let exit = group[0];
            let status = exit
                .status
                .known()
                .map_or_else(String::new, |status| format!(" {status}"));
            let more = match group.len() {
                1 => String::new(),
                count => format!(
                    ", and {} more from `{}`",
                    count - 1,
                    program.model.function_name(exit.function)
                ),
            };
            let message = format!(
                "`{}` can answer with a bare{status} error{more}",
                program.handler(endpoint)
            );
            let shape = super::site_shape(program, exit);
            sink.endpoint(endpoint, exit.place, &shape, message)
                .with_trace(program.trace(exit));
        }
    }
}
