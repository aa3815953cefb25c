use axum::Json;
use axum::http::HeaderMap;
use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create", body = [])]
async fn handler(_: Json<u8>, _: HeaderMap) {}

fn main() {}
