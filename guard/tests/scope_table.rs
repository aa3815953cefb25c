//! Every row of the contract's table of identity headers, with its outcomes.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

use guard::context::{MissingStatus, Mode, ScopeHeaders, ScopeRules, SurfaceAliases, TenantId};
use guard::envelope::ErrorEnvelope;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

type Pair<'a> = (&'a str, &'a [u8]);

const GOOD: [Pair<'static>; 4] = [
    ("x-mode", b"saas"),
    ("x-tenant-id", b"t_acme"),
    ("x-project-id", b"launch"),
    ("x-app-id", b"studio"),
];

const CARRIED: [&str; 8] = [
    "x-user-id",
    "x-membership-role",
    "x-request-id",
    "x-trace-id",
    "x-run-id",
    "x-step-id",
    "x-strategy-lock-id",
    "x-three-wise-id",
];

fn name(text: &str) -> HeaderName {
    text.parse().unwrap()
}

fn good() -> HeaderMap {
    GOOD.iter()
        .map(|(key, value)| (name(key), HeaderValue::from_bytes(value).unwrap()))
        .collect()
}

/// The good headers with one set to a value, or removed.
fn with(key: &str, value: Option<&[u8]>) -> HeaderMap {
    let mut headers = good();
    match value {
        Some(value) => headers.insert(name(key), HeaderValue::from_bytes(value).unwrap()),
        None => headers.remove(key),
    };
    headers
}

fn error(headers: &HeaderMap) -> ErrorEnvelope {
    ScopeHeaders::from_headers(headers).unwrap_err()
}

#[track_caller]
fn refused(key: &str, value: &[u8], code: &str) {
    let error = error(&with(key, Some(value)));
    let shown = String::from_utf8_lossy(value);
    assert_eq!(
        (error.code(), error.http_status().as_u16()),
        (code, 400),
        "{key}: {shown}"
    );
    assert!(error.message().starts_with(key), "{key}: {shown}: {}", error.message());
}

#[test]
fn the_good_headers_are_good() {
    let scope = ScopeHeaders::from_headers(&good()).unwrap();
    assert_eq!(scope.mode, Mode::Saas);
    assert_eq!(scope.tenant_id.as_str(), "t_acme");
    assert_eq!(scope.project_id.as_str(), "launch");
    assert_eq!(scope.app_id.as_str(), "studio");
    assert_eq!(scope.surface_id, None);
    assert_eq!(scope.claims().user_id, None);
    assert_eq!(scope.request_id(), None, "none is made up");
}

#[test]
fn required_headers() {
    for (key, code) in [
        ("x-mode", "auth.mode_missing"),
        ("x-tenant-id", "auth.tenant_missing"),
        ("x-project-id", "auth.project_missing"),
        ("x-app-id", "auth.app_missing"),
    ] {
        let headers = with(key, None);
        let error = error(&headers);
        assert_eq!((error.code(), error.http_status().as_u16()), (code, 400));
        assert_eq!(error.details()["header"], key);
        for (status, number) in [
            (MissingStatus::Unauthorized, 401),
            (MissingStatus::UnprocessableEntity, 422),
        ] {
            let rules = ScopeRules::default().missing_status(status).resource_kind("video_mask");
            let error = ScopeHeaders::from_headers_with(&headers, &rules).unwrap_err();
            assert_eq!((error.code(), error.to_response().status().as_u16()), (code, number));
            assert_eq!(error.resource_kind(), Some("video_mask"));
        }
    }
    assert_eq!(
        error(&HeaderMap::new()).code(),
        "auth.mode_missing",
        "the first in the contract's order"
    );
}

#[test]
fn an_override_of_missing_leaves_malformed_alone() {
    let rules = ScopeRules::default().missing_status(MissingStatus::Unauthorized);
    let error = ScopeHeaders::from_headers_with(&with("x-mode", Some(b"")), &rules).unwrap_err();
    assert_eq!((error.code(), error.http_status().as_u16()), ("auth.mode_invalid", 400));
}

#[test]
fn mode() {
    for (value, mode) in [
        ("SaaS", Mode::Saas),
        ("enterprise", Mode::Enterprise),
        ("LAB", Mode::Lab),
    ] {
        assert_eq!(
            ScopeHeaders::from_headers(&with("x-mode", Some(value.as_bytes())))
                .unwrap()
                .mode,
            mode
        );
    }
    for value in [
        "",
        "saa",
        "saas2",
        " saas",
        "saas ",
        "saas,lab",
        "saas, saas",
        "ſaas",
        "0",
    ] {
        refused("x-mode", value.as_bytes(), "auth.mode_invalid");
    }
    for legacy in [
        "dev",
        "development",
        "staging",
        "stage",
        "prod",
        "production",
        "PROD",
        "Dev",
    ] {
        let error = error(&with("x-mode", Some(legacy.as_bytes())));
        assert_eq!(error.code(), "auth.mode_invalid");
        assert!(
            error.message().contains(&format!("`{}`", legacy.to_lowercase())),
            "{}",
            error.message()
        );
    }
}

