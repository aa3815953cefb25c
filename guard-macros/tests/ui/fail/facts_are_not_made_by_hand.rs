use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn read() {}

fn main() {
    read();
    let _ = guard::route::RouteMeta { path: "/b", ..READ_ROUTE };
}
