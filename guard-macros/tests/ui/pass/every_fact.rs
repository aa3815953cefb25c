//! All keys, and what the constant then says.

use std::time::Duration;

use axum::Json;
use guard::context::{ContextField, MissingStatus};
use guard::engine_route;
use guard::route::{Exemption, GateDecision, Method, RouteMeta};

#[engine_route(
    method = PUT,
    path = "/video/masks/{mask_id}/{*rest}",
    router = "engines.video_mask.routes",
    tickets = ["ENG-STD-003", "PR-HARD-09"],
    resource_kind = "video_mask",
    action = "video_mask.update",
    body = ["tenant_id", "mode", "project_id", "app_id", "surface_id", "user_id"],
    missing_status = 422,
    roles = ["owner", "admin"],
    flag = "video.masks",
    body_limit = 65_536,
    timeout = "250ms",
    state = (),
)]
async fn update(_: Json<u8>) {}

#[engine_route(method = GET, path = "/", router = "a.b")]
async fn read() {}

#[engine_route(method = GET, path = "/export", router = "a.b", action = "export", missing_status = 401)]
async fn gated_read() {}

#[engine_route(method = POST, path = "/area", router = "a.b", tickets = [], no_gate = "stores nothing", body = [])]
async fn measure(_: Json<u8>) {}

#[engine_route(
    method = POST,
    path = "/login",
    router = "engines.identity.routes_auth",
    exempt = "EX-002",
    flag = "login",
    body_limit = 1024,
    timeout = "2m"
)]
async fn login(_: Json<u8>) {}

fn main() {
    let RouteMeta { method, path, router, tickets, resource_kind, gate, exemption, .. } = UPDATE_ROUTE;
    assert_eq!(method, Method::Put);
    assert_eq!(path, "/video/masks/{mask_id}/{*rest}");
    assert_eq!(router, "engines.video_mask.routes");
    assert_eq!(tickets, ["ENG-STD-003", "PR-HARD-09"]);
    assert_eq!(resource_kind, Some("video_mask"));
    assert_eq!(gate, GateDecision::Action("video_mask.update"));
    assert_eq!(exemption, None);

    let RouteMeta { body_fields, missing_status, roles, flag, body_limit, timeout, .. } = UPDATE_ROUTE;
    assert_eq!(body_fields, ContextField::ALL);
    assert_eq!(missing_status, MissingStatus::UnprocessableEntity);
    assert_eq!(roles, ["owner", "admin"]);
    assert_eq!(flag, Some("video.masks"));
    assert_eq!(body_limit, Some(65_536));
    assert_eq!(timeout, Some(Duration::from_millis(250)));

    assert_eq!((READ_ROUTE.gate, READ_ROUTE.tickets.len()), (GateDecision::Reads, 0));
    assert_eq!((READ_ROUTE.flag, READ_ROUTE.body_limit, READ_ROUTE.timeout), (None, None, None));
    assert_eq!(GATED_READ_ROUTE.gate, GateDecision::Action("export"));
    assert_eq!(GATED_READ_ROUTE.missing_status, MissingStatus::Unauthorized);
    assert_eq!(MEASURE_ROUTE.gate, GateDecision::NoGate { reason: "stores nothing" });
    assert!(MEASURE_ROUTE.body_fields.is_empty() && MEASURE_ROUTE.roles.is_empty());
    assert_eq!((LOGIN_ROUTE.gate, LOGIN_ROUTE.exemption), (GateDecision::Exempt, Some(Exemption::EX_002)));
    assert_eq!(LOGIN_ROUTE.timeout, Some(Duration::from_secs(120)));

    let routes: [guard::registry::Route; 5] = guard::routes![update, read, gated_read, measure, login];
    assert_eq!(*routes[0].meta(), UPDATE_ROUTE);
}
