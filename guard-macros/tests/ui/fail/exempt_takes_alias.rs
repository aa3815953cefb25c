use axum::Extension;
use axum::http::HeaderMap;
use guard::context::RequestContext;
use guard::engine_route;

type Caller = Option<Extension<RequestContext>>;

#[engine_route(method = POST, path = "/a", router = "engines.identity.routes_auth", exempt = "EX-002")]
async fn handler(_: Caller, _: HeaderMap) {}

fn main() {}
