use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "engines/video_mask/routes.py")]
async fn file() {}

#[engine_route(method = GET, path = "/a", router = "routes")]
async fn single() {}

fn main() {
    (file(), single());
}
