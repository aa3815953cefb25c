use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create", no_gate = "stores nothing")]
async fn create() {}

#[engine_route(method = POST, path = "/a", router = "engines.ops.status", exempt = "EX-001", action = "create")]
async fn exempt() {}

fn main() {
    (create(), exempt());
}
