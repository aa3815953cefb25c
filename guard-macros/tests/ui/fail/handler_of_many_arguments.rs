use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn handler(_: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: (), _: ()) {}

fn main() {}
