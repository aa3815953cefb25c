//! GL407: import-fails

use super::{Sink, declare_rule};
use crate::analysis::summary::OddityKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// An import inside a function, on the way of a request, of a module or symbol that does not exist.
    ///
    /// The module itself loads; every request that gets to the import fails with `ImportError`, a 500. An import whose
    /// error is caught is a choice, and is not reported.
    ImportFails {
        code: "GL407",
        name: "import-fails",
        severity: Error,
        confidence: High,
        help: "import what exists, or add what is missing",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    super::report_missing(program, sink, &[OddityKind::ImportFails]);
}
