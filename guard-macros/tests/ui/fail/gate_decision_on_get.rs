use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", no_gate = "only reads")]
async fn read() {}

fn main() {
    read();
}
