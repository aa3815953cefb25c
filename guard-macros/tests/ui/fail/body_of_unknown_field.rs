use guard::engine_route;

#[engine_route(method = POST, path = "/a", router = "a.b", action = "create", body = ["tenant", "Tenant_id"])]
async fn handler() {}

fn main() {}
