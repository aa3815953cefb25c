//! GL702: registry-bypassed

use super::{Sink, declare_rule};
use crate::model::rust::Origin;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A handler on a plain router of a crate that has an engine.
    ///
    /// The registry is the one list of routes: what is in it is guarded, gated and in the manifest. A route on an axum `Router`
    /// beside it is none of that, whatever `#[engine_route]` states on its handler.
    ///
    /// ```rust,ignore
    /// Router::new().route("/debug", get(dump)).fallback_service(engine)
    /// ```
    RegistryBypassed {
        code: "GL702",
        name: "registry-bypassed",
        severity: Error,
        confidence: High,
        help: "give the handler `#[engine_route]` and name it in `routes![...]`, instead of mounting it on a router",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        let Some(found) = program.found(endpoint) else { continue };
        if matches!(
            found.origin,
            Origin::Plain {
                beside_engine: true,
                ..
            }
        ) {
            let message = format!("`{}` is mounted past the engine's registry", program.handler(endpoint));
            sink.endpoint(endpoint, found.place, "", message);
        }
    }
}
