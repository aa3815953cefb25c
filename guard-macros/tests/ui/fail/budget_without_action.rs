use guard::engine_route;

#[engine_route(
    method = POST,
    path = "/renders",
    router = "engines.render.routes",
    no_gate = "it only looks something up",
    budget = "0.25 EUR"
)]
async fn ungated() {}

#[engine_route(method = GET, path = "/renders", router = "engines.render.routes", budget = "0.25 EUR")]
async fn reading() {}

#[engine_route(method = GET, path = "/status", router = "engines.ops.status", exempt = "EX-001", budget = "0.25 EUR")]
async fn exempt() {}

fn main() {}
