//! GL403: call-cannot-succeed

use super::{Sink, declare_rule};
use crate::analysis::summary::OddityKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A call on the way of a request whose arguments do not bind to the callee's signature.
    ///
    /// Python checks this when the call is made: every request that gets there fails with `TypeError`, a 500.
    CallCannotSucceed {
        code: "GL403",
        name: "call-cannot-succeed",
        severity: Error,
        confidence: High,
        help: "give the call the arguments that the function takes",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    super::each_oddity(program, &[OddityKind::CannotSucceed], |endpoint, oddity, trace| {
        let gate = endpoint
            .endpoint
            .summary
            .gates
            .iter()
            .any(|gate| gate.at.place == oddity.at.place);
        if !gate {
            let message = format!(
                "`{}` makes a call that cannot succeed: {}",
                program.handler(endpoint),
                oddity.at.what
            );
            sink.endpoint(endpoint, oddity.at.place, &oddity.at.what, message)
                .with_trace(trace);
        }
    });
}
