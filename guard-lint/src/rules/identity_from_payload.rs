//! GL104: identity-from-payload

use super::{Sink, declare_rule};
use crate::analysis::summary::OddityKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A request context made of what the client sent in its body, query or first message.
    ///
    /// Query parameters, path parameters, bodies and hello messages may repeat the scope; they never supply it (contract,
    /// section 1). Whoever writes the payload chooses the tenant.
    ///
    /// ```python
    /// def _validate_context(body):
    ///     return RequestContext(tenant_id=body.tenant_id, mode=body.mode, project_id=body.project_id)
    /// ```
    IdentityFromPayload {
        code: "GL104",
        name: "identity-from-payload",
        severity: Error,
        confidence: High,
        help: "take the context from the provider, and only compare it with what the payload repeats",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    super::each_oddity(program, &[OddityKind::ContextFromPayload], |endpoint, oddity, trace| {
        let message = format!(
            "`{}` takes the caller's identity from the payload",
            program.handler(endpoint)
        );
        sink.endpoint(endpoint, oddity.at.place, "", message).with_trace(trace);
    });
}
