//! GL402: router-unmounted

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// A router with routes that no application includes.
    ///
    /// Its routes answer nobody. That may be meant; a ticket that asks for it to be mounted is not met.
    RouterUnmounted {
        code: "GL402",
        name: "router-unmounted",
        severity: Note,
        confidence: High,
        help: "include the router in an application, or remove it",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for id in program.routes.ids() {
        let router = program.routes.router(id);
        // An unlisted handler of a registry is a finding of its own.
        if program.routes.is_foreign(id)
            || router.routes.is_empty()
            || !program.routes.mountings[id.0 as usize].is_empty()
        {
            continue;
        }
        let module = program.routes.name(program.model, id);
        let name = format!("{module}:{}", program.model.text(router.variable));
        let finding = sink.place(router.place, &name, "", format!("no application includes `{name}`"));
        finding.router = Some(module.to_owned());
    }
}
