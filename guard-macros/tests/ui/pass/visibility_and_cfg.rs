//! The constant is as visible as the function, and there exactly when the function is; `routes!` honours `cfg`.

mod routes {
    use guard::engine_route;

    #[engine_route(method = GET, path = "/a", router = "a.b")]
    pub async fn public() {}

    #[engine_route(method = GET, path = "/b", router = "a.b")]
    #[cfg(any())]
    pub async fn absent() {}

    #[cfg(any())]
    #[engine_route(method = GET, path = "/c", router = "a.b")]
    pub async fn absent_too() {}

    #[engine_route(method = GET, path = "/d", router = "a.b")]
    pub(super) async fn restricted() {}

    #[engine_route(method = GET, path = "/e", router = "a.b")]
    pub(super) async fn configured(#[cfg(any())] _: Nothing, #[cfg(all())] _: axum::http::Uri) {}

    // These names are free only because the functions are absent.
    pub const ABSENT_ROUTE: u8 = 1;
    pub const ABSENT_TOO_ROUTE: u8 = 2;
}

fn main() {
    assert_eq!((routes::ABSENT_ROUTE, routes::ABSENT_TOO_ROUTE), (1, 2));
    let listed: [guard::registry::Route; 3] = guard::routes![
        routes::public,
        #[cfg(any())]
        routes::absent,
        #[cfg(all())]
        crate::routes::restricted,
        #[cfg_attr(all(), cfg(any()))]
        routes::absent_too,
        routes::configured,
    ];
    assert_eq!(listed.map(|route| route.meta().path), ["/a", "/d", "/e"]);
}
