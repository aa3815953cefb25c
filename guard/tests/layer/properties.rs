//! For any request: an error is a strict envelope with its status and a request id, and a guarded handler runs only under
//! the context that the request's own headers and credential say.

use std::sync::LazyLock;

use http::{HeaderName, HeaderValue, Request};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tokio::runtime::Runtime;

use crate::house::*;
use crate::support::*;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
});

const NAMES: [&str; 22] = [
    "authorization",
    "x-mode",
    "x-tenant-id",
    "x-project-id",
    "x-app-id",
    "x-surface-id",
    "x-user-id",
    "x-membership-role",
    "x-request-id",
    "x-env",
    "x_tenant_id",
    "host",
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "x-run-id",
    "traceparent",
    "x-guard-a",
    "last-event-id",
    "expect",
    "x-other",
];
const VALUES: [&str; 24] = [
    "Bearer u_1.t_acme.member",
    "Bearer u_2.t_acme.owner",
    "Bearer u_1.t_other.owner",
    "Bearer x",
    "Bearer u_1.t_acme.member.never",
    "Bearer u_1.t_acme.member.1",
    "saas",
    "LAB",
    "prod",
    "t_acme",
    "t_other",
    "launch",
    "studio",
    "u_1",
    "member",
    "owner",
    "",
    "a,b",
    "application/json",
    "gzip",
    "chunked",
    "99999",
    "deny",
    "3",
];
const PATHS: [&str; 18] = [
    "/whoami",
    "/ops/status",
    "/auth/login",
    "/t/t_acme/u/u_1",
    "/t/t_other/u/u_1",
    "/files/a/b",
    "/echo",
    "/claim",
    "/act",
    "/owners",
    "/strict",
    "/tiny",
    "/nowhere",
    "//",
    "/a/../b",
    "/whoami?tenant_id=t_other",
    "/whoami?mode=saas",
    "/whoami/",
];
const BODIES: [&str; 6] = [
    "",
    "{",
    "{}",
    r#"{"tenant_id":"t_acme"}"#,
    r#"{"tenant_id":"t_other"}"#,
    "123456789",
];
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"];

fn any_value() -> impl Strategy<Value = HeaderValue> {
    let legal = |byte: u8| if byte < 0x20 || byte == 0x7f { b'\t' } else { byte };
    let random = proptest::collection::vec(any::<u8>().prop_map(legal), 0..140);
    let random = random.prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap());
    prop_oneof![4 => select(&VALUES[..]).prop_map(HeaderValue::from_static), 1 => random]
}

