//! GL406: module-not-importable

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// A router's module that cannot be imported, with the chain of imports that breaks it.
    ///
    /// A module of the program's own that does not exist, a symbol that its module does not define, a file that is no
    /// Python, or a circle of imports in which a name is asked for before it is bound: whoever imports the router, and the
    /// application with it, fails before any request. Imports that are caught, conditional, or made for type checkers only
    /// are not counted, and a circle that works in some order is none.
    ModuleNotImportable {
        code: "GL406",
        name: "module-not-importable",
        severity: Error,
        confidence: High,
        help: "mend the import at the end of the chain",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let mut modules: Vec<_> = program.failures().iter().collect();
    modules.sort_unstable_by_key(|(module, _)| **module);
    for (module, failure) in modules {
        let name = &program.model.dotted[module.0 as usize];
        let first = failure.chain.first().map_or(failure.place, |(place, _)| *place);
        let message = format!("`{name}` cannot be imported: {}", failure.what);
        let steps = failure.chain.iter().map(|(place, loads)| {
            program.evidence(*place, format!("imports `{}`", program.model.dotted[loads.0 as usize]))
        });
        let end = program.evidence(failure.place, failure.what.clone());
        let trace = steps.chain(std::iter::once(end)).collect();
        let finding = sink.place(first, name, &failure.what, message).with_trace(trace);
        finding.router = Some(name.clone());
    }
}
