//! Tokens, and claims about them.

use crate::testing::Check;
use crate::testing::conformance::Plan;

pub(super) fn checks(plan: &mut Plan<'_>) {
    let good = plan.good.clone();
    let missing = if plan.route.stream.is_some() {
        "auth.ticket_missing"
    } else {
        "auth.token_missing"
    };
    for (what, draft, code) in [
        ("without a token", good.clone().without("authorization"), missing),
        (
            "another scheme",
            good.clone().with("authorization", "Basic dTpw"),
            "auth.token_missing",
        ),
    ] {
        plan.fault(Check::TokenMissing, what, draft, 401, code);
    }
    for token in ["Bearer nonsense", "Bearer", "Bearer a b", "Bearer e30.e30."] {
        let draft = good.clone().with("authorization", token);
        plan.fault(Check::TokenMalformed, token, draft, 401, "auth.token_invalid");
    }
    match plan.forged.clone() {
        Some(forged) => {
            let draft = good.clone().with("authorization", forged);
            plan.fault(Check::TokenForged, "a forged token", draft, 401, "auth.token_invalid");
        }
        None => plan.skip(Check::TokenForged, "the credentials forge no token"),
    }
    let expired = good.clone().with("authorization", &plan.expired);
    plan.fault(
        Check::TokenExpired,
        "a token that ended an hour ago",
        expired,
        401,
        "auth.token_expired",
    );
    let foreign = good.clone().with("authorization", &plan.foreign);
    plan.fault(
        Check::ForeignTenant,
        "a token of another tenant",
        foreign,
        403,
        "auth.tenant_mismatch",
    );
    for (name, value) in [
        ("x-user-id", "u_conformance_other"),
        ("x-membership-role", "conformance_other"),
    ] {
        let draft = good.clone().with(name, value);
        plan.fault(Check::IdentityOverride, name, draft, 403, "auth.identity_override");
    }
    if !plan.route.roles.is_empty() {
        let low = good.with("authorization", &plan.low);
        plan.fault(
            Check::InsufficientRole,
            "another role",
            low,
            403,
            "auth.insufficient_role",
        );
    }
}
