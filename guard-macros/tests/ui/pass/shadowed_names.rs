//! No name in scope gets in the way: not the prelude's, not primitive types', not a module called like the crate.
#![allow(non_camel_case_types, dead_code)]

mod guard {}
mod core {}
mod std {}
struct Option;
struct Some;
struct None;
struct str;
struct RouteMeta;
struct Method;
struct GateDecision;
struct Exemption;

#[::guard::engine_route(
    method = GET,
    path = "/ops/status",
    router = "engines.ops.status",
    tickets = ["ENG-STD-001"],
    resource_kind = "ops",
    exempt = "EX-001"
)]
fn status() {}

fn main() {
    status();
    assert!(matches!(STATUS_ROUTE.resource_kind, ::core::option::Option::Some("ops")));
}
