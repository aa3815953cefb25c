//! GL106: provider-called-directly

use super::{Sink, declare_rule};
use crate::analysis::summary::OddityKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A dependency called as a plain function, so that the framework's default objects reach it.
    ///
    /// A parameter with the default `Header(None)` is filled by the framework only when the framework makes the call. In a plain
    /// call the parameter is the `Header` object itself: it is true, it is no string, and it ends up in the context.
    ProviderCalledDirectly {
        code: "GL106",
        name: "provider-called-directly",
        severity: Warning,
        confidence: High,
        help: "declare the provider with Depends, or pass every parameter that has a framework default",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let kinds = [OddityKind::FrameworkDefaults, OddityKind::FrameworkIdentity];
    super::each_oddity(program, &kinds, |endpoint, oddity, trace| {
        sink.endpoint(endpoint, oddity.at.place, &oddity.at.what, oddity.at.what.clone())
            .with_trace(trace);
    });
}
