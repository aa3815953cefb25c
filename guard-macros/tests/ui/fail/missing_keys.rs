use guard::engine_route;

#[engine_route]
async fn nothing() {}

#[engine_route(method = GET)]
async fn method_only() {}

#[engine_route(path = "/a", router = "a.b")]
async fn no_method() {}

fn main() {
    (nothing(), method_only(), no_method());
}