#[test]
fn tenant() {
    let longest = format!("t_{}", "a".repeat(126));
    for value in ["t_a", "t_0", "t__", "t_-", "t_a-b_c9", &longest] {
        let scope = ScopeHeaders::from_headers(&with("x-tenant-id", Some(value.as_bytes()))).unwrap();
        assert_eq!(scope.tenant_id.as_str(), value);
    }
    let too_long = format!("t_{}", "a".repeat(127));
    for value in [
        "", "t_", "t", "acme", "T_acme", "t_Acme", "t_a b", "t_a.b", "t_a,t_b", "t_a, t_b", "xt_a", &too_long,
    ] {
        refused("x-tenant-id", value.as_bytes(), "auth.tenant_invalid");
    }
    refused("x-tenant-id", "t_é".as_bytes(), "auth.tenant_invalid");
    refused("x-tenant-id", "t_ａ".as_bytes(), "auth.tenant_invalid");
    refused("x-tenant-id", b"t_\xff", "auth.tenant_invalid");
}

#[test]
fn tenant_from_a_verified_credential() {
    let rules = ScopeRules::default().default_tenant(TenantId::parse("t_home").unwrap());
    let read = |headers: &HeaderMap| ScopeHeaders::from_headers_with(headers, &rules);
    assert_eq!(read(&with("x-tenant-id", None)).unwrap().tenant_id.as_str(), "t_home");
    assert_eq!(
        read(&good()).unwrap().tenant_id.as_str(),
        "t_acme",
        "a header wins over the default"
    );
    let malformed = read(&with("x-tenant-id", Some(b""))).unwrap_err();
    assert_eq!(malformed.code(), "auth.tenant_invalid", "malformed is never absent");
}

#[test]
fn project_app_and_surface() {
    for (key, code) in [
        ("x-project-id", "auth.project_invalid"),
        ("x-app-id", "auth.app_invalid"),
        ("x-surface-id", "auth.surface_invalid"),
    ] {
        for value in ["a", "A-b_c.9!~", &"a".repeat(128)] {
            assert!(
                ScopeHeaders::from_headers(&with(key, Some(value.as_bytes()))).is_ok(),
                "{key}: {value}"
            );
        }
        for value in ["", " ", "a b", " a", "a\t", "a,b", "a, b", ",", "é", &"a".repeat(129)] {
            refused(key, value.as_bytes(), code);
        }
        refused(key, b"a\xffb", code);
    }
    refused("x-project-id", "squared²".as_bytes(), "auth.project_invalid");
}

#[test]
fn surface_aliases() {
    for alias in ["squared", "squared2", "SQUARED", "SQUARED2", "SQUARED²", "squared²"] {
        let scope = ScopeHeaders::from_headers(&with("x-surface-id", Some(alias.as_bytes()))).unwrap();
        assert_eq!(scope.surface_id.unwrap().as_str(), "squared2");
    }
    refused("x-surface-id", "squared³".as_bytes(), "auth.surface_invalid");
    refused("x-surface-id", "squared², squared²".as_bytes(), "auth.surface_invalid");

    let rules = ScopeRules::default().surface_aliases(SurfaceAliases::none());
    let read = |alias: &str| ScopeHeaders::from_headers_with(&with("x-surface-id", Some(alias.as_bytes())), &rules);
    assert_eq!(read("squared").unwrap().surface_id.unwrap().as_str(), "squared");
    assert!(read("squared²").is_err());
}

