use axum::Extension;
use guard::engine_route;
use guard::layer::Admitted;

#[engine_route(method = GET, path = "/a", router = "engines.ops.status", exempt = "EX-001")]
async fn handler(_: Extension<Admitted>) {}

fn main() {}
