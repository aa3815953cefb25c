use guard::engine_route;

#[engine_route(method = get, path = "/a", router = "a.b")]
async fn lower() {}

#[engine_route(method = HEAD, path = "/a", router = "a.b")]
async fn head() {}

#[engine_route(method = OPTIONS, path = "/a", router = "a.b")]
async fn options() {}

#[engine_route(method = FETCH, path = "/a", router = "a.b")]
async fn fetch() {}

fn main() {
    (lower(), head(), options(), fetch());
}
