#[guard::engine_route(method = GET, path = "/status", router = "engines.ops.status", exempt = "EX-001", stream = sse("status"))]
async fn follow() -> guard::stream::Subscribe {
    unreachable!()
}

fn main() {}
