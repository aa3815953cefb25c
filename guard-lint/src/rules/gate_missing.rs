//! GL301: gate-missing

use super::{Sink, declare_rule};
use crate::report::model::{Confidence, GateVerdict};
use crate::verdict::endpoint::Effect;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A write that no gate precedes.
    ///
    /// Contract, section 5: a route that changes something passes the gate chain before it does. The finding stands at the
    /// first write that a path reaches without a gate; where the source shows no write, at the handler, whose method says that
    /// it changes something.
    GateMissing {
        code: "GL301",
        name: "gate-missing",
        severity: Error,
        confidence: High,
        help: "run the gate chain before the first write, on every path",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in program
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.gate == GateVerdict::Missing)
    {
        let handler = program.handler(endpoint);
        let half = !endpoint.endpoint.summary.gates.is_empty();
        match &endpoint.endpoint.summary.ungated {
            Some(write) => {
                let other = if half {
                    "; the gate runs on another path only"
                } else {
                    ""
                };
                let message = format!("`{handler}` writes ({}) with no gate before it{other}", write.at.what);
                let trace = super::write_trace(program, write);
                sink.endpoint(endpoint, super::first_place(write.at.via, write.at.place), "", message)
                    .with_trace(trace);
            }
            None => {
                let message = format!("`{handler}` changes something by its method, and no gate runs");
                let finding = sink.endpoint(endpoint, program.place(endpoint), "", message);
                if endpoint.effect == Effect::Presumed {
                    finding.with_confidence(Confidence::Medium);
                }
            }
        }
    }
}
