use guard::engine_route;

struct Chat;

impl Chat {
    #[engine_route(method = GET, path = "/a", router = "a.b")]
    async fn send(&self) {}
}

fn main() {
    let _ = Chat.send();
}
