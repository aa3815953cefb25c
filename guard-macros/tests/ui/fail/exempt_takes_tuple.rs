use axum::http::{HeaderMap, Uri};
use guard::context::RequestContext;
use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "engines.identity.routes_auth", exempt = "EX-002")]
async fn handler(_: (HeaderMap, (RequestContext, Uri))) {}

fn main() {}
