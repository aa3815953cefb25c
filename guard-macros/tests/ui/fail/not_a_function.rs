use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
struct Handler;

fn main() {
    let _ = Handler;
}
