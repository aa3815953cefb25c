use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "engines.identity.routes_auth", exempt = "EX-002")]
async fn handler<T>(_: T) {}

fn main() {}
