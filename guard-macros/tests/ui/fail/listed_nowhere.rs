//! A private handler that no list names is lost, and the compiler says so.
#![deny(dead_code)]

use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b")]
async fn lost() {}

#[engine_route(method = GET, path = "/b", router = "a.b")]
async fn listed() {}

fn main() {
    let _: [guard::registry::Route; 1] = guard::routes![listed];
}
