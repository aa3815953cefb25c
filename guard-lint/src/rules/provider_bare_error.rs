//! GL207: provider-bare-error

use super::{Sink, declare_rule};
use crate::analysis::summary::{ExitKind, Owner};
use crate::analysis::value::Shape;
use crate::verdict::judge::Judged;
use rustc_hash::FxHashSet;

declare_rule! {
    /// An identity or credential provider that refuses without the envelope.
    ///
    /// The provider serves many routers; its refusals are one fault here, not one in each of them.
    ProviderBareError {
        code: "GL207",
        name: "provider-bare-error",
        severity: Warning,
        confidence: High,
        help: "raise the refusal through the envelope helper",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    for endpoint in &program.endpoints {
        for exit in &endpoint.endpoint.summary.exits {
            let enveloped = matches!(exit.shape, Shape::Canonical | Shape::Envelope);
            if exit.owner == Owner::Provider && exit.kind == ExitKind::Http && !enveloped && seen.insert(exit.place) {
                let provider = program.model.function_name(exit.function);
                let owner = format!("{}:{provider}", program.model.dotted[exit.place.module.0 as usize]);
                let message = format!("the provider `{provider}` refuses with a bare error");
                sink.place(exit.place, &owner, &super::site_shape(program, exit), message);
            }
        }
    }
}
