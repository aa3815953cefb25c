//! GL302: gate-after-write

use super::{Sink, declare_rule};
use crate::report::model::GateVerdict;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A gate that runs after something was written.
    ///
    /// Its refusal comes too late: the write stays.
    GateAfterWrite {
        code: "GL302",
        name: "gate-after-write",
        severity: Error,
        confidence: High,
        help: "move the gate before the first write",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in program
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.gate == GateVerdict::AfterWrite)
    {
        let Some(write) = &endpoint.endpoint.summary.ungated else {
            continue;
        };
        let late = endpoint.endpoint.summary.gates.iter().find(|gate| gate.after_write);
        let Some(gate) = late else { continue };
        let message = format!(
            "`{}` asks the gate after the first write ({})",
            program.handler(endpoint),
            write.at.what
        );
        let place = super::first_place(gate.at.via, gate.at.place);
        let mut trace = super::write_trace(program, write);
        trace.push(program.evidence(write.at.place, "the first write is here".to_owned()));
        sink.endpoint(endpoint, place, "", message).with_trace(trace);
    }
}
