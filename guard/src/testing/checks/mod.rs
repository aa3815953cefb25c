//! The checks, by what they are about. Each adds its requests to a plan.

mod bodies;
mod credentials;
mod exempt;
mod headers;
mod repetitions;
mod routing;
mod streams;

use super::conformance::Plan;

/// Every request for a route.
pub(super) fn of_route(mut plan: Plan<'_>) -> Plan<'_> {
    if plan.route.exemption.is_some() {
        exempt::checks(&mut plan);
        return plan;
    }
    if streams::begins_with_hello(&mut plan) {
        return plan;
    }
    headers::checks(&mut plan);
    credentials::checks(&mut plan);
    repetitions::checks(&mut plan);
    bodies::checks(&mut plan);
    routing::checks(&mut plan);
    streams::checks(&mut plan);
    plan
}
