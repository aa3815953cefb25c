use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", missing_status = "422")]
async fn handler() {}

fn main() {}
