use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
fn handler() -> &'static str {
    "now"
}

fn main() {}
