//! Bodies.

use crate::testing::Check;
use crate::testing::conformance::Plan;
use crate::testing::probe::ProbeBody;

/// More than any limit, and a number that every parser of lengths reads.
pub(super) const ANNOUNCED: &str = "9000000000000000000";

pub(super) fn checks(plan: &mut Plan<'_>) {
    let good = plan.good.clone();
    let announced = good.clone().with("content-length", ANNOUNCED);
    plan.fault(Check::OversizeBody, "announced", announced, 413, "request.too_large");
    let Some(field) = plan.route.body_fields.first() else {
        if plan.route.method.is_mutating() {
            let reason = "its body is its handler's to read, and no handler is called";
            plan.skip(Check::MalformedJson, reason);
        }
        return;
    };
    let streamed = good.clone().body(ProbeBody::Endless);
    plan.fault(Check::OversizeBody, "streamed", streamed, 413, "request.too_large");
    let value = plan.value(*field);
    let twice = format!("{{\"{field}\":\"{value}\",\"{field}\":\"{value}\"}}");
    for body in ["{", "", "[]", "null", "{} {}", "{\"a\":}", &twice] {
        plan.fault(
            Check::MalformedJson,
            format!("body {body:?}"),
            good.clone().json(body),
            400,
            "validation.error",
        );
    }
    for (what, draft) in [
        ("text/plain", good.clone().with("content-type", "text/plain")),
        ("no content type", good.clone().without("content-type")),
        ("compressed", good.clone().with("content-encoding", "gzip")),
    ] {
        plan.fault(Check::MediaType, what, draft, 415, "request.unsupported_media_type");
    }
}
