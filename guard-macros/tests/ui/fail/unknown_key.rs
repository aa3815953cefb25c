use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", ticket = "ENG-STD-003")]
async fn read() {}

fn main() {
    read();
}
