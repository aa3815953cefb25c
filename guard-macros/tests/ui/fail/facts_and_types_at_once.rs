use axum::Json;
use guard::engine_route;

#[engine_route(method = PUT, path = "/a", router = "a.b", flag = "A", timeout = "soon", roles = ["owner", "Owner"])]
async fn handler(_: bool, _: Json<u8>, _: axum::http::Uri) -> Result<bool, ()> {
    Ok(true)
}

fn main() {
    // The constant is still there: nothing here is reported.
    let _ = HANDLER_ROUTE.path;
    let _: [guard::registry::Route; 0] = guard::routes![];
}
