use guard::engine_route;

#[engine_route(method = POST, path = "/masks", router = "engines.video_mask.routes")]
async fn create() {}

#[engine_route(method = DELETE, path = "/masks/{id}", router = "engines.video_mask.routes")]
async fn delete() {}

fn main() {
    let _ = (create(), delete());
}
