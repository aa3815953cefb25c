use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async unsafe fn handler() {}

fn main() {}
