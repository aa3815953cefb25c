//! The state is inferred, given, or left open.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::request::Parts;
use guard::engine_route;
use guard::registry::Route;

#[derive(Clone)]
struct Pool;

#[derive(Clone)]
struct Cache<K, V>(K, V);

#[derive(Clone)]
struct App {
    pool: Pool,
    cache: Cache<u8, u8>,
}

impl FromRef<App> for Pool {
    fn from_ref(app: &App) -> Self {
        app.pool.clone()
    }
}

impl FromRef<App> for Cache<u8, u8> {
    fn from_ref(app: &App) -> Self {
        app.cache.clone()
    }
}

struct Locale;

impl FromRequestParts<App> for Locale {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

#[engine_route(method = GET, path = "/inferred", router = "a.b")]
async fn inferred(_: Locale, State(App { .. }): State<App>) {}

#[engine_route(method = GET, path = "/given", router = "a.b", state = App)]
async fn given(_: Locale, State(Pool): State<Pool>) {}

#[engine_route(method = GET, path = "/generic", router = "a.b", state = Cache<u8, u8>)]
async fn generic(State(_): State<Cache<u8, u8>>) {}

/// Two substates say nothing of the whole.
#[engine_route(method = GET, path = "/open", router = "a.b")]
async fn open(_: Locale, State(_): State<Pool>, State(_): State<Cache<u8, u8>>) {}

fn main() {
    let routes: [Route<App>; 4] = guard::routes![inferred, given, generic, open];
    assert_eq!(routes.len(), 4);
}
