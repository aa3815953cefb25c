//! Facts of several routes make one list, in a constant; a macro can write routes.

use axum::extract::State;
use guard::engine_route;
use guard::route::RouteMeta;

macro_rules! reader {
    ($name:ident, $path:literal, $state:ty) => {
        #[engine_route(method = GET, path = $path, router = "a.b", state = $state)]
        async fn $name(_: $state, _: State<$state>) {}
    };
}

#[derive(Clone)]
struct App;

impl<S: Sync> axum::extract::FromRequestParts<S> for App {
    type Rejection = ();

    async fn from_request_parts(_: &mut axum::http::request::Parts, _: &S) -> Result<Self, ()> {
        Ok(Self)
    }
}

reader!(first, "/first", App);
reader!(second, "/second", App);

const ROUTES: &[RouteMeta] = &[FIRST_ROUTE, SECOND_ROUTE];

fn main() {
    let routes: [guard::registry::Route<App>; 2] = guard::routes![first, second];
    assert_eq!(routes.each_ref().map(|route| *route.meta()), ROUTES);
    assert_eq!(ROUTES.iter().map(|route| route.path).collect::<Vec<_>>(), ["/first", "/second"]);
}
