//! All keys, and what the constant then says.
#![deny(missing_docs, dead_code, unused)]

use guard::engine_route;
use guard::route::{Exemption, GateDecision, Method, RouteMeta};

/// Documented.
#[engine_route(
    method = PUT,
    path = "/video/masks/{mask_id}/{*rest}",
    router = "engines.video_mask.routes",
    tickets = ["ENG-STD-003", "PR-HARD-09"],
    resource_kind = "video_mask",
    action = "video_mask.update",
)]
pub fn update() {}

/// Documented.
#[engine_route(method = GET, path = "/", router = "a.b")]
pub fn read() {}

/// Documented.
#[engine_route(method = GET, path = "/export", router = "a.b", action = "export")]
pub fn gated_read() {}

/// Documented.
#[engine_route(method = POST, path = "/area", router = "a.b", tickets = [], no_gate = "stores nothing")]
pub fn measure() {}

/// Documented.
#[engine_route(method = POST, path = "/login", router = "engines.identity.routes_auth", exempt = "EX-002")]
pub fn login() {}

fn main() {
    (update(), read(), gated_read(), measure(), login());
    let RouteMeta { method, path, router, tickets, resource_kind, gate, exemption, .. } = UPDATE_ROUTE;
    assert_eq!(method, Method::Put);
    assert_eq!(path, "/video/masks/{mask_id}/{*rest}");
    assert_eq!(router, "engines.video_mask.routes");
    assert_eq!(tickets, ["ENG-STD-003", "PR-HARD-09"]);
    assert_eq!(resource_kind, Some("video_mask"));
    assert_eq!(gate, GateDecision::Action("video_mask.update"));
    assert_eq!(exemption, None);

    assert_eq!((READ_ROUTE.gate, READ_ROUTE.tickets.len()), (GateDecision::Reads, 0));
    assert_eq!(GATED_READ_ROUTE.gate, GateDecision::Action("export"));
    assert_eq!(MEASURE_ROUTE.gate, GateDecision::NoGate { reason: "stores nothing" });
    assert_eq!((LOGIN_ROUTE.gate, LOGIN_ROUTE.exemption), (GateDecision::Exempt, Some(Exemption::EX_002)));
}
