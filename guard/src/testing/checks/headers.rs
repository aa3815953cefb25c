//! Identity headers.

use crate::testing::Check;
use crate::testing::conformance::Plan;

/// The headers that must be there, and the codes of what can be wrong with them.
const REQUIRED: [(&str, &str, &str); 4] = [
    ("x-mode", "auth.mode_missing", "auth.mode_invalid"),
    ("x-tenant-id", "auth.tenant_missing", "auth.tenant_invalid"),
    ("x-project-id", "auth.project_missing", "auth.project_invalid"),
    ("x-app-id", "auth.app_missing", "auth.app_invalid"),
];

const LEGACY: [&str; 6] = ["dev", "development", "staging", "stage", "prod", "production"];

pub(super) fn checks(plan: &mut Plan<'_>) {
    let good = plan.good.clone();
    for (name, missing, _) in REQUIRED {
        let status = plan.route.missing_status;
        plan.fault(
            Check::MissingHeader,
            format!("without {name}"),
            good.clone().without(name),
            status,
            missing,
        );
    }
    let once = ["authorization", "last-event-id", "x-request-id", "x-surface-id"];
    for name in REQUIRED.into_iter().map(|(name, ..)| name).chain(once) {
        let value = good
            .value(name)
            .map_or(b"1".to_vec(), |value| value.as_bytes().to_vec());
        let twice = good.clone().with(name, &value).and(name, &value);
        plan.fault(
            Check::DuplicateHeader,
            format!("{name} twice"),
            twice,
            400,
            "auth.header_duplicate",
        );
    }
    let long = "a".repeat(129);
    let values: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("two values joined", b"t_a,t_b"),
        ("too long", long.as_bytes()),
        ("not ASCII", "t_ä".as_bytes()),
        ("not UTF-8", b"\xff"),
    ];
    let surface = ("x-surface-id", "", "auth.surface_invalid");
    for (name, _, invalid) in REQUIRED.into_iter().chain([surface]) {
        for (what, value) in values {
            plan.fault(
                Check::MalformedHeader,
                format!("{name} {what}"),
                good.clone().with(name, value),
                400,
                invalid,
            );
        }
    }
    for legacy in LEGACY {
        let draft = good.clone().with("x-mode", legacy);
        plan.fault(
            Check::LegacyMode,
            format!("x-mode: {legacy}"),
            draft,
            400,
            "auth.mode_invalid",
        );
    }
    let twins = [
        ("x_mode", "auth.mode_invalid"),
        ("x_tenant_id", "auth.tenant_invalid"),
        ("x_project_id", "auth.project_invalid"),
        ("x_app_id", "auth.app_invalid"),
        ("x_surface_id", "auth.surface_invalid"),
        ("x_user_id", "validation.error"),
        ("x_membership_role", "validation.error"),
    ];
    for (twin, code) in twins {
        let draft = good.clone().with(twin, "t_conformance_other");
        plan.fault(Check::UnderscoreTwin, twin, draft, 400, code);
    }
    plan.fault(
        Check::EnvHeader,
        "x-env",
        good.with("x-env", "prod"),
        400,
        "auth.env_forbidden",
    );
}
