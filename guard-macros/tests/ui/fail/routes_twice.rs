mod chat {
    #[guard::engine_route(method = GET, path = "/a", router = "a.b")]
    pub async fn send() {}
}

fn main() {
    let _: [guard::registry::Route; 2] = guard::routes![chat::send, chat::send];
}
