use guard::engine_route;

#[engine_route(method = "GET", path = a, router = 1, tickets = "ENG-STD-003", resource_kind =, action, crate = "guard")]
async fn read() {}

#[engine_route(method = GET, path = "/a", router = "a.b", , "EX-001", exempt: "EX-001")]
async fn punctuation() {}

fn main() {
    (read(), punctuation());
}
