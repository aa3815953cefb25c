use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "engines.ops.debug", exempt = "EX-001")]
fn read() {}

fn main() {
    read();
}
