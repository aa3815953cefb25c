use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", resource_kind = "Video Mask", action = "Update!")]
async fn update() {}

#[engine_route(method = POST, path = "/a", router = "a.b", no_gate = " ")]
async fn blank_reason() {}

fn main() {
    (update(), blank_reason());
}
