//! Section A: routing and bypass.

use axum::Router;
use axum::routing::{any, get};
use guard::context::{Mode, RequestContext};
use guard::engine_route;
use guard::layer::{Finished, Guard, GuardLayer};
use guard::registry::{Engine, Route};
use guard::route::{Exemption, Method};
use tower_layer::Layer;

use crate::house::*;
use crate::support::*;

/// The guard around a whole axum router, of which one path is among the facts.
fn around_a_router() -> Guard<Finished<Router>> {
    let layer = GuardLayer::new(
        settings(),
        [meta(Method::Get, "/known"), meta(Method::Get, "/inner/known")],
    )
    .unwrap();
    let inner = Router::new()
        .route("/known", get(|| async { "inner" }))
        .fallback(|| async { "inner fallback" });
    let router = Router::new()
        .route("/known", any(|| async { "known" }))
        .route("/late", get(|| async { "late" }))
        .merge(Router::new().route("/merged", get(|| async { "merged" })))
        .nest("/inner", inner)
        .fallback(|| async { "fallback" });
    layer.layer(router)
}

#[tokio::test]
async fn a01_route_after_the_layer() {
    let service = around_a_router();
    assert_eq!(send(&service, request("GET", "/known")).await.text(), "known");
    assert_eq!(send(&service, request("GET", "/inner/known")).await.text(), "inner");
    for path in ["/late", "/merged", "/inner/late", "/"] {
        send(&service, request("GET", path)).await.is(404, "route.not_found");
    }
}

#[tokio::test]
async fn a02_fallback_bypass() {
    let service = around_a_router();
    for path in ["/inner", "/inner/", "/inner/zzz", "/known/", "/zzz", "/known/zzz"] {
        send(&service, request("GET", path)).await.is(404, "route.not_found");
    }
    for path in ["//", "/inner//", "//known", "/inner//known"] {
        send(&service, request("GET", path)).await.is(400, "validation.error");
    }
    let (engine, calls) = house();
    for path in [
        "/whoami/",
        "/whoami/zzz",
        "/t/t_acme/u/u_1/",
        "/t/t_acme",
        "/files/",
        "/files",
    ] {
        send(&engine, request("GET", path)).await.is(404, "route.not_found");
    }
    assert_eq!(calls.count(), 0);
    assert_eq!(send(&engine, request("GET", "/files/a/b")).await.status, 200);
}

#[tokio::test]
async fn a03_head_options_and_unknown_verbs() {
    let (engine, calls) = house();
    let head = send(&engine, request("HEAD", "/whoami")).await;
    assert_eq!(
        (head.status, head.body.len(), calls.count()),
        (200, 0, 1),
        "HEAD is GET without the body"
    );
    let refused = send(&engine, without(request("HEAD", "/whoami"), "authorization")).await;
    assert_eq!((refused.status, refused.body.len()), (401, 0));
    assert_eq!(
        send(&engine, request("HEAD", "/owners")).await.status,
        403,
        "HEAD inherits the policy of GET"
    );
    for method in ["OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "QUERY", "PUT"] {
        let answer = send(&engine, request(method, "/whoami")).await;
        answer.is(405, "route.method_not_allowed");
        assert_eq!(answer.headers["allow"], "GET, HEAD", "{method}");
        let answer = send(&engine, request(method, "/echo")).await;
        answer.is(405, "route.method_not_allowed");
        assert_eq!(answer.headers["allow"], "POST, DELETE", "{method}");
    }
    let head = send(&engine, request("HEAD", "/echo")).await;
    assert_eq!(
        (head.status, &head.headers["allow"]),
        (405, &"POST, DELETE".parse().unwrap())
    );
    assert_eq!(calls.count(), 1);
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        assert_eq!(
            send(&engine, with(request("GET", "/whoami"), name, "DELETE"))
                .await
                .status,
            200,
            "{name}"
        );
        send(&engine, with(request("DELETE", "/whoami"), name, "GET"))
            .await
            .is(405, "route.method_not_allowed");
    }
}

