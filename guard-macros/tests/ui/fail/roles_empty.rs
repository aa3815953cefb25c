use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", roles = [])]
async fn handler() {}

fn main() {}
