use axum::http::HeaderMap;
use guard::context::RequestContext;
use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "engines.ops.status", exempt = "EX-001")]
async fn handler(_: RequestContext, _: HeaderMap) {}

fn main() {}
