use axum::Json;
use axum::extract::rejection::JsonRejection;
use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create")]
async fn handler(_: Result<Json<u8>, JsonRejection>) {}

fn main() {}
