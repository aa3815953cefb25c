use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", body_limit = 1024)]
async fn handler() {}

fn main() {}
