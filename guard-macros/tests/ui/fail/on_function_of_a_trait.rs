use guard::engine_route;

trait Sends {
    async fn send();
}

struct Chat;

impl Sends for Chat {
    #[engine_route(method = GET, path = "/a", router = "a.b")]
    async fn send() {}
}

fn main() {}
