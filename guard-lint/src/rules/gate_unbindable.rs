//! GL304: gate-unbindable

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// A gate call whose arguments do not bind to the gate's signature.
    ///
    /// The call raises `TypeError` for every request: the route never works, and the gate never decides.
    GateUnbindable {
        code: "GL304",
        name: "gate-unbindable",
        severity: Error,
        confidence: High,
        help: "call the gate with the arguments that it takes",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        for gate in &endpoint.endpoint.summary.gates {
            let Some(why) = &gate.unbindable else { continue };
            let message = format!("the gate call of `{}` cannot succeed: {why}", program.handler(endpoint));
            sink.endpoint(endpoint, gate.at.place, why, message)
                .with_trace(super::gate_trace(program, gate));
        }
    }
}
