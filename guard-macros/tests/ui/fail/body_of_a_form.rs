use axum::extract::RawForm;
use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create", body = ["tenant_id"])]
async fn handler(_: RawForm) {}

fn main() {}
