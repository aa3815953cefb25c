use guard::engine_route;

#[engine_route(method = GET, path = "a", router = "a.b")]
async fn relative() {}

#[engine_route(method = GET, path = "/a//b", router = "a.b")]
async fn empty_segment() {}

#[engine_route(method = GET, path = "/a/:id", router = "a.b")]
async fn colon() {}

#[engine_route(method = GET, path = "/a/{id}.json", router = "a.b")]
async fn partial() {}

#[engine_route(method = GET, path = "/{id}/{id}", router = "a.b")]
async fn twice() {}

#[engine_route(method = GET, path = "/{*rest}/a", router = "a.b")]
async fn rest_first() {}

#[engine_route(method = GET, path = "/{mask-id}", router = "a.b")]
async fn name() {}

#[engine_route(method = GET, path = "/a?b=c", router = "a.b")]
async fn query() {}

fn main() {
    (relative(), empty_segment(), colon(), partial(), twice(), rest_first(), name(), query());
}
