//! What a handler itself makes of a request: whom it verifies, what it changes, and whether a gate comes first.

use super::View;
use super::flow::Walk;
use crate::analysis::summary::Summary;
use crate::analysis::value::Facts;
use crate::model::FnId;

impl View<'_, '_, '_> {
    /// Notes what holds where a handler returns, its gates and its writes. What holds before it is in the summary already.
    pub(super) fn work(&self, handler: FnId, path: &str, summary: &mut Summary) {
        let before = summary.must.and(Facts::IDENTITY.with(Facts::CREDENTIAL));
        let (walk, ways) = Walk::through(self, Some(path), handler, before);
        for (number, mut gate) in walk.gates.into_iter().enumerate() {
            let bit = 1_u64.checked_shl(number as u32).unwrap_or(0);
            if walk.heeded & bit == 0 && bit != 0 {
                (gate.swallowed, gate.settled, gate.passed_over) = (true, true, true);
            }
            summary.gates.push(gate);
        }
        summary.oddities.extend(walk.oddities);
        summary.write = walk.write;
        summary.ungated = walk.ungated;
        let Some(end) = ways.good.filter(|end| end.live) else {
            return;
        };
        // Who is only noted, and whom nothing refuses, may be anyone.
        let who = Facts::IDENTITY.with(Facts::CREDENTIAL);
        let counts = if ways.bad.is_some() || end.may.has(Facts::CREDENTIAL) {
            who
        } else {
            before
        };
        let kept = counts
            .with(Facts::GATE)
            .with(Facts::EARLY_WRITE)
            .with(Facts::NEVER_ASKED);
        summary.must = summary.must.with(end.must.and(kept));
        summary.may = summary.may.with(end.may.and(kept));
        if end.may.and(counts).has(Facts::IDENTITY) && summary.identity.is_none() {
            let place = self.program.model.function_place(handler);
            summary.identity = Some(self.witness(handler, place, &self.program.model.function_name(handler)));
        }
    }
}
