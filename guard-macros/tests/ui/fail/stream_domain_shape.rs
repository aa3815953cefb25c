#[guard::engine_route(method = GET, path = "/chat", router = "engines.chat.routes", stream = sse("Chat.Messages"))]
async fn follow() -> guard::stream::Subscribe {
    unreachable!()
}

fn main() {}
