//! Routers as axum applications put them together.

use crate::{report, routes};

const MANIFEST: &str = "[package]\nname = \"shop\"\n";

/// The routes of a crate whose `main.rs` says this.
fn routes_of(main: &str) -> Vec<String> {
    routes(&report(&[("Cargo.toml", MANIFEST), ("src/main.rs", main)]))
}

#[test]
fn a_helper_is_given_the_handler() {
    let main = r#"
use axum::{Router, handler::Handler, routing::{MethodRouter, get, post}};
fn page<H: Handler<T, S>, T, S>(handler: H) -> MethodRouter<S> { get(handler).layer(Trace) }
fn form(handler: fn()) -> MethodRouter { post(handler) }
async fn index() {}
async fn send() {}
fn main() {
    Router::new().route("/", page(index)).route("/send", form(send)).route("/now", page(|| async {}));
}
"#;
    assert_eq!(
        routes_of(main),
        ["GET / index", "GET /now <closure>", "POST /send send"]
    );
}

#[test]
fn routers_are_gathered_in_a_list() {
    let main = |gather: &str| {
        format!(
            r#"
use axum::{{Router, routing::get}};
async fn a() {{}}
async fn b() {{}}
async fn c() {{}}
fn router(with_b: bool) -> Router {{
    let mut parts = vec![Router::new().route("/a", get(a))];
    if with_b {{
        parts.push(Router::new().route("/b", get(b)));
    }} else {{
        parts.push(Router::new().route("/c", get(c)));
    }}
    {gather}
}}
"#
        )
    };
    for gather in [
        "let mut all = Router::new();\nfor part in parts { all = all.merge(part); }\nRouter::new().nest(\"/v1\", all)",
        "let all = parts.into_iter().fold(Router::new(), |all, part| all.merge(part));\nRouter::new().nest(\"/v1\", all)",
    ] {
        let expected = ["GET /v1/a a", "GET /v1/b b", "GET /v1/c c"];
        assert_eq!(routes_of(&main(gather)), expected, "{gather}");
    }
}

#[test]
fn helpers_that_call_helpers_twice_cost_no_more_than_they_are_worth() {
    let mut main = String::from(
        "use axum::{Router, routing::get};\nasync fn a() {}\nfn f20(h: fn()) -> Router { Router::new().route(\"/a\", get(h)) }\n",
    );
    for depth in 0..20 {
        let next = depth + 1;
        main += &format!("fn f{depth}(h: fn()) -> Router {{ f{next}(h).merge(f{next}(h)) }}\n");
    }
    main += "fn main() { f0(a); }\n";
    assert!(routes_of(&main).iter().any(|route| route.starts_with("GET /a ")));
}

#[test]
fn a_router_that_comes_as_an_argument_gets_its_routes() {
    let main = |call: &str| {
        format!(
            r#"
use axum::{{Router, routing::get}};
async fn a() {{}}
fn add(api: Router, depth: u32) -> Router {{ api.route("/a", get(a)) }}
fn main() {{ {call} }}
"#
        )
    };
    for (call, expected) in [
        ("Router::new().nest(\"/v1\", add(Router::new(), 1));", "GET /v1/a a"),
        ("service.attach(add);", "GET /a a"),
    ] {
        assert_eq!(routes_of(&main(call)), [expected], "{call}");
    }
}

#[test]
fn a_called_function_may_serve_its_router_itself() {
    let main = r#"
use axum::{Router, routing::get};
mod v1 {
    use super::*;
    async fn a() {}
    pub fn router() -> Router { Router::new().route("/a", get(a)) }
}
async fn run() {
    let app = Router::new().nest("/v1", v1::router());
    axum::serve(listener, app).await;
}
fn main() {
    registry().layer(Trace);
    run();
}
"#;
    assert_eq!(routes_of(main), ["GET /v1/a a"]);
}

#[test]
fn aide_documents_beside_the_handler() {
    let main = r#"
use aide::axum::{ApiRouter, routing::{get, get_with, post_with}};
async fn ping() {}
async fn list() {}
async fn send() {}
fn main() {
    let inner = ApiRouter::new()
        .api_route("/ping", get(ping).head(ping))
        .api_route_with("/list", get_with(list, |op| op.id("list")).post_with(send, describe), tag);
    ApiRouter::new().nest_api_service("/api", inner.with_state(1)).finish_api(&mut api);
}
"#;
    let expected = [
        "GET /api/list list",
        "GET /api/ping ping",
        "HEAD /api/ping ping",
        "POST /api/list send",
    ];
    assert_eq!(routes_of(main), expected);
}

