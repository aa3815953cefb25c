//! Nothing of the prelude is needed.
#![no_implicit_prelude]

#[::guard::engine_route(
    method = PATCH,
    path = "/masks/{id}",
    router = "a.b",
    action = "update",
    body = ["tenant_id"],
    roles = ["owner"],
    timeout = "5s"
)]
async fn update(_: ::axum::extract::Path<u8>, _: ::axum::Json<()>) -> ::core::result::Result<(), ()> {
    ::core::result::Result::Ok(())
}

#[::guard::engine_route(method = GET, path = "/ops/status", router = "engines.ops.status", exempt = "EX-001")]
async fn status(_: ::core::option::Option<::axum::Extension<u8>>) {}

fn main() {
    let routes: [::guard::registry::Route; 2] = ::guard::routes![update, status];
    ::core::assert_eq!(routes.len(), 2);
}
