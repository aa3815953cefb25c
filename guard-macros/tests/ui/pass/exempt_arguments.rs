//! An exempt handler takes whatever does not say who asks, and a guarded one whatever does.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::{Extension, Json};
use guard::context::RequestContext;
use guard::credential::Identity;
use guard::engine_route;

#[engine_route(method = POST, path = "/login", router = "engines.identity.routes_auth", exempt = "EX-002")]
async fn login(
    State(_): State<Arc<str>>,
    _: (Method, (Uri, HeaderMap)),
    _: Option<Extension<u8>>,
    _: Result<Json<u8>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<u8>, ()> {
    Ok(Json(1))
}

#[engine_route(method = GET, path = "/me", router = "a.b")]
async fn me(State(_): State<Arc<str>>, _: RequestContext, _: Option<Extension<Arc<Identity>>>) {}

fn main() {
    let routes: [guard::registry::Route<Arc<str>>; 2] = guard::routes![login, me];
    assert_eq!(routes.len(), 2);
}