#[test]
fn types_and_constants_state_paths() {
    let main = r#"
use axum::{Router, routing::get};
use axum_extra::routing::{RouterExt, TypedPath};
#[derive(TypedPath)]
#[typed_path("/users/{id}", rejection(Refused))]
struct UserPath { id: u64 }
async fn user(UserPath { id }: UserPath) {}
async fn about() {}
async fn health() {}
async fn login() {}
struct About;
impl About { const PATH: &'static str = "/about"; }
trait Page { const PATH: &'static str; }
trait Route { fn path() -> &'static str; }
impl<T: Page> Route for T { fn path() -> &'static str { Self::PATH } }
struct Health;
impl Page for Health { const PATH: &'static str = "/health"; }
struct Login;
impl Route for Login { fn path() -> &'static str { "/login" } }
fn main() {
    Router::new()
        .typed_get(user)
        .route_with_tsr(About::PATH, get(about))
        .route(Health::path(), get(health))
        .route(Login::path(), get(login));
}
"#;
    let expected = [
        "GET /about about",
        "GET /health health",
        "GET /login login",
        "GET /users/{id} user",
    ];
    assert_eq!(routes_of(main), expected);
}

#[test]
fn a_function_beside_a_module_of_its_name_is_the_handler() {
    let main = r#"
use axum::{Router, routing::get};
mod pages {
    mod health { pub async fn health() {} }
    mod list { pub async fn handler() {} }
    pub use self::{health::*, list::handler as list};
}
fn main() {
    Router::new().route("/health", get(pages::health)).route("/list", get(pages::list));
}
"#;
    assert_eq!(routes_of(main), ["GET /health health", "GET /list handler"]);
}

/// Each of 24 modules hands on all others, so there are more ways to a name than anybody can walk.
#[test]
fn modules_that_hand_on_each_other_are_asked_once() {
    let modules: String = (0..24)
        .map(|own| {
            let others: String = (0..24)
                .filter(|other| *other != own)
                .map(|other| format!("pub use super::m{other}::*; "))
                .collect();
            let handler = if own == 23 { "pub async fn health() {}" } else { "" };
            format!("mod m{own} {{ {others}{handler} }}\n")
        })
        .collect();
    let main = format!(
        r#"
use axum::{{Router, routing::get}};
{modules}
use m0::*;
fn main() {{
    Router::new().route("/health", get(health)).route("/other", get(nowhere));
}}
"#
    );
    // What is nowhere stands under the function that registers it.
    assert_eq!(routes_of(&main), ["GET /health health", "GET /other main"]);
}

#[test]
fn a_prefix_that_may_be_empty_makes_no_second_route() {
    let main = |otherwise: &str| {
        format!(
            r#"
use axum::{{Router, routing::get}};
async fn a() {{}}
fn router(settings: Settings) -> Router {{
    let routes = Router::new().route("/", get(a)).route("/a", get(a));
    if settings.path.is_empty() {{ {otherwise} }} else {{ Router::new().nest(settings.path, routes) }}
}}
"#
        )
    };
    assert_eq!(routes_of(&main("routes")), ["GET / a", "GET /a a"]);
    let expected = ["GET /? a", "GET /?/a a"];
    assert_eq!(routes_of(&main("Router::new().nest(settings.path, routes)")), expected);
}

#[test]
fn utoipa_may_list_the_methods() {
    let main = r#"
use utoipa_axum::{router::OpenApiRouter, routes};
#[utoipa::path(method(get, head), path = "/health", responses((status = OK)))]
async fn health() {}
#[utoipa::path(post, path = "/send", request_body = Form)]
async fn send() {}
fn main() {
    let (router, api) = OpenApiRouter::new().routes(routes!(health)).routes(routes!(send)).split_for_parts();
}
"#;
    assert_eq!(routes_of(main), ["GET,HEAD /health health", "POST /send send"]);
}

#[test]
fn a_manifest_may_name_the_file_of_a_binary() {
    let server =
        "use axum::{Router, routing::get};\nasync fn a() {}\nfn main() { Router::new().route(\"/a\", get(a)); }\n";
    for (target, routed) in [
        ("[[bin]]\nname = \"server\"\npath = \"src/server.rs\"\n", true),
        ("", false),
    ] {
        let manifest = format!("{MANIFEST}{target}");
        let report = report(&[
            ("Cargo.toml", manifest.as_str()),
            (
                "src/lib.rs",
                "use axum::Router;\npub fn empty() -> Router { Router::new().route(\"/b\", axum::routing::get(|| async {})) }\n",
            ),
            ("src/server.rs", server),
        ]);
        let is_there = routes(&report).contains(&"GET /a a".to_owned());
        assert_eq!(is_there, routed, "{target}");
        assert_eq!(report.unchecked.is_empty(), routed, "{target}");
    }
}

#[test]
fn only_a_macro_that_may_register_a_route_is_unchecked() {
    let main = |inside: &str| {
        format!(
            r#"
use axum::{{Router, routing::get}};
async fn a() {{}}
fn main() {{
    Router::new().route("/a", get(a));
    {inside}
}}
"#
        )
    };
    for (inside, hidden) in [
        ("info_span!(\"request\", http.route = %path, nest = 1);", false),
        ("make!(on app => app.route(\"/b\", get(b)));", true),
    ] {
        let main = main(inside);
        let report = report(&[("Cargo.toml", MANIFEST), ("src/main.rs", main.as_str())]);
        assert_eq!(!report.unchecked.is_empty(), hidden, "{inside}");
    }
}

#[test]
fn a_fallback_that_only_says_not_found_is_no_endpoint() {
    let main = |fallback: &str| {
        format!(
            r#"
use axum::{{Router, routing::get}};
async fn a() {{}}
async fn fallback() -> Result<(), Error> {{ {fallback} }}
fn main() {{ Router::new().route("/a", get(a)).fallback(fallback); }}
"#
        )
    };
    assert_eq!(routes_of(&main("Err(Error::ResourceNotFound)")), ["GET /a a"]);
    assert_eq!(
        routes_of(&main("store.remove().await; Err(Error::ResourceNotFound)")).len(),
        2
    );
}
