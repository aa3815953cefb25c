//! The constant is as visible as the function, and there exactly when the function is.

mod routes {
    use guard::engine_route;

    #[engine_route(method = GET, path = "/a", router = "a.b")]
    pub fn public() {}

    #[engine_route(method = GET, path = "/b", router = "a.b")]
    #[cfg(any())]
    pub fn absent() {}

    #[cfg(any())]
    #[engine_route(method = GET, path = "/c", router = "a.b")]
    pub fn absent_too() {}
}

// A name that is free only if the constant is absent.
#[allow(unused_imports)]
use routes::*;
const ABSENT_ROUTE: u8 = 1;

fn main() {
    routes::public();
    assert_eq!(PUBLIC_ROUTE.path, "/a");
    assert_eq!(ABSENT_ROUTE, 1);
}
