//! What must be true of whatever the guard lets through, said without the guard's own parsers. The fuzz targets use this file
//! too.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Path;
use form_urlencoded::parse;
use futures_util::FutureExt;
use guard::context::ContextField;
use guard::credential::{Identity, TokenError, Verification, VerifyToken};
use guard::layer::Settings;
use guard::registry::{Engine, Route};
use guard::route::{Exemption, GateDecision, Method, RouteMeta};
use http::{HeaderValue, Request};
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use tower::ServiceExt;

const TOKEN: &str = "a.good-token_1";

/// The context of every request here.
const CONTEXT: [(&str, &str); 5] = [
    ("tenant_id", "t_acme"),
    ("mode", "saas"),
    ("project_id", "launch"),
    ("app_id", "studio"),
    ("user_id", "u_1"),
];

struct One;

impl VerifyToken for One {
    fn verify(&self, token: &str, _: Duration) -> Verification {
        assert!(
            token.bytes().all(|byte| byte.is_ascii_graphic()),
            "a verifier sees one word: {token:?}"
        );
        if token != TOKEN {
            return Verification::Done(Err(TokenError::invalid("another")));
        }
        let identity = Identity::builder("u_1".parse().unwrap()).tenant("t_acme".parse().unwrap());
        Verification::Done(Ok(identity.expires_at(u64::MAX).build().unwrap().into()))
    }
}

const fn meta(method: Method, path: &'static str) -> RouteMeta {
    let gate = match method {
        Method::Get => GateDecision::Reads,
        _ => GateDecision::NoGate { reason: "a test" },
    };
    RouteMeta::from_macro(method, path, "engines.oracle.routes", gate)
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let exempt = RouteMeta::from_macro(Method::Get, "/ops/status", "engines.ops.status", GateDecision::Exempt);
    Engine::new(
        Settings::new(One),
        [
            Route::new(meta(Method::Get, "/files/{*rest}"), |Path(rest): Path<String>| async {
                rest
            }),
            Route::new(
                meta(Method::Get, "/t/{tenant_id}/x/{user_id}"),
                |Path((tenant, user)): Path<(String, String)>| async move { format!("{tenant} {user}") },
            ),
            Route::new(meta(Method::Get, "/query"), || async { "reached" }),
            Route::new(
                meta(Method::Post, "/json").body_fields(&ContextField::ALL),
                |body: Bytes| async { body },
            ),
            Route::new(exempt.exemption(Exemption::EX_001), || async { "open" }),
        ],
    )
    .unwrap()
});

fn request(method: &str, uri: &str) -> Option<Request<Body>> {
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("x-mode", "saas")
        .header("x-tenant-id", "t_acme")
        .header("x-project-id", "launch")
        .header("x-app-id", "studio");
    request.body(Body::empty()).ok()
}

/// The status and the body. Nothing here has to be waited for.
fn send(request: Request<Body>) -> (u16, Bytes) {
    let response = ENGINE.clone().oneshot(request).now_or_never().unwrap().unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().now_or_never().unwrap().unwrap().to_bytes();
    if parts.status.as_u16() >= 400 {
        let envelope: guard::envelope::ErrorEnvelope = serde_json::from_slice(&body).unwrap();
        assert_eq!(envelope.http_status().as_u16(), parts.status.as_u16());
        assert!(parts.status.as_u16() < 500, "{envelope}");
    }
    assert!(!parts.headers["x-request-id"].is_empty());
    (parts.status.as_u16(), body)
}

/// A path that reaches a handler is read in one way: decoded or not it has the same segments, none of them a dot.
pub(crate) fn path(path: &str) {
    if !path.starts_with('/') || path.contains(['?', '#']) {
        return;
    }
    let Some(request) = request("GET", path) else { return };
    let (status, body) = send(request);
    if status != 200 {
        return;
    }
    let decoded = percent_decode_str(path).decode_utf8().unwrap();
    assert_eq!(decoded.matches('/').count(), path.matches('/').count(), "{path}");
    let inner: Vec<&str> = decoded.split('/').skip(1).collect();
    assert!(!inner.iter().any(|segment| [".", ".."].contains(segment)), "{path}");
    assert!(!inner[..inner.len() - 1].contains(&""), "{path}");
    assert!(
        !decoded.contains(['\\', ';', '%']) && !decoded.contains(|c: char| c.is_ascii_control()),
        "{path}"
    );
    match &*body {
        b"open" => assert_eq!(path, "/ops/status"),
        b"t_acme u_1" => assert_eq!(decoded, "/t/t_acme/x/u_1"),
        b"reached" => assert_eq!(path, "/query"),
        rest => assert_eq!(decoded.as_bytes(), [b"/files/", rest].concat()),
    }
}

