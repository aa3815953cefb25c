use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create")]
async fn handler(_: axum::Json<u8>) {}

fn main() {}
