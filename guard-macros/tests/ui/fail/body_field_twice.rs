use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create", body = ["mode", "user_id", "mode"])]
async fn handler() {}

fn main() {}
