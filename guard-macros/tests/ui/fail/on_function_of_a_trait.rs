use guard::engine_route;

trait Handler {
    async fn handler();
}

struct Handlers;

impl Handler for Handlers {
    #[engine_route(method = GET, path = "/a", router = "a.b")]
    async fn handler() {}
}

fn main() {}
