use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", timeout = 5)]
async fn handler() {}

fn main() {}
