use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn handler() {
    let shared = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(shared);
}

fn main() {}
