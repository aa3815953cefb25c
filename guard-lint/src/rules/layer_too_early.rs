//! GL703: layer-too-early

use super::{Sink, declare_rule};
use crate::analysis::is_guard;
use crate::model::rust::Origin;
use crate::report::model::IdentityVerdict;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A route that is added after the layer which should guard it.
    ///
    /// `Router::layer` and `Router::route_layer` cover the routes that the router has at that moment. What `route`, `nest` or
    /// `merge` adds later runs without the layer, and so do all routes of a router that is nested or merged.
    ///
    /// ```rust,ignore
    /// Router::new()
    ///     .route("/things", get(list))
    ///     .layer(from_fn(require_token))
    ///     .route("/things/{id}", delete(remove)) // anyone may
    /// ```
    LayerTooEarly {
        code: "GL703",
        name: "layer-too-early",
        severity: Error,
        confidence: High,
        help: "put the layer on after the last route, or put the routes that need none on a router of their own",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let Some(rust) = program.rust else { return };
    for endpoint in &program.endpoints {
        let Some(found) = program.found(endpoint) else { continue };
        let Origin::Plain { must, missed, .. } = &found.origin else {
            continue;
        };
        if matches!(endpoint.identity, IdentityVerdict::Enforced | IdentityVerdict::Exempt) {
            continue;
        }
        let guard = |layer: &&crate::model::rust::Layer<'_>| is_guard(program.analyzer, &rust.program, layer);
        if must.iter().any(|layer| guard(&layer)) {
            continue;
        }
        if let Some(layer) = missed.iter().find(guard) {
            let message = format!(
                "`{}` is added after the layer that guards the routes before it",
                program.handler(endpoint)
            );
            let earlier = program.evidence(layer.place, "this layer does not cover it".to_owned());
            sink.endpoint(endpoint, found.place, "", message)
                .with_trace(vec![earlier]);
        }
    }
}
