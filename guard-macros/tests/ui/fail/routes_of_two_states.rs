use axum::extract::State;

#[guard::engine_route(method = GET, path = "/a", router = "a.b")]
async fn one(_: State<u8>) {}

#[guard::engine_route(method = GET, path = "/b", router = "a.b")]
async fn other(_: State<bool>) {}

fn main() {
    let _: [guard::registry::Route<u8>; 2] = guard::routes![one, other];
}
