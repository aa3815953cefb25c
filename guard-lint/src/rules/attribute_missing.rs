//! GL405: attribute-missing

use super::{Sink, declare_rule};
use crate::analysis::summary::OddityKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// An attribute, a method or an enum member on the way of a request that its class or module does not have.
    ///
    /// Every request that gets there fails with `AttributeError`, a 500. Reported only where the class is written out in
    /// the tree with all its bases and subclasses, and nothing anywhere assigns an attribute of that name. Where the class
    /// is only declared by an annotation, the confidence is medium.
    AttributeMissing {
        code: "GL405",
        name: "attribute-missing",
        severity: Error,
        confidence: High,
        help: "add the attribute to the class, or use the one that was meant",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let kinds = [true, false].map(|sure| OddityKind::AttributeMissing { sure });
    super::report_missing(program, sink, &kinds);
}
