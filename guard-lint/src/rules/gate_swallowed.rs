//! GL303: gate-swallowed

use super::{Sink, declare_rule};
use crate::report::model::GateVerdict;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A gate whose refusal is caught, and the work goes on.
    ///
    /// `except Exception: pass` around the gate makes it a decoration.
    GateSwallowed {
        code: "GL303",
        name: "gate-swallowed",
        severity: Error,
        confidence: High,
        help: "let the refusal leave, or raise it again",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in program
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.gate == GateVerdict::Swallowed)
    {
        for gate in endpoint.endpoint.summary.gates.iter().filter(|gate| gate.swallowed) {
            let message = format!("`{}` catches the gate's refusal and goes on", program.handler(endpoint));
            let place = super::first_place(gate.at.via, gate.at.place);
            sink.endpoint(endpoint, place, "", message)
                .with_trace(super::gate_trace(program, gate));
        }
    }
}
