use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "engines/video_mask/routes.py")]
fn file() {}

#[engine_route(method = GET, path = "/a", router = "routes")]
fn single() {}

fn main() {
    (file(), single());
}