#[tokio::test]
async fn a04_preflight_never_reaches_a_handler() {
    let (engine, calls) = house();
    let preflight = with(
        with(request("OPTIONS", "/echo"), "origin", "https://a.example"),
        "access-control-request-method",
        "POST",
    );
    let anonymous = without(
        with(request("OPTIONS", "/echo"), "origin", "https://a.example"),
        "authorization",
    );
    send(&engine, preflight).await.is(405, "route.method_not_allowed");
    send(&engine, anonymous).await.is(401, "auth.token_missing");
    assert_eq!(calls.count(), 0);

    // CORS is a layer around the engine: it answers preflights itself and sees the guard's errors.
    let cors = tower::util::MapResponseLayer::new(|mut response: http::Response<guard::layer::GuardedBody>| {
        response
            .headers_mut()
            .insert("access-control-allow-origin", "https://a.example".parse().unwrap());
        response
    });
    let answer = send(&cors.layer(engine), without(request("POST", "/echo"), "authorization")).await;
    answer.is(401, "auth.token_missing");
    assert_eq!(answer.headers["access-control-allow-origin"], "https://a.example");
}

#[tokio::test]
async fn a05_path_forms() {
    let (engine, calls) = house();
    for path in [
        "//whoami",
        "/x/../whoami",
        "/./whoami",
        "/whoami/.",
        "/whoami/..",
        "/files/a%2fb",
        "/files/a%2Fb",
        "/files/a%5cb",
        "/files/%00",
        "/files/%2e%2e",
        "/files/.%2E",
        "/files/%252e",
        "/files/a;b",
        "/whoami;a=b",
        "/files/%ff",
        "/files/%c0%af",
        "/files/%",
        "/files/%zz",
        "/files/a//b",
        "/files/%3bx",
        "/files/%0d%0a",
        "/files/%7f",
        "/files/%25",
    ] {
        for method in ["GET", "POST", "NONSENSE"] {
            let answer = send(&engine, request(method, path)).await;
            answer.is(400, "validation.error");
            assert_eq!(
                answer.error()["details"]["errors"][0]["loc"],
                serde_json::json!(["path"]),
                "{path}"
            );
        }
    }
    assert_eq!(calls.count(), 0);
    for path in [
        "/files/a%20b",
        "/files/a.b",
        "/files/..a",
        "/files/%C3%A9",
        "/files/a@b:c",
    ] {
        assert_eq!(send(&engine, request("GET", path)).await.status, 200, "{path}");
    }
    // Not repaired either: an escaped letter names another path.
    send(&engine, request("GET", "/%77hoami"))
        .await
        .is(404, "route.not_found");
}

#[tokio::test]
async fn a05_decoded_parameters_are_compared() {
    let (engine, calls) = house();
    for path in ["/t/t_acme/u/u_1", "/t/t%5Facme/u/u%5f1", "/t/%74_acme/u/u_1"] {
        assert_eq!(send(&engine, request("GET", path)).await.status, 200, "{path}");
    }
    let reached = calls.count();
    for path in [
        "/t/t_other/u/u_1",
        "/t/T_ACME/u/u_1",
        "/t/t_acme%20/u/u_1",
        "/t/t_acme/u/u_2",
        "/t/t%5Fother/u/u_1",
    ] {
        send(&engine, request("GET", path))
            .await
            .is(400, "auth.context_mismatch");
    }
    assert_eq!(calls.count(), reached);
}

/// matchit takes a parameter after a prefix within a segment too.
#[tokio::test]
async fn a05_a_parameter_after_a_prefix_is_compared() {
    let layer = GuardLayer::new(settings(), [meta(Method::Get, "/x/t-{tenant_id}")]);
    let service = layer.unwrap().layer(Router::new().fallback(|| async { "reached" }));
    assert_eq!(send(&service, request("GET", "/x/t-t_acme")).await.status, 200);
    send(&service, request("GET", "/x/t-t_other"))
        .await
        .is(400, "auth.context_mismatch");
}

#[tokio::test]
async fn a06_one_matcher() {
    let (engine, _) = house_with(
        settings(),
        vec![
            Route::new(meta(Method::Get, "/a/{id}").roles(&["owner"]), || async { "parameter" }),
            Route::new(meta(Method::Get, "/a/fixed"), || async { "fixed" }),
        ],
    );
    assert_eq!(send(&engine, request("GET", "/a/fixed")).await.text(), "fixed");
    send(&engine, request("GET", "/a/other"))
        .await
        .is(403, "auth.insufficient_role");
    // Decoded, this is `fixed`; as it was sent it is a parameter, and both matchers take it for one.
    send(&engine, request("GET", "/a/fix%65d"))
        .await
        .is(403, "auth.insufficient_role");
}

