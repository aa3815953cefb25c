use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", path = "/b", method = POST)]
fn read() {}

fn main() {
    read();
}
