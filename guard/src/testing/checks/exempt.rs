//! Routes that an exemption opens.

use super::bodies::ANNOUNCED;
use crate::testing::Check;
use crate::testing::answer::Expected;
use crate::testing::conformance::Plan;
use crate::testing::probe::Draft;

pub(super) fn checks(plan: &mut Plan<'_>) {
    let bare = Draft::new(plan.route.method.into(), plan.path(None));
    plan.expect(Check::ExemptOpen, "without any header", bare.clone(), Expected::Open);
    for (what, draft, status, code) in [
        ("x-env", bare.clone().with("x-env", "prod"), 400, "auth.env_forbidden"),
        (
            "x-tenant-id twice",
            bare.clone().and("x-tenant-id", "t_a").and("x-tenant-id", "t_a"),
            400,
            "auth.header_duplicate",
        ),
        (
            "x_tenant_id",
            bare.clone().with("x_tenant_id", "t_a"),
            400,
            "auth.tenant_invalid",
        ),
        (
            "a body over the limit",
            bare.clone().with("content-length", ANNOUNCED),
            413,
            "request.too_large",
        ),
    ] {
        plan.fault(Check::ExemptStrict, what, draft, status, code);
    }
}
