use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn handler() {}

const HANDLER_ROUTE: u8 = 1;

fn main() {}
