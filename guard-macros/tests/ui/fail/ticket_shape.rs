use guard::engine_route;

#[engine_route(method = GET, path = "/a", router = "a.b", tickets = ["ENG-STD-3", "eng-std-003", "PR-HARD-01", "PR-HARD-01", "EX-001"])]
async fn read() {}

fn main() {
    read();
}
