//! Whatever the headers are, reading them does not panic, and what is accepted has the contract's shape.

use guard::context::{Mode, ScopeHeaders, TenantId};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const NAMES: &[&str] = &[
    "x-mode",
    "x-tenant-id",
    "x-project-id",
    "x-app-id",
    "x-surface-id",
    "x-user-id",
    "x-request-id",
    "x-trace-id",
    "traceparent",
    "authorization",
    "last-event-id",
    "x-env",
    "x_tenant_id",
    "x-app_id",
    "accept",
];

const VALUES: &[&str] = &[
    "saas",
    "LAB",
    "prod",
    "t_acme",
    "t_",
    "T_a",
    "a,b",
    "squared²",
    "",
    " ",
    "launch",
    "é",
];

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        select(VALUES).prop_map(|text| text.as_bytes().to_vec()),
        vec(any::<u8>(), 0..140),
        "[ -~]{0,130}".prop_map(String::into_bytes),
        "t_[a-z0-9_-]{0,130}".prop_map(String::into_bytes),
    ]
}

fn headers() -> impl Strategy<Value = HeaderMap> {
    let good = [
        ("x-mode", "saas"),
        ("x-tenant-id", "t_acme"),
        ("x-project-id", "launch"),
        ("x-app-id", "studio"),
    ];
    let changes = vec((select(NAMES), value(), any::<bool>()), 0..4);
    changes.prop_map(move |changes| {
        let mut headers = HeaderMap::new();
        for (name, value) in good {
            headers.insert(name, HeaderValue::from_static(value));
        }
        for (name, value, replace) in changes {
            let Ok(value) = HeaderValue::from_bytes(&value) else {
                continue;
            };
            let name = HeaderName::from_static(name);
            if replace {
                headers.insert(name, value);
            } else {
                headers.append(name, value);
            }
        }
        headers
    })
}

/// Written apart from the parser: 1 to 128 characters of `!` to `~` without a comma.
fn is_shaped(text: &str) -> bool {
    (1..=128).contains(&text.chars().count()) && text.chars().all(|c| ('!'..='~').contains(&c) && c != ',')
}

/// `^t_[a-z0-9_-]+$`
fn is_tenant(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('t')
        && chars.next() == Some('_')
        && text.len() > 2
        && chars.all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-'))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn accepted_means_well_formed(headers in headers()) {
        let Ok(scope) = ScopeHeaders::from_headers(&headers) else { return Ok(()) };
        for name in NAMES.iter().filter(|name| !["traceparent", "accept"].contains(name)) {
            prop_assert!(headers.get_all(*name).iter().count() <= 1, "{} twice", name);
            prop_assert!(!name.contains('_') || !headers.contains_key(*name), "{}", name);
        }
        prop_assert!(!headers.contains_key("x-env"));
        prop_assert!(is_tenant(scope.tenant_id.as_str()) && is_shaped(scope.tenant_id.as_str()));
        prop_assert!(is_shaped(scope.project_id.as_str()));
        prop_assert!(is_shaped(scope.app_id.as_str()));
        prop_assert!(headers["x-mode"].as_bytes().eq_ignore_ascii_case(scope.mode.as_str().as_bytes()));
        prop_assert_eq!(headers["x-tenant-id"].as_bytes(), scope.tenant_id.as_str().as_bytes());
        prop_assert_eq!(headers["x-project-id"].as_bytes(), scope.project_id.as_str().as_bytes());
        prop_assert_eq!(headers["x-app-id"].as_bytes(), scope.app_id.as_str().as_bytes());
        for (name, id) in [("x-request-id", scope.request_id().cloned()), ("x-user-id", scope.claims().user_id.clone())] {
            let sent = headers.get(name).map(HeaderValue::as_bytes);
            prop_assert_eq!(sent, id.as_ref().map(|id| id.as_str().as_bytes()));
            prop_assert!(id.is_none_or(|id| is_shaped(id.as_str())));
        }
        prop_assert!(scope.surface_id.clone().is_none_or(|id| is_shaped(id.as_str())));
        prop_assert!(scope.trace().trace_id.clone().is_none_or(|id| is_shaped(id.as_str())));
    }

    #[test]
    fn refused_means_an_envelope(headers in headers()) {
        let Err(error) = ScopeHeaders::from_headers(&headers) else { return Ok(()) };
        let response = error.to_response();
        prop_assert_eq!(response.status(), 400);
        let read: guard::envelope::ErrorEnvelope = serde_json::from_str(response.body()).unwrap();
        prop_assert!(guard::code::CODES.iter().any(|entry| entry.matches(read.code())), "{}", read.code());
        prop_assert_eq!(read, error);
    }

    #[test]
    fn a_tenant_is_parsed_exactly_when_the_pattern_says_so(bytes in value()) {
        let wanted = str::from_utf8(&bytes).is_ok_and(|text| is_tenant(text) && is_shaped(text));
        prop_assert_eq!(TenantId::parse(&bytes).is_ok(), wanted);
    }

    #[test]
    fn a_mode_is_parsed_exactly_when_it_is_one(bytes in value()) {
        let lower = bytes.to_ascii_lowercase();
        let wanted = [&b"saas"[..], b"enterprise", b"lab"].contains(&&*lower);
        prop_assert_eq!(Mode::parse(&bytes).is_ok(), wanted);
    }
}
