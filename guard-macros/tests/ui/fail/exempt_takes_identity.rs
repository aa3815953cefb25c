use std::sync::Arc;

use axum::Extension;
use axum::http::HeaderMap;
use guard::credential::Identity;
use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "engines.identity.routes_auth", exempt = "EX-002")]
async fn handler(_: HeaderMap, _: Extension<Arc<Identity>>) {}

fn main() {}
