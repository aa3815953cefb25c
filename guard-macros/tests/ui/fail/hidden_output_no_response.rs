use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn handler() -> impl Copy {
    true
}

fn main() {}