/// A good request with changes: a header put in, one more of it, or taken out.
type Change = (&'static str, Option<HeaderValue>, bool);

fn any_request() -> impl Strategy<Value = (String, String, Vec<Change>, String)> {
    let path = prop_oneof![6 => select(&PATHS[..]).prop_map(str::to_owned), 1 => "/[a-z%/.;?=_-]{0,20}"];
    let body = prop_oneof![4 => select(&BODIES[..]).prop_map(str::to_owned), 1 => ".{0,40}"];
    let change = (
        select(&NAMES[..]),
        proptest::option::weighted(0.8, any_value()),
        any::<bool>(),
    );
    (
        select(&METHODS[..]).prop_map(str::to_owned),
        path,
        proptest::collection::vec(change, 0..6),
        body,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_answer_is_an_envelope_or_a_handlers((method, path, changes, body) in any_request()) {
        let Ok(mut request) = Request::builder().method(&*method).uri(&*path).body(Body::from(body)) else { return Ok(()) };
        for (name, value) in [("authorization", VALUES[0]), ("x-mode", "saas"), ("x-tenant-id", "t_acme"), ("x-project-id", "launch"), ("x-app-id", "studio"), ("content-type", "application/json")] {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        for (name, value, append) in changes {
            let name = HeaderName::from_static(name);
            match (value, append) {
                (Some(value), true) => drop(request.headers_mut().append(name, value)),
                (Some(value), false) => drop(request.headers_mut().insert(name, value)),
                (None, _) => drop(request.headers_mut().remove(name)),
            }
        }
        let headers = request.headers().clone();
        let (engine, calls) = house();
        let answer = RUNTIME.block_on(send(&engine, request));
        prop_assert_eq!(answer.headers.get_all("x-request-id").iter().count(), 1);
        if answer.status >= 400 {
            if method != "HEAD" {
                answer.code();
            } else {
                prop_assert!(answer.body.is_empty());
            }
            return Ok(());
        }
        prop_assert_eq!((answer.status, calls.count()), (200, 1));
        let bare = path.split('?').next().unwrap();
        if bare == "/ops/status" || bare == "/auth/login" {
            return Ok(());
        }
        // A guarded handler ran: the credential is one of the three good ones, alone, and allows what the headers ask for.
        let only = |name: &str| {
            let mut values = headers.get_all(name).iter();
            match (values.next(), values.next()) {
                (Some(value), None) => value.to_str().ok().map(str::to_owned),
                _ => None,
            }
        };
        let token = only("authorization").unwrap();
        let mut claims = token.strip_prefix("Bearer ").unwrap().split('.');
        let (user, tenant, role) = (claims.next().unwrap(), claims.next().unwrap(), claims.next().unwrap());
        prop_assert_eq!(only("x-tenant-id").unwrap(), tenant);
        let mode = only("x-mode").unwrap().to_lowercase();
        prop_assert!(claims.next().is_none_or(|end| end == "never" && mode == "lab"));
        prop_assert!(!headers.contains_key("x-env") && !headers.contains_key("x_tenant_id"));
        prop_assert!(headers.get("x-user-id").is_none_or(|claim| claim == user));
        prop_assert!(headers.get("x-membership-role").is_none_or(|claim| claim == role));
        if method == "GET" {
            let context: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            prop_assert_eq!(&context["tenant_id"], tenant);
            prop_assert_eq!(&context["user_id"], user);
            prop_assert_eq!(&context["mode"], &mode);
            prop_assert_eq!(&context["role"], role);
            prop_assert_eq!(&context["project_id"], &only("x-project-id").unwrap());
            prop_assert_eq!(&context["app_id"], &only("x-app-id").unwrap());
        }
    }

    /// With several faults at once, the answer is that of the first in the contract's order.
    #[test]
    fn the_first_fault_in_order_answers(chosen in proptest::collection::vec(any::<Index>(), 1..5)) {
        let mut chosen: Vec<usize> = chosen.iter().map(|index| index.index(FAULTS.len())).collect();
        chosen.sort_unstable();
        chosen.dedup();
        let mut draft = Draft { path: "/claim", query: "", request: with_json(request("POST", "/claim"), r#"{"tenant_id":"t_acme"}"#) };
        for &fault in &chosen {
            FAULTS[fault].1(&mut draft);
        }
        let uri = format!("{}?{}", draft.path, draft.query);
        *draft.request.uri_mut() = uri.parse().unwrap();
        let (engine, calls) = house();
        let answer = RUNTIME.block_on(send(&engine, draft.request));
        prop_assert_eq!(answer.code(), FAULTS[chosen[0]].0, "{:?}", chosen.iter().map(|&fault| FAULTS[fault].0).collect::<Vec<_>>());
        prop_assert_eq!(calls.count(), 0);
    }
}

struct Draft {
    path: &'static str,
    query: &'static str,
    request: Request<Body>,
}

impl Draft {
    fn set(&mut self, name: &'static str, value: &'static str) {
        self.request.headers_mut().insert(name, HeaderValue::from_static(value));
    }

    fn remove(&mut self, name: &str) {
        self.request.headers_mut().remove(name);
    }
}

type Fault = (&'static str, fn(&mut Draft));

/// Faults in the contract's order: syntax, credential, scope headers, membership, the route, repetition.
const FAULTS: [Fault; 15] = [
    ("auth.env_forbidden", |draft| draft.set("x-env", "prod")),
    ("auth.header_duplicate", |draft| {
        draft.set("last-event-id", "1");
        draft
            .request
            .headers_mut()
            .append("last-event-id", HeaderValue::from_static("1"));
    }),
    ("validation.error", |draft| draft.path = "/claim/%00"),
    ("auth.token_missing", |draft| draft.remove("authorization")),
    ("auth.mode_missing", |draft| draft.remove("x-mode")),
    ("auth.project_invalid", |draft| draft.set("x-project-id", "")),
    ("auth.app_missing", |draft| draft.remove("x-app-id")),
    ("auth.surface_invalid", |draft| draft.set("x-surface-id", "a,b")),
    ("auth.tenant_mismatch", |draft| draft.set("x-tenant-id", "t_other")),
    ("auth.identity_override", |draft| draft.set("x-user-id", "u_2")),
    ("route.method_not_allowed", |draft| {
        *draft.request.method_mut() = http::Method::PUT
    }),
    ("auth.context_mismatch", |draft| draft.query = "app_id=other"),
    ("request.too_large", |draft| draft.set("content-length", "1001")),
    ("request.unsupported_media_type", |draft| {
        draft.set("content-encoding", "gzip")
    }),
    ("validation.error", |draft| *draft.request.body_mut() = Body::from("{")),
];
