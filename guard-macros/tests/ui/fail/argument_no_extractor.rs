use axum::http::{HeaderMap, Uri};
use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn handler(_: HeaderMap, _: bool, _: Uri) {}

fn main() {}
