use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "engines.ops.debug", exempt = "EX-001")]
async fn read() {}

fn main() {
    read();
}
