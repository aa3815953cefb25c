//! GL102: identity-partial

use super::{Sink, declare_rule};
use crate::report::model::IdentityVerdict;
use crate::verdict::judge::Judged;

declare_rule! {
    /// An endpoint that establishes who is calling on some paths only.
    ///
    /// A branch returns before the provider is asked, the provider may give nothing and nothing refuses that, its refusal is
    /// caught, or the router is also mounted without the dependency that the other mounting adds.
    ///
    /// ```python
    /// def thing(ctx: Optional[RequestContext] = Depends(optional_context)):
    ///     return service.read(ctx)  # ctx may be None
    /// ```
    IdentityPartial {
        code: "GL102",
        name: "identity-partial",
        severity: Error,
        confidence: High,
        help: "establish identity on every path before the work, and refuse a provider that gives nothing",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in program
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.identity == IdentityVerdict::Partial)
    {
        let message = format!(
            "`{}` establishes the caller's identity on some paths only",
            program.handler(endpoint)
        );
        let finding = sink.endpoint(endpoint, program.place(endpoint), "", message);
        if let Some(identity) = &endpoint.endpoint.summary.identity {
            let provider = program.evidence(identity.place, format!("established here, by `{}`", identity.what));
            finding.with_trace(vec![provider]);
        }
    }
}
