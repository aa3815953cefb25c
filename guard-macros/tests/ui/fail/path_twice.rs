use axum::extract::Path;
use guard::engine_route;

#[engine_route(method = GET, path = "/a/{b}/{c}", router = "a.b")]
async fn handler(_: Path<String>, _: Path<u8>) {}

fn main() {}
