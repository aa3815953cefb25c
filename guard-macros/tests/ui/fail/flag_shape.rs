use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", flag = "video-masks")]
async fn handler() {}

fn main() {}
