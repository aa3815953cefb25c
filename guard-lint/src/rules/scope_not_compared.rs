//! GL107: scope-not-compared

use super::{Sink, declare_rule};
use crate::analysis::value::Facts;
use crate::model::FnId;
use crate::model::types::Ty;
use crate::report::model::IdentityVerdict;
use crate::source::facts::Span;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A tenant in the query, path or body that nothing compares with the context.
    ///
    /// The caller is known, and what the request says of the tenant is used all the same: a member of one tenant reads and
    /// writes another's rows. Contract, section 1: each repetition of the scope equals the context, byte for byte.
    ///
    /// ```python
    /// def save(row: Row, ctx: RequestContext = Depends(get_request_context)):
    ///     return table.put(row.tenant_id, row.key)  # row.tenant_id may be anyone's
    /// ```
    ScopeNotCompared {
        code: "GL107",
        name: "scope-not-compared",
        severity: Warning,
        confidence: Medium,
        help: "compare the request's tenant with the context before using it, or use the context's",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        let may = endpoint.endpoint.summary.may;
        let compared = may.has(Facts::COMPARED) || may.has(Facts::BOUND);
        if endpoint.identity != IdentityVerdict::Enforced || compared {
            continue;
        }
        let handler = program.route(endpoint).handler;
        for (name, span) in repetitions(program, handler) {
            let place = crate::model::Place {
                module: program.model.function(handler).module,
                span,
            };
            let message = format!(
                "nothing compares `{name}` of `{}` with the context",
                program.handler(endpoint)
            );
            sink.endpoint(endpoint, place, &name, message);
        }
    }
}

/// The parameters of a handler that repeat the tenant: by their own name, or as a model with such a field.
fn repetitions(program: &Judged<'_, '_, '_>, handler: FnId) -> Vec<(String, Span)> {
    let model = program.model;
    let tenant = model.literal("tenant_id");
    let info = model.function(handler);
    let mut found = Vec::new();
    for param in &info.facts.params {
        let name = model.text(param.name);
        if param.name == tenant {
            found.push((name.to_owned(), param.span));
        }
        let types = param
            .annotation
            .as_ref()
            .map(|annotation| model.annotation(info.module, annotation));
        let repeats = types.into_iter().flat_map(|types| types.all).any(|ty| match ty {
            Ty::Object { class, .. } => {
                let is_model = model.has_external_base(class, &["BaseModel", "SQLModel"]);
                is_model
                    && model
                        .ancestry(class)
                        .iter()
                        .any(|class| model.class(*class).fields.contains_key(&tenant))
            }
            _ => false,
        });
        if repeats {
            found.push((format!("{name}.tenant_id"), param.span));
        }
    }
    found
}
