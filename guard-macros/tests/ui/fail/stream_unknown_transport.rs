#[guard::engine_route(method = GET, path = "/chat", router = "engines.chat.routes", stream = pigeon("chat"))]
async fn follow() -> guard::stream::Subscribe {
    unreachable!()
}

#[guard::engine_route(method = GET, path = "/chat2", router = "engines.chat.routes", stream = "chat")]
async fn follow_text() -> guard::stream::Subscribe {
    unreachable!()
}

fn main() {}
