use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", roles = ["Owner", "admin user", ""])]
async fn handler() {}

fn main() {}
