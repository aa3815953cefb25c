//! Repetitions of the context.

use crate::context::ContextField;
use crate::testing::Check;
use crate::testing::conformance::Plan;

const MISMATCH: &str = "auth.context_mismatch";

pub(super) fn checks(plan: &mut Plan<'_>) {
    let good = plan.good.clone();
    for field in ContextField::ALL {
        let escaped = field.as_str().replace('_', "%5F");
        let value = plan.value(field).to_owned();
        for query in [
            format!("{field}=contradiction"),
            format!("{escaped}=contradiction"),
            format!("{field}[]=contradiction"),
            format!("{field}="),
            format!("{field}={value}&{field}={value}"),
        ] {
            plan.fault(
                Check::QueryRepetition,
                query.clone(),
                good.clone().query(query),
                400,
                MISMATCH,
            );
        }
        let path = plan.path(Some(field));
        if path != good.path {
            plan.fault(
                Check::PathRepetition,
                field.as_str(),
                good.clone().path(path),
                400,
                MISMATCH,
            );
        }
    }
    for &field in &plan.route.body_fields {
        for value in ["\"contradiction\"", "\"\"", "1", "{}"] {
            let body = format!("{{\"{field}\":{value}}}");
            plan.fault(
                Check::BodyRepetition,
                body.clone(),
                good.clone().json(body),
                400,
                MISMATCH,
            );
        }
        let escaped = field
            .as_str()
            .replacen(|_: char| true, &format!("\\u{:04x}", field.as_str().as_bytes()[0]), 1);
        let body = format!("{{\"{escaped}\":\"contradiction\"}}");
        plan.fault(
            Check::BodyRepetition,
            body.clone(),
            good.clone().json(body),
            400,
            MISMATCH,
        );
    }
}
