//! Methods and paths.

use std::collections::BTreeSet;

use http::Method;

use crate::testing::Check;
use crate::testing::answer::Expected;
use crate::testing::conformance::Plan;

const METHODS: [Method; 7] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
];

pub(super) fn checks(plan: &mut Plan<'_>) {
    let (good, route) = (plan.good.clone(), plan.route);
    let here = plan.manifest.routes.iter().filter(|other| other.path == route.path);
    let mut allowed: BTreeSet<&'static str> = here.map(|other| other.method.as_str()).collect();
    if allowed.contains("GET") {
        allowed.insert("HEAD");
    }
    for method in METHODS.into_iter().filter(|method| !allowed.contains(method.as_str())) {
        let what = format!("{method} {}", good.path);
        plan.expect(
            Check::WrongMethod,
            what,
            good.clone().method(method),
            Expected::Allow(allowed.clone()),
        );
    }

    // A path that a route's last parameter takes is no unknown one.
    let (stem, _) = good.path.rsplit_once('/').unwrap_or_default();
    let unknown = format!("{stem}/guard-conformance/no/such/route");
    if plan
        .manifest
        .routes
        .iter()
        .any(|other| takes_all(&other.path, &unknown))
    {
        plan.skip(
            Check::UnknownPath,
            "a route with a parameter for the rest of the path takes every path",
        );
    } else {
        let there = good.clone().path(&unknown);
        let nobody = there.clone().without("authorization");
        plan.fault(Check::UnknownPath, unknown.clone(), there, 404, "route.not_found");
        plan.fault(Check::HiddenPath, unknown, nobody, 401, "auth.token_missing");
    }
    let path = good.path.clone();
    for (what, broken) in [
        ("an empty segment", format!("/{path}")),
        ("a dot segment", format!("/x/..{path}")),
        ("an escaped slash", format!("{path}%2fx")),
        ("a semicolon", format!("{path};a=b")),
        ("an escaped NUL", format!("{path}%00")),
    ] {
        plan.fault(
            Check::PathSyntax,
            what,
            good.clone().path(broken),
            400,
            "validation.error",
        );
    }
}

/// Whether a pattern ends in a parameter for the rest that this path would be in.
fn takes_all(pattern: &str, path: &str) -> bool {
    let Some((stem, _)) = pattern.split_once("{*") else {
        return false;
    };
    let mut segments = path.split('/');
    stem.trim_end_matches('/').split('/').all(|wanted| {
        let found = segments.next();
        wanted.contains('{') || found == Some(wanted)
    })
}
