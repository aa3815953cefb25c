use guard::engine_route;

#[engine_route(method = GET, path = "/a/{b}/{c}", router = "a.b")]
async fn handler(_: axum::extract::Path<(String, u8, u8)>) {}

fn main() {}
