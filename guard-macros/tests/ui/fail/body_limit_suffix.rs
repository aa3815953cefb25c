use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create", body_limit = 64u8)]
async fn handler() {}

fn main() {}
