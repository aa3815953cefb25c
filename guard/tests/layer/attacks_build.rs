//! Section H: what is decided when an engine starts.

use std::time::Duration;

use guard::context::ContextField;
use guard::layer::{GuardLayer, Limits, Settings};
use guard::registry::{Engine, Route};
use guard::route::{Exemption, GateDecision, Method, RouteMeta};

use crate::house::*;
use crate::support::*;

fn faults(settings: Settings, routes: &[RouteMeta]) -> String {
    let routes = routes.iter().map(|meta| Route::new(*meta, || async {}));
    Engine::new(settings, routes).map_or_else(|errors| errors.to_string(), |_| String::new())
}

#[test]
fn h75_duplicate_and_conflicting_routes() {
    let get = meta(Method::Get, "/a");
    assert!(faults(settings(), &[get, get]).contains("another route has this method and path"));
    assert_eq!(faults(settings(), &[get, meta(Method::Post, "/a")]), "");
    let conflict = faults(settings(), &[meta(Method::Get, "/a/{x}"), meta(Method::Post, "/a/{y}")]);
    assert!(conflict.contains("conflicts with /a/{x}"), "{conflict}");
    assert!(faults(settings(), &[meta(Method::Get, "/a/{x}"), meta(Method::Get, "/a/{*y}")]).contains("conflicts"));
    assert_eq!(
        faults(settings(), &[meta(Method::Get, "/a/{x}"), meta(Method::Get, "/a/b")]),
        ""
    );
}

#[test]
fn h75_everything_wrong_is_said_at_once() {
    let bad = meta(Method::Get, "/a").tickets(&["NO-001"]);
    let text = faults(
        settings(),
        &[bad, bad, meta(Method::Get, "/b").flag("on").tickets(&["ENG-STD-999"])],
    );
    assert!(text.starts_with("the engine does not start, for 4 reasons:"), "{text}");
}

#[test]
fn h75_unknown_tickets() {
    assert!(
        faults(settings(), &[meta(Method::Get, "/a").tickets(&["ENG-STD-055"])])
            .contains("there is no ticket ENG-STD-055")
    );
    assert_eq!(
        faults(settings(), &[meta(Method::Get, "/a").tickets(&["ENG-STD-054"])]),
        ""
    );
    assert_eq!(
        faults(
            settings().tickets(["OWN-1"]),
            &[meta(Method::Get, "/a").tickets(&["OWN-1"])]
        ),
        ""
    );
}

/// Paths that axum would panic at, and paths that no request can have since the guard refuses them.
#[test]
fn h75_paths_that_cannot_be_mounted() {
    for path in [
        "",
        "a",
        "*",
        "/:id",
        "/a/*rest",
        "/a//b",
        "/a/",
        "/a/../b",
        "/a/./b",
        "/a;b",
        "/é",
        "/a%2fb",
        "/a b",
        "/{",
        "/{}",
        "/{a}{b}",
        "/{a",
        "/{*rest}/x",
    ] {
        let text = faults(settings(), &[meta(Method::Get, path)]);
        if path == "/a/" {
            assert_eq!(text, "", "a path of its own");
        } else {
            assert!(!text.is_empty(), "{path} starts");
        }
    }
    for path in ["/", "/a", "/a/{id}", "/a/{*rest}", "/a.b/{id}/c"] {
        assert_eq!(faults(settings(), &[meta(Method::Get, path)]), "", "{path}");
    }
}

#[test]
fn h75_facts_that_exclude_each_other() {
    let mut undecided = meta(Method::Post, "/a");
    undecided.gate = GateDecision::Reads;
    let mut alone = meta(Method::Get, "/a");
    alone.gate = GateDecision::Exempt;
    let mut both = exempt(Method::Get, "/a", Exemption::EX_001);
    both.gate = GateDecision::Action("x");
    for wrong in [
        undecided,
        alone,
        both,
        exempt(Method::Get, "/a", Exemption::EX_001).roles(&["owner"]),
        exempt(Method::Post, "/a", Exemption::EX_002).body_fields(&[ContextField::TenantId]),
        meta(Method::Get, "/a").body_fields(&[ContextField::TenantId]),
        meta(Method::Get, "/a").timeout(Duration::ZERO),
    ] {
        assert_ne!(faults(settings(), &[wrong]), "", "{wrong:?}");
    }
    let mut foreign = exempt(Method::Get, "/a", Exemption::EX_001);
    foreign.router = "engines.ops.other";
    assert!(faults(settings(), &[foreign]).contains("no ticket exempts"));
}

#[test]
fn h76_nothing_is_off_by_default() {
    let mut act = meta(Method::Post, "/a");
    act.gate = GateDecision::Action("thing.act");
    assert!(faults(Settings::new(Tokens), &[act]).contains("has no gates to pass"));
    assert_eq!(faults(settings(), &[act]), "");
    for limits in [
        Limits::default().timeout(Duration::ZERO),
        Limits::default().compared_body(100).compared_bodies(99),
        Limits::default().compared_body(u64::MAX).compared_bodies(u64::MAX),
    ] {
        assert_ne!(faults(Settings::new(Tokens).limits(limits), &[]), "", "{limits:?}");
    }
    assert_eq!(
        faults(Settings::new(Tokens), &[]),
        "",
        "an engine of no routes answers 401 and 404"
    );
}

#[test]
fn h77_no_check_of_the_library_depends_on_the_build() {
    fn walk(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            // Everything above the unit tests of a file.
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            for word in [
                "debug_assert",
                "cfg(debug_assertions)",
                "cfg!(debug_assertions)",
                "cfg!(test)",
                "cfg(test)",
                "std::env",
                "env::var",
            ] {
                if code.contains(word) {
                    found.push(format!("{}: {word}", path.display()));
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn h75_two_builds_give_one_manifest() {
    let text = |engine: &Engine| serde_json::to_string(engine.manifest()).unwrap();
    let (one, two) = (house().0, house().0);
    assert_eq!(text(&one), text(&two));
    let paths: Vec<_> = one
        .manifest()
        .routes
        .iter()
        .map(|route| (&*route.path, route.method.as_str()))
        .collect();
    assert!(paths.is_sorted());
    assert_eq!(paths.len(), 14);
    let layer = GuardLayer::new(settings(), [meta(Method::Get, "/b"), meta(Method::Get, "/a")]).unwrap();
    assert_eq!(
        layer.routes().map(|meta| meta.path).collect::<Vec<_>>(),
        ["/b", "/a"],
        "as given"
    );
}
