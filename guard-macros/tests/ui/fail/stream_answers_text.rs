use guard::stream::Subscribe;

#[guard::engine_route(method = GET, path = "/a", router = "engines.chat.routes", stream = sse("chat"))]
async fn text() -> &'static str {
    "events"
}

#[guard::engine_route(method = GET, path = "/b", router = "engines.chat.routes", stream = sse("chat"))]
async fn nothing() {}

#[guard::engine_route(method = GET, path = "/c", router = "engines.chat.routes", stream = sse("chat"))]
async fn perhaps() -> Option<Subscribe> {
    None
}

fn main() {}
