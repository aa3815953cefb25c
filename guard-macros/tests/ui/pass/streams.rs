use std::future::Future;

use axum::extract::Path;
use guard::context::{OpaqueId, RequestContext};
use guard::envelope::ErrorEnvelope;
use guard::route::{StreamFacts, Transport};
use guard::stream::Subscribe;

#[guard::engine_route(method = GET, path = "/sse/chat/{id}", router = "engines.chat.routes", stream = sse("chat"))]
async fn events(Path(id): Path<OpaqueId>) -> Subscribe {
    Subscribe::to(id)
}

#[guard::engine_route(method = GET, path = "/ws/chat/{id}", router = "engines.chat.routes", stream = websocket("chat",))]
async fn socket(_: RequestContext, Path(id): Path<OpaqueId>) -> Result<Subscribe, ErrorEnvelope> {
    Ok(Subscribe::to(id).from_start())
}

#[guard::engine_route(
    method = GET,
    path = "/ws/canvas/{id}",
    router = "engines.canvas.routes",
    stream = websocket("canvas", hello)
)]
fn hello(Path(id): Path<OpaqueId>) -> impl Future<Output = Subscribe> + Send {
    async { Subscribe::to(id) }
}

fn main() {
    let routes: [guard::registry::Route; 3] = guard::routes![events, socket, hello];
    let facts: Vec<StreamFacts> = routes.iter().map(|route| route.meta().stream.unwrap()).collect();
    let transports: Vec<Transport> = facts.iter().map(|facts| facts.transport).collect();
    assert_eq!(transports, [Transport::Sse, Transport::Websocket, Transport::WebsocketHello]);
    assert_eq!(facts[2].domain, "canvas");
}
