#[guard::engine_route(method = POST, path = "/chat", router = "engines.chat.routes", no_gate = "reads", stream = sse("chat"))]
async fn follow() -> guard::stream::Subscribe {
    unreachable!()
}

fn main() {}
