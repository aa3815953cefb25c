#[guard::engine_route(method = GET, path = "/a", router = "engines.chat.routes", stream = sse("chat", hello))]
async fn hello_on_sse() -> guard::stream::Subscribe {
    unreachable!()
}

#[guard::engine_route(method = GET, path = "/b", router = "engines.chat.routes", stream = websocket("chat", goodbye))]
async fn unknown_option() -> guard::stream::Subscribe {
    unreachable!()
}

fn main() {}
