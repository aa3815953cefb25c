use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", path = "/b", method = POST)]
async fn read() {}

fn main() {
    read();
}
