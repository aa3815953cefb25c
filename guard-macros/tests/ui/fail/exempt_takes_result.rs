use guard::context::RequestContext;
use guard::engine_route;
use guard::envelope::ErrorEnvelope;

#[engine_route(method = POST, path = "/a", router = "engines.identity.routes_auth", exempt = "EX-002")]
async fn handler(_: Result<RequestContext, ErrorEnvelope>) {}

fn main() {}
