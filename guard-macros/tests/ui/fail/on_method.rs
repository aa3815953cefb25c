use guard::engine_route;

struct Handlers;

impl Handlers {
    #[engine_route(method = GET, path = "/a", router = "a.b")]
    async fn handler(&self) {}
}

fn main() {
    let _ = Handlers.handler();
}
