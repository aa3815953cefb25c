use guard::engine_route;

#[engine_route(
    method = PATCH,
    path = "masks",
    router = "routes",
    tickets = ["3"],
    resource_kind = "",
    colour = "red"
)]
async fn update() {}

fn main() {
    // The function is still there: nothing here is reported.
    update();
}
