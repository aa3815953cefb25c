use guard::engine_route;

#[engine_route(crate = crate::nowhere, method = GET, path = "/a", router = "a.b")]
async fn handler() {}

fn main() {}
