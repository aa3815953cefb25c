//! GL404: name-undefined

use super::{Sink, declare_rule};
use crate::analysis::summary::OddityKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A name on the way of a request that nothing binds.
    ///
    /// Python looks a name up when the line runs: every request that gets there fails with `NameError`, a 500. A name that
    /// a star import, `globals()` or a comprehension may bind is never reported.
    NameUndefined {
        code: "GL404",
        name: "name-undefined",
        severity: Error,
        confidence: High,
        help: "import or define the name, or use the one that was meant",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    super::report_missing(program, sink, &[OddityKind::NameUndefined]);
}
