#[guard::engine_route(method = GET, path = "/a", router = "a.b")]
async fn show() {}

fn main() {
    let _: [guard::registry::Route; 1] = guard::routes!["show", show(), |_| (), show, , show as u8];
}
