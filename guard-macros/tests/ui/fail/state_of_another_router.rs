use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use guard::engine_route;

struct App;
struct Locale;

impl FromRequestParts<App> for Locale {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

// Without a `State<App>` argument and without `state = App`, the state is `()`.
#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn handler(_: Locale) {}

fn main() {}
