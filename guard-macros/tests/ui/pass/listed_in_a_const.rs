//! Facts of several routes make one list, in a constant.

use guard::engine_route;
use guard::route::RouteMeta;

macro_rules! reader {
    ($name:ident, $path:literal) => {
        #[engine_route(method = GET, path = $path, router = "a.b")]
        fn $name() {}
    };
}

reader!(first, "/first");
reader!(second, "/second");

const ROUTES: &[RouteMeta] = &[FIRST_ROUTE, SECOND_ROUTE];

fn main() {
    first();
    second();
    assert_eq!(ROUTES.iter().map(|route| route.path).collect::<Vec<_>>(), ["/first", "/second"]);
}