#[test]
fn carried_headers() {
    for key in CARRIED {
        assert!(ScopeHeaders::from_headers(&with(key, Some(b"id-1"))).is_ok(), "{key}");
        for value in ["", " ", "a b", "a,b", "é", &"a".repeat(129)] {
            refused(key, value.as_bytes(), "validation.error");
        }
        let error = error(&with(key, Some(b"a b")));
        let expected = json!([{
            "loc": ["header", key], "type": "header_invalid",
            "msg": format!("{key} holds something other than visible ASCII"),
        }]);
        assert_eq!(error.details()["errors"], expected);
    }
    let headers: HeaderMap = CARRIED
        .iter()
        .map(|key| (name(key), HeaderValue::from_static(key)))
        .chain(good().drain().map(|(k, v)| (k.unwrap(), v)))
        .collect();
    let scope = ScopeHeaders::from_headers(&headers).unwrap();
    let text = |id: Option<guard::context::OpaqueId>| id.unwrap().to_string();
    assert_eq!(text(scope.claims().user_id.clone()), "x-user-id");
    assert_eq!(text(scope.claims().membership_role.clone()), "x-membership-role");
    assert_eq!(text(scope.request_id().cloned()), "x-request-id");
    assert_eq!(text(scope.trace().trace_id.clone()), "x-trace-id");
    assert_eq!(text(scope.trace().run_id.clone()), "x-run-id");
    assert_eq!(text(scope.trace().step_id.clone()), "x-step-id");
    assert_eq!(text(scope.trace().strategy_lock_id.clone()), "x-strategy-lock-id");
    assert_eq!(text(scope.trace().three_wise_id.clone()), "x-three-wise-id");
}

#[test]
fn traceparent_fills_the_trace() {
    let value: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let mut headers = with("traceparent", Some(value));
    let trace = |headers: &HeaderMap| {
        ScopeHeaders::from_headers(headers)
            .unwrap()
            .trace()
            .trace_id
            .clone()
            .map(|id| id.to_string())
    };
    assert_eq!(trace(&headers).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    headers.insert("x-trace-id", HeaderValue::from_static("mine"));
    assert_eq!(trace(&headers).as_deref(), Some("mine"));
    assert_eq!(
        trace(&with("traceparent", Some(b"nonsense"))),
        None,
        "a malformed one starts a new trace"
    );
}

#[test]
fn env_is_forbidden() {
    for (key, value) in [("x-env", "prod"), ("x-env", ""), ("x_env", "prod")] {
        let mut headers = with(key, Some(value.as_bytes()));
        assert_eq!(error(&headers).code(), "auth.env_forbidden");
        headers.remove("x-mode");
        assert_eq!(
            error(&headers).code(),
            "auth.env_forbidden",
            "its presence alone is the error"
        );
    }
}

#[test]
fn twice_is_an_error_even_if_equal() {
    let single = GOOD.iter().map(|(key, _)| *key).chain(CARRIED);
    for key in single.chain(["x-surface-id", "authorization", "last-event-id"]) {
        let mut headers = good();
        let value = headers
            .get(key)
            .cloned()
            .unwrap_or_else(|| HeaderValue::from_static("a"));
        headers.remove(key);
        headers.append(name(key), value.clone());
        assert!(ScopeHeaders::from_headers(&headers).is_ok(), "{key} once");
        headers.append(name(key), value);
        let error = error(&headers);
        assert_eq!(
            (error.code(), error.http_status().as_u16()),
            ("auth.header_duplicate", 400),
            "{key}"
        );
        assert_eq!(error.details()["header"], key);
    }
}

#[test]
fn underscore_twins_are_errors_alone_and_beside_the_real_one() {
    for (key, twins, code) in [
        ("x-mode", &["x_mode"][..], "auth.mode_invalid"),
        (
            "x-tenant-id",
            &["x_tenant_id", "x-tenant_id", "x_tenant-id"],
            "auth.tenant_invalid",
        ),
        ("x-project-id", &["x_project_id"], "auth.project_invalid"),
        ("x-app-id", &["x_app_id"], "auth.app_invalid"),
        ("x-surface-id", &["x_surface_id"], "auth.surface_invalid"),
        ("x-user-id", &["x_user_id"], "validation.error"),
        ("x-membership-role", &["x_membership_role"], "validation.error"),
        ("last-event-id", &["last_event_id"], "validation.error"),
    ] {
        for twin in twins {
            let mut headers = with(twin, Some(b"t_acme"));
            assert_eq!(error(&headers).code(), code, "{twin}");
            headers.remove(key);
            assert_eq!(error(&headers).code(), code, "{twin} alone");
        }
    }
    assert!(ScopeHeaders::from_headers(&with("x_other", Some(b"a"))).is_ok());
}

#[test]
fn no_error_quotes_a_value() {
    for key in GOOD
        .iter()
        .map(|(key, _)| *key)
        .chain(CARRIED)
        .chain(["x-surface-id", "x-env", "x_tenant_id"])
    {
        let error = error(&with(key, Some("canary-7f3a é".as_bytes())));
        assert!(!error.to_response().body().contains("canary"), "{key}: {error}");
    }
}
