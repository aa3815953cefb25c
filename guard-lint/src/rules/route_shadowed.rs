//! GL401: route-shadowed

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// A route that never answers: an earlier one matches every request that it would.
    ///
    /// `/things/{id}` before `/things/special`, or the same path twice, in one router or across the routers of an application.
    RouteShadowed {
        code: "GL401",
        name: "route-shadowed",
        severity: Error,
        confidence: High,
        help: "register the more particular route first, or remove one of the two",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        let shadows = &program.routes.shadows[endpoint.endpoint.router.0 as usize];
        let Some((router, route)) = shadows[endpoint.endpoint.route] else {
            continue;
        };
        let by = &program.routes.router(router).routes[route];
        let message = format!(
            "`{}` never answers: an earlier route matches its requests",
            program.handler(endpoint)
        );
        let earlier = program.evidence(by.place, "this route answers first".to_owned());
        sink.endpoint(endpoint, program.place(endpoint), "", message)
            .with_trace(vec![earlier]);
    }
}
