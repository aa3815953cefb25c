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

    // These names are free only because the functions are absent.
    pub const ABSENT_ROUTE: u8 = 1;
    pub const ABSENT_TOO_ROUTE: u8 = 2;
}

fn main() {
    routes::public();
    assert_eq!(routes::PUBLIC_ROUTE.path, "/a");
    assert_eq!((routes::ABSENT_ROUTE, routes::ABSENT_TOO_ROUTE), (1, 2));
}
