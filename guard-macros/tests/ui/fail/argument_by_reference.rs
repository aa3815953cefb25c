use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn handler(_: &axum::http::HeaderMap) {}

fn main() {}
