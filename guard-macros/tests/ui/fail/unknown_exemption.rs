use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "engines.ops.status", exempt = "EX-003")]
async fn read() {}

fn main() {
    read();
}
