//! `crate = path` is where `guard` is found.

mod facade {
    pub(crate) mod inner {
        pub(crate) use ::guard::route;
    }
    pub(crate) use ::guard::engine_route as annotated;
}

#[facade::annotated(crate = crate::facade::inner, method = DELETE, path = "/a", router = "a.b", action = "a.delete")]
fn delete() {}

fn main() {
    delete();
    assert_eq!(DELETE_ROUTE.path, "/a");
}
