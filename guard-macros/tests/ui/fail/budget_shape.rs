use guard::engine_route;

#[engine_route(
    method = POST,
    path = "/renders",
    router = "engines.render.routes",
    action = "render.start",
    budget = "0.25"
)]
async fn no_currency() {}

#[engine_route(
    method = POST,
    path = "/renders",
    router = "engines.render.routes",
    action = "render.start",
    budget = "0.2500001 EUR"
)]
async fn too_fine() {}

#[engine_route(
    method = POST,
    path = "/renders",
    router = "engines.render.routes",
    action = "render.start",
    budget = "0 EUR"
)]
async fn nothing() {}

#[engine_route(
    method = POST,
    path = "/renders",
    router = "engines.render.routes",
    action = "render.start",
    budget = 0.25
)]
async fn a_float() {}

fn main() {}
