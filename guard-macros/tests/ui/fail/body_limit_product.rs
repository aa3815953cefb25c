use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create", body_limit = 64 * 1024)]
async fn handler() {}

fn main() {}
