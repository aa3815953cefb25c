use guard::engine_route;

#[engine_route]
fn nothing() {}

#[engine_route(method = GET)]
fn method_only() {}

#[engine_route(path = "/a", router = "a.b")]
fn no_method() {}

fn main() {
    (nothing(), method_only(), no_method());
}
