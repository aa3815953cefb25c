//! Users who forbid and deny everything.
#![deny(warnings, missing_docs, unused, deprecated, unreachable_pub, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, Uri, Version};
use guard::engine_route;

/// Documented, with an [`engine_route`] on it.
#[doc(alias = "several")]
#[engine_route(method = GET, path = "/many/{id}", router = "a.b", tickets = ["ENG-STD-001"])]
#[must_use]
#[allow(clippy::too_many_arguments)]
pub(crate) async fn many(
    State(()): State<()>,
    Path(_id): Path<String>,
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: (Method, Uri),
    _: Request,
) -> &'static str {
    "many"
}

/// Documented.
#[deprecated = "to be removed"]
#[engine_route(method = GET, path = "/old", router = "a.b")]
pub(crate) async fn old() {}

mod types {
    #[deprecated]
    pub(crate) type Old = axum::http::HeaderMap;
}

/// Documented.
#[expect(deprecated, reason = "it is the only one")]
#[engine_route(method = GET, path = "/older", router = "engines.ops.status", exempt = "EX-001")]
pub(crate) async fn older(_: types::Old) {}

fn main() {
    #[allow(deprecated)]
    let routes: [guard::registry::Route; 3] = guard::routes![many, old, older];
    assert_eq!(routes.len(), 3);
}
