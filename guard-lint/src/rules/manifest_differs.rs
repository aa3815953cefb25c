//! GL704: manifest-differs

use super::{Sink, declare_rule};
use crate::model::rust::Origin;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A route whose facts in the engine's manifest are not those of the source.
    ///
    /// With `--manifest FILE`, the JSON of `Engine::manifest()`. A route that stands in one and not in the other, or differs, says
    /// that the manifest is of another build, or that the engine serves what this source does not show.
    ManifestDiffers {
        code: "GL704",
        name: "manifest-differs",
        severity: Error,
        confidence: High,
        help: "write the manifest again from the engine that this source builds",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let Some(rust) = program.rust else { return };
    for difference in &rust.differences {
        let of = |wanted: usize| {
            let number = |endpoint: &&crate::verdict::judge::Judgement| {
                program.routes.found(endpoint.endpoint.router, endpoint.endpoint.route) == Some(wanted)
            };
            program.endpoints.iter().find(number)
        };
        if let Some(endpoint) = difference.endpoint.and_then(of) {
            sink.endpoint(
                endpoint,
                program.place(endpoint),
                &difference.message,
                difference.message.clone(),
            );
            continue;
        }
        // What the source lacks has no place in it: the first route of the registry stands for the list.
        let first = rust
            .found
            .iter()
            .find(|found| matches!(found.origin, Origin::Registry { .. }));
        if let Some(first) = first.or(rust.found.first()) {
            sink.place(first.place, &difference.route, "", difference.message.clone());
        }
    }
}
