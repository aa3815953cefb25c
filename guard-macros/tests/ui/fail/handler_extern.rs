use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
extern "C" fn handler() -> std::future::Ready<()> {
    std::future::ready(())
}

fn main() {}
