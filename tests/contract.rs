//! What holds between the crates: the table of codes, the routes of the example, and the attribute under another name.

use std::collections::HashSet;

use engine_guard::code::CODES;
use engine_guard::envelope::{ErrorEnvelope, Gate};
use engine_guard::route::{Exemption, GateDecision, Method, RouteMeta};
use engine_guard::{code, engine_route};

#[test]
fn every_code_has_one_or_two_words_and_is_listed_once() {
    let is_word = |word: &str| {
        let plain = word
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .unwrap_or(word);
        plain.starts_with(|c: char| c.is_ascii_lowercase()) && plain.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let mut seen = HashSet::new();
    for entry in CODES {
        assert!(seen.insert(entry.pattern), "{} is listed twice", entry.pattern);
        assert!(
            entry.pattern.split('.').count() <= 2 && entry.pattern.split('.').all(is_word),
            "{}",
            entry.pattern
        );
    }
}

#[test]
fn every_gate_says_no_with_403_and_a_code_of_its_own() {
    for gate in Gate::ALL {
        let codes: Vec<_> = CODES.iter().filter(|entry| entry.gate == Some(gate)).collect();
        assert!(!codes.is_empty(), "{gate:?}");
        assert!(
            codes
                .iter()
                .all(|entry| entry.status.is_some_and(|status| status.as_u16() == 403)),
            "{gate:?}"
        );
    }
}

#[test]
fn the_examples_routes_state_consistent_facts() {
    let mut places = HashSet::new();
    for route in engine_server::engine::routes() {
        let RouteMeta {
            method,
            path,
            router,
            gate,
            exemption,
            ..
        } = *route.meta();
        assert!(places.insert((method, path)), "{method} {path} is listed twice");
        assert!(path.starts_with('/') && router.contains('.'), "{route:?}");
        match gate {
            GateDecision::Action(name) => assert!(!name.is_empty(), "{route:?}"),
            GateDecision::NoGate { reason } => assert!(method.is_mutating() && !reason.is_empty(), "{route:?}"),
            GateDecision::Reads => assert!(!method.is_mutating(), "{route:?}"),
            GateDecision::Exempt => assert!(exemption.is_some(), "{route:?}"),
        }
        if let Some(exemption) = exemption {
            assert_eq!((gate, exemption.router), (GateDecision::Exempt, router));
            assert!(Exemption::ALL.contains(&exemption));
        }
    }
}

/// A resource kind is a parameter of codes, so it has to be one.
#[test]
fn the_examples_resource_kinds_make_codes() {
    for kind in engine_server::engine::routes()
        .iter()
        .filter_map(|route| route.meta().resource_kind)
    {
        assert!(
            code::missing_route(kind).is_ok() && code::backend_forbidden(kind).is_ok(),
            "{kind}"
        );
    }
}

#[engine_route(
    crate = engine_guard,
    method = POST,
    path = "/login",
    router = "engines.identity.routes_auth",
    exempt = "EX-002"
)]
async fn login() -> ErrorEnvelope {
    ErrorEnvelope::builder(code::AUTH_TOKEN_INVALID).build()
}

#[test]
fn the_macros_work_under_another_crate_name() {
    let [login]: [engine_guard::registry::Route; 1] = engine_guard::routes![crate = engine_guard; login];
    assert_eq!(*login.meta(), LOGIN_ROUTE);
    assert_eq!((LOGIN_ROUTE.method, LOGIN_ROUTE.path), (Method::Post, "/login"));
    assert_eq!(LOGIN_ROUTE.exemption, Some(Exemption::EX_002));
}
