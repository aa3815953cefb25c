use guard::context::RequestContext;
use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "engines.ops.status", exempt = "EX-001")]
async fn handler(#[cfg(all())] _: RequestContext) {}

fn main() {}
