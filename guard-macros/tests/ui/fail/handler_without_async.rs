use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
fn handler() {}

fn main() {}
