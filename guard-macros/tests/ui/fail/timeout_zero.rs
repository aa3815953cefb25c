use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", timeout = "0s")]
async fn handler() {}

fn main() {}