#[tokio::test]
async fn a07_no_policy_by_prefix() {
    let (engine, _) = house();
    for path in [
        "/ops/status/x",
        "/ops/statusx",
        "/ops",
        "/ops/",
        "/auth/login/x",
        "/auth/login%2e",
    ] {
        let answer = send(&engine, without(request("GET", path), "authorization")).await;
        answer.is(401, "auth.token_missing");
    }
    assert_eq!(
        send(&engine, without(request("GET", "/ops/status"), "authorization"))
            .await
            .status,
        200
    );
}

/// Between the decision and the handler nothing asks for the path again.
#[tokio::test]
async fn a08_rewrite_after_the_decision() {
    let layer = GuardLayer::new(settings(), [meta(Method::Get, "/first")]).unwrap();
    let inner = Router::new().route("/second", get(|| async { "second" }));
    let rewriting = tower::util::MapRequestLayer::new(|mut request: http::Request<Body>| {
        *request.uri_mut() = "/second".parse().unwrap();
        request
    });
    // A rewrite behind the guard is the service's own affair; one in front of it is judged as what it was rewritten to.
    let behind = layer.layer(rewriting.layer(inner.clone()));
    assert_eq!(send(&behind, request("GET", "/first")).await.text(), "second");
    let before = rewriting.layer(layer.layer(inner));
    send(&before, request("GET", "/first")).await.is(404, "route.not_found");
}

/// What somebody in the same process put into the extensions does not count, were it a whole admission.
#[tokio::test]
async fn a08_a_smuggled_admission() {
    let stolen = std::sync::Arc::new(std::sync::Mutex::new(None));
    let steal = stolen.clone();
    let (thief, _) = with_route(
        meta(Method::Get, "/steal"),
        move |request: http::Request<Body>| async move {
            assert!(RequestContext::of(request.extensions()).is_some());
            *steal.lock().unwrap() = Some(request.extensions().clone());
        },
    );
    send(&thief, request("GET", "/steal")).await;
    let stolen = stolen.lock().unwrap().take().unwrap();
    let smuggled = |path: &str| {
        let mut smuggled = without(request("GET", path), "authorization");
        *smuggled.extensions_mut() = stolen.clone();
        smuggled
    };
    let (engine, calls) = with_route(
        exempt(Method::Get, "/ops/who", Exemption::EX_001),
        |request: http::Request<Body>| async move { RequestContext::of(request.extensions()).is_some().to_string() },
    );
    send(&engine, smuggled("/whoami")).await.is(401, "auth.token_missing");
    assert_eq!(calls.count(), 0);
    assert_eq!(
        send(&engine, smuggled("/ops/who")).await.text(),
        "false",
        "nobody is known on an exempt route"
    );
    let mut other = request("GET", "/whoami");
    *other.extensions_mut() = stolen;
    let other = with(other, "authorization", "Bearer u_2.t_acme.member");
    assert!(send(&engine, other).await.text().contains("\"user_id\":\"u_2\""));
}

#[tokio::test]
async fn a09_existence_oracle() {
    let (engine, _) = house();
    let mut answers = Vec::new();
    for (method, path) in [
        ("GET", "/whoami"),
        ("GET", "/nowhere"),
        ("DELETE", "/whoami"),
        ("POST", "/claim"),
        ("GET", "/strict"),
        ("PUT", "/ops/status"),
    ] {
        for authorization in [
            None,
            Some("Basic dTpw"),
            Some("Bearer "),
            Some("Bearer u_1.t_acme.member.tampered"),
            Some("Bearer u.t_acme.member.1"),
        ] {
            let mut request = with(without(request(method, path), "authorization"), "x-request-id", "r");
            if let Some(value) = authorization {
                request = with(request, "authorization", value);
            }
            request.headers_mut().remove("x-app-id");
            let answer = send(&engine, request).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            answers.push((authorization, answer.headers, answer.body));
        }
    }
    for (authorization, headers, body) in &answers {
        let (_, first_headers, first_body) = answers.iter().find(|(other, ..)| other == authorization).unwrap();
        assert_eq!((headers, body), (first_headers, first_body), "{authorization:?}");
    }
    let other = with(request("GET", "/nowhere"), "x-tenant-id", "t_other");
    send(&engine, other).await.is(403, "auth.tenant_mismatch");
}

