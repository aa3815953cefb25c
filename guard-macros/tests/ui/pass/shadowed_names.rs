//! No name in scope gets in the way: not the prelude's, not primitive types', not a module called like a crate.
#![allow(non_camel_case_types, dead_code)]

mod guard {}
mod axum {}
mod core {}
mod std {}
mod alloc {}
struct Option;
struct Some;
struct None;
struct Result;
struct Ok;
struct Err;
struct Vec;
struct Box;
struct String;
struct str;
struct u64;
struct bool;
struct Duration;
struct RouteMeta;
struct Method;
struct GateDecision;
struct Exemption;
struct ContextField;
struct MissingStatus;
struct Route;
struct Argument;
trait Send {}
trait Sync {}
trait Sized {}
trait Future {}
trait IntoResponse {}
trait FromRequest {}
trait Otherwise {
    const IDENTITY: () = ();
}
impl<T> Otherwise for T {}
fn any() {}
fn drop() {}
macro_rules! unreachable {
    () => {};
}
macro_rules! panic {
    () => {};
}

#[::guard::engine_route(
    method = GET,
    path = "/ops/status",
    router = "engines.ops.status",
    tickets = ["ENG-STD-001"],
    resource_kind = "ops",
    exempt = "EX-001",
    timeout = "5s"
)]
async fn status(_: ::axum::http::HeaderMap) -> &'static ::core::primitive::str {
    "ok"
}

#[::guard::engine_route(
    method = POST,
    path = "/masks",
    router = "a.b",
    action = "create",
    body = ["tenant_id"],
    missing_status = 401,
    roles = ["owner"],
    body_limit = 1
)]
async fn create(_: ::axum::extract::State<()>, _: ::axum::Json<()>) {}

fn main() {
    let routes: [::guard::registry::Route; 2] = ::guard::routes![status, create];
    assert!(::core::matches!(routes[0].meta().resource_kind, ::core::option::Option::Some("ops")));
}
