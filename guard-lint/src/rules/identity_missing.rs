//! GL101: identity-missing

use super::{Sink, declare_rule};
use crate::report::model::IdentityVerdict;
use crate::verdict::judge::Judged;

declare_rule! {
    /// An endpoint that never establishes who is calling.
    ///
    /// No dependency of the endpoint, its router, the including routers or the application, and no call before its work, makes
    /// a request context of the identity headers or of a verified credential. Contract, section 1: `X-Mode`, `X-Tenant-Id`,
    /// `X-Project-Id` and `X-App-Id` are required on every route that no ticket exempts.
    ///
    /// ```python
    /// @router.post("/things")
    /// def create_thing(body: Thing):  # anyone may
    ///     return service.create(body)
    /// ```
    IdentityMissing {
        code: "GL101",
        name: "identity-missing",
        severity: Error,
        confidence: High,
        help: "depend on the identity provider at the parameter, the decorator, the router or the application",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in program
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.identity == IdentityVerdict::Missing)
    {
        let message = format!(
            "`{}` never establishes the caller's identity",
            program.handler(endpoint)
        );
        sink.endpoint(endpoint, program.place(endpoint), "", message);
    }
}
