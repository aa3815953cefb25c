use guard::engine_route;

struct Mask;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn handler() -> Result<Mask, ()> {
    Ok(Mask)
}

fn main() {}
