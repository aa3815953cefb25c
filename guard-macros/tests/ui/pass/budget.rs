//! A budget becomes an exact amount, also on a route that reads under an action.

use guard::engine_route;
use guard::route::RouteBudget;

#[engine_route(
    method = POST,
    path = "/renders",
    router = "engines.render.routes",
    action = "render.start",
    budget = "0.25 EUR"
)]
async fn start() {}

#[engine_route(
    method = GET,
    path = "/renders",
    router = "engines.render.routes",
    action = "render.list",
    budget = "1000000000 USD"
)]
async fn list() {}

#[engine_route(method = DELETE, path = "/renders", router = "engines.render.routes", action = "render.clear")]
async fn clear() {}

fn main() {
    let shown = |budget: Option<RouteBudget>| budget.map(|budget| budget.to_string());
    assert_eq!(shown(START_ROUTE.budget).as_deref(), Some("0.25 EUR"));
    assert_eq!(shown(LIST_ROUTE.budget).as_deref(), Some("1000000000 USD"));
    assert_eq!(shown(CLEAR_ROUTE.budget), None);
}
