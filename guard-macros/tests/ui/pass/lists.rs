//! `routes!` is empty, ends with a comma or not, and stands wherever a value does.

use guard::registry::Route;

mod a {
    pub(crate) mod b {
        #[guard::engine_route(method = GET, path = "/b", router = "a.b")]
        pub(crate) async fn r#type() {}
    }
}

use a::b::{TYPE_ROUTE, r#type};

fn more() -> impl Iterator<Item = Route> {
    guard::routes![a::b::r#type].into_iter().chain(guard::routes! { self::a::b::r#type, })
}

fn main() {
    let none: [Route; 0] = guard::routes![];
    assert!(none.is_empty());
    assert_eq!(more().count(), 2);
    let imported: Vec<Route> = guard::routes![r#type].into();
    assert_eq!(*imported[0].meta(), TYPE_ROUTE);
}