/// A query that reaches a handler contradicts the context in no reading that a parser has.
pub(crate) fn query(query: &str) {
    if query.contains('#') {
        return;
    }
    let Some(request) = request("GET", &format!("/query?{query}")) else {
        return;
    };
    let (status, _) = send(request);
    let context = BTreeMap::from(CONTEXT);
    let readings: [&[char]; 2] = [&['&'], &['&', ';']];
    let mut contradicted = false;
    let mut seen = Vec::new();
    for separators in readings {
        for pair in query.split(separators) {
            for (name, value) in parse(pair.as_bytes()) {
                let base = name.split('[').next().unwrap_or_default();
                let field = ContextField::named(base);
                contradicted |= field.is_some_and(|field| context.get(field.as_str()) != Some(&&*value));
                if separators == ['&', ';'] {
                    contradicted |= base == "access_token";
                    seen.extend(field);
                }
            }
        }
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    let fine = !contradicted && seen.len() == count;
    if status == 200 {
        assert!(fine, "let through: {query}");
    } else if fine && !query.contains(';') {
        panic!("refused with {status}: {query}");
    }
}

/// The fields as a handler's own struct would have them: no field twice, unknown ones ignored.
#[derive(Deserialize)]
struct Fields {
    tenant_id: Option<String>,
    mode: Option<String>,
    project_id: Option<String>,
    app_id: Option<String>,
    surface_id: Option<String>,
    user_id: Option<String>,
}

/// A body that reaches a handler says the same to a struct and to a map, and nothing else than the context.
pub(crate) fn json(body: &[u8]) {
    let Some(mut request) = request("POST", "/json") else {
        return;
    };
    request
        .headers_mut()
        .insert("content-type", HeaderValue::from_static("application/json"));
    *request.body_mut() = Body::from(body.to_vec());
    let (status, answered) = send(request);
    let value: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_slice(body).ok();
    let fields: Option<Fields> = serde_json::from_slice(body).ok();
    let agrees = |name: &str, text: Option<&str>| text.is_none_or(|text| CONTEXT.contains(&(name, text)));
    let of_value = value.as_ref().is_some_and(|value| {
        ContextField::ALL.iter().all(|field| match value.get(field.as_str()) {
            None | Some(serde_json::Value::Null) => true,
            Some(value) => value.as_str().is_some_and(|text| agrees(field.as_str(), Some(text))),
        })
    });
    let of_struct = fields.is_some_and(|fields| {
        agrees("tenant_id", fields.tenant_id.as_deref())
            && agrees("mode", fields.mode.as_deref())
            && agrees("project_id", fields.project_id.as_deref())
            && agrees("app_id", fields.app_id.as_deref())
            && agrees("surface_id", fields.surface_id.as_deref())
            && agrees("user_id", fields.user_id.as_deref())
    });
    assert_eq!(
        status == 200,
        of_value && of_struct,
        "{status}: {}",
        String::from_utf8_lossy(body)
    );
    if status == 200 {
        assert_eq!(answered, body, "the same bytes");
    }
}

/// One scheme, one space, one token, or nobody gets in.
pub(crate) fn bearer(value: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(value) else {
        return;
    };
    let Some(mut request) = request("GET", "/query") else {
        return;
    };
    request.headers_mut().insert("authorization", value.clone());
    let (status, _) = send(request);
    let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
    let good = text
        .split_once(' ')
        .is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && token == TOKEN);
    assert_eq!(status == 200, good, "{status}: {text}");
    assert!(good || status == 401, "{status}: {text}");
}
