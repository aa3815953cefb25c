//! The function stays as it is, whatever kind of handler it is.

use std::fmt::Display;
use std::future::{Future, Ready, ready};

use axum::extract::{FromRequest, Path, Request, State};
use axum::response::IntoResponse;
use guard::engine_route;
use guard::registry::Route;

#[engine_route(method = GET, path = "/a/{id}", router = "a.b")]
async fn generic<'a, T, S>(State(_): State<S>, Path(id): Path<T>) -> impl IntoResponse + use<'a, T, S>
where
    T: Display,
{
    id.to_string()
}

#[engine_route(method = POST, path = "/b", router = "a.b", no_gate = "stores nothing")]
async fn some_trait(body: impl FromRequest<()> + IntoResponse) -> impl IntoResponse {
    body
}

#[engine_route(method = GET, path = "/c", router = "a.b")]
pub(crate) async fn r#match(mut request: Request) -> Result<&'static str, ()> {
    request.extensions_mut().clear();
    Ok("matched")
}

#[engine_route(method = GET, path = "/d", router = "a.b")]
fn no_async() -> impl Future<Output = &'static str> + Send {
    async { "later" }
}

#[engine_route(method = GET, path = "/e", router = "a.b")]
fn named_future(State(()): State<()>) -> Ready<String> {
    ready(String::new())
}

#[engine_route(method = GET, path = "/{a}/{b}", router = "a.b")]
async fn parameters(Path((_, _)): Path<(String, u8)>) {}

fn main() {
    #[engine_route(method = GET, path = "/h", router = "a.b")]
    async fn nested() {}

    // A type for `impl Trait` cannot be given: only an inferring call could mount it.
    let routes: [Route<()>; 6] = guard::routes![
        generic::<u8, ()>,
        r#match,
        no_async,
        named_future,
        parameters,
        nested,
    ];
    assert_eq!(SOME_TRAIT_ROUTE.path, "/b");
    let _ = |body: axum::body::Bytes| some_trait(body);
    let paths = routes.map(|route| route.meta().path);
    assert_eq!(paths, ["/a/{id}", "/c", "/d", "/e", "/{a}/{b}", "/h"]);
}
