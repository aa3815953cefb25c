//! The function stays as it is, whatever it is.

use std::fmt::Debug;
use std::future::Future;

use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn generic<'a, T, F: Fn(u8) -> Vec<T>>(value: &'a T, _: F) -> impl Debug + use<'a, T, F>
where
    T: Debug + Sync,
{
    value
}

#[engine_route(method = GET, path = "/b", router = "a.b")]
pub(crate) const unsafe extern "C" fn qualified() {}

#[engine_route(method = GET, path = "/c", router = "a.b")]
fn r#match(mut n: u8) -> u8 {
    n += 1;
    n
}

struct Handlers;

impl Handlers {
    #[engine_route(method = GET, path = "/d", router = "a.b")]
    fn associated(&self) {}
}

fn is_future(_: impl Future) {}

fn main() {
    is_future(generic(&1, |_| Vec::new()));
    unsafe { qualified() };
    assert_eq!(r#match(1), 2);
    Handlers.associated();

    #[engine_route(method = GET, path = "/e", router = "a.b")]
    fn nested() {}
    nested();

    let paths = [GENERIC_ROUTE, QUALIFIED_ROUTE, MATCH_ROUTE, Handlers::ASSOCIATED_ROUTE, NESTED_ROUTE].map(|route| route.path);
    assert_eq!(paths, ["/a", "/b", "/c", "/d", "/e"]);
}