#[tokio::test]
async fn a10_extractor_before_auth() {
    let (engine, calls) = with_route(meta(Method::Post, "/json"), |_: axum::Json<u8>| async {});
    for body in ["", "{", "3"] {
        for kind in ["text/plain", "application/json"] {
            let request = with(
                with_json(without(request("POST", "/json"), "authorization"), body),
                "content-type",
                kind,
            );
            send(&engine, request).await.is(401, "auth.token_missing");
        }
    }
    let large = with_json(without(request("POST", "/json"), "authorization"), &" ".repeat(5_000));
    send(&engine, with(large, "content-length", "5000"))
        .await
        .is(401, "auth.token_missing");
    assert_eq!(calls.count(), 0);
    assert_eq!(
        send(&engine, with_json(request("POST", "/json"), "3")).await.status,
        200
    );
}

#[tokio::test]
async fn a11_internal_bypass_headers() {
    let (engine, calls) = house();
    for name in [
        "x-middleware-subrequest",
        "x-isr",
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-user",
        "x-internal",
        "x-real-ip",
        "forwarded",
    ] {
        let anonymous = without(with(request("GET", "/whoami"), name, "/ops/status"), "authorization");
        send(&engine, anonymous).await.is(401, "auth.token_missing");
        let answer = send(&engine, with(request("GET", "/nowhere"), name, "/ops/status")).await;
        answer.is(404, "route.not_found");
    }
    for name in ["x-guard-skip", "x_guard_skip", "x-guard-", "x-guard_off"] {
        send(&engine, with(request("GET", "/whoami"), name, "1"))
            .await
            .is(400, "validation.error");
        send(&engine, with(request("GET", "/ops/status"), name, "1"))
            .await
            .is(400, "validation.error");
    }
    assert_eq!(calls.count(), 0);
    assert_eq!(
        send(&engine, with(request("GET", "/whoami"), "x-guardian", "1"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a12_exempt_route_abuse() {
    let (engine, calls) = house();
    let bare = |method: &str, path: &str| {
        http::Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(send(&engine, bare("GET", "/ops/status")).await.status, 200);
    assert_eq!(send(&engine, bare("HEAD", "/ops/status")).await.status, 200);
    assert_eq!(send(&engine, bare("POST", "/auth/login")).await.status, 200);
    assert_eq!(calls.count(), 3);
    for (method, path) in [
        ("GET", "/auth/login"),
        ("POST", "/ops/status"),
        ("DELETE", "/auth/login"),
        ("GET", "/auth"),
    ] {
        send(&engine, bare(method, path)).await.is(401, "auth.token_missing");
    }
    send(&engine, with(bare("GET", "/ops/status"), "x-env", "prod"))
        .await
        .is(400, "auth.env_forbidden");
    assert_eq!(calls.count(), 3);

    // An exempt handler gets no context, even from a request that has every header. The macro does not compile it.
    let (engine, _) = with_route(
        exempt(Method::Get, "/ops/who", Exemption::EX_001),
        |context: RequestContext| async move { context.user_id().as_str().to_owned() },
    );
    send(&engine, request("GET", "/ops/who"))
        .await
        .is(500, "internal.error");
}

#[engine_route(method = GET, path = "/ops/status", router = "engines.ops.status", exempt = "EX-001")]
async fn status() -> &'static str {
    "ok"
}

#[test]
fn a12_an_exemption_is_of_one_router() {
    let mut foreign = STATUS_ROUTE;
    foreign.router = "engines.chat.routes";
    let errors = Engine::new(settings(), [Route::new(foreign, status)]).unwrap_err();
    assert!(
        errors
            .to_string()
            .contains("no ticket exempts the router engines.chat.routes as EX-001"),
        "{errors}"
    );
    assert!(Engine::new(settings(), [Route::new(STATUS_ROUTE, status)]).is_ok());
}

#[test]
fn a13_flags_need_a_provider() {
    let settings = guard::layer::Settings::new(Tokens);
    let errors = Engine::new(settings, [Route::new(meta(Method::Get, "/f").flag("x"), || async {})]).unwrap_err();
    assert!(
        errors.to_string().contains("nobody says whether the flag x is on"),
        "{errors}"
    );
    let settings = guard::layer::Settings::new(Tokens).flags(|_: &str, _: Mode| Ok(true));
    assert!(Engine::new(settings, [Route::new(meta(Method::Get, "/f").flag("x"), || async {})]).is_ok());
}
