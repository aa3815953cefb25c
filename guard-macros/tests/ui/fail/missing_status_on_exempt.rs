use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "engines.identity.routes_auth", exempt = "EX-002", missing_status = 401)]
async fn handler() {}

fn main() {}
