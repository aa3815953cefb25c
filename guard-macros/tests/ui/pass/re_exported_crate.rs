//! `crate = path` is where `guard` is found.

mod facade {
    pub(crate) use ::guard as inner;
    pub(crate) use ::guard::{engine_route as annotated, routes as listed};
}

mod guard {}

#[facade::annotated(crate = crate::facade::inner, method = DELETE, path = "/a", router = "a.b", action = "a.delete")]
async fn delete() {}

#[facade::annotated(
    crate = crate::facade::inner,
    method = GET,
    path = "/status",
    router = "engines.ops.status",
    exempt = "EX-001",
)]
async fn status(_: axum::http::HeaderMap) {}

fn main() {
    let routes: [facade::inner::registry::Route; 2] = facade::listed![crate = crate::facade::inner; delete, status];
    assert_eq!(routes[0].meta().path, "/a");
}
