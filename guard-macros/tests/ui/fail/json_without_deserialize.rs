use guard::engine_route;

struct Mask;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create", body = [])]
async fn handler(_: axum::Json<Mask>) {}

fn main() {}
