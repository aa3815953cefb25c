#[guard::engine_route(method = GET, path = "/a", router = "a.b")]
async fn generic<T>(_: T) {}

fn main() {
    let _: [guard::registry::Route; 1] = guard::routes![generic::<bool>];
}
