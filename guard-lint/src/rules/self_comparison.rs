//! GL105: self-comparison

use super::{Sink, declare_rule};
use crate::analysis::summary::OddityKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A comparison of a value with itself, where a comparison with the context was meant.
    ///
    /// `if ctx.tenant_id != ctx.tenant_id: refuse()` never refuses.
    SelfComparison {
        code: "GL105",
        name: "self-comparison",
        severity: Error,
        confidence: High,
        help: "compare the context with what the request repeats",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    super::each_oddity(program, &[OddityKind::SelfComparison], |endpoint, oddity, trace| {
        let message = format!(
            "`{}` depends on a comparison of a value with itself",
            program.handler(endpoint)
        );
        sink.endpoint(endpoint, oddity.at.place, "", message).with_trace(trace);
    });
}
