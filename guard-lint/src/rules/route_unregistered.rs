//! GL701: route-unregistered

use super::{Sink, declare_rule};
use crate::model::rust::Origin;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A handler with `#[engine_route]` that no engine gets.
    ///
    /// The attribute states facts and mounts nothing. What no `routes![...]` names that is given to `Engine::new` or
    /// `Engine::with_state` answers nobody, or is mounted elsewhere, where nothing of what it states is enforced.
    ///
    /// ```rust,ignore
    /// #[engine_route(method = GET, path = "/things", router = "engines.things.routes")]
    /// pub async fn list_things() -> Envelope<()> { Envelope::new(()) }
    ///
    /// Engine::new(settings, routes![]) // `list_things` is missing
    /// ```
    RouteUnregistered {
        code: "GL701",
        name: "route-unregistered",
        severity: Error,
        confidence: High,
        help: "name the handler in the `routes![...]` that the engine gets, or remove it",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        let Some(found) = program.found(endpoint) else { continue };
        if matches!(found.origin, Origin::Registry { listed: false, .. }) {
            let message = format!(
                "no engine gets `{}`: its facts are enforced nowhere",
                program.handler(endpoint)
            );
            sink.endpoint(endpoint, program.place(endpoint), "", message);
        }
    }
}
