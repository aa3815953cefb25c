//! The Rust fixture is judged as its tables say, and the example engine is clean.

#![allow(
    clippy::unwrap_used,
    reason = "helpers outside the test functions may fail a test too"
)]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{Scratch, VERDICTS, endpoints, guard_lint, report, report_with, verdict};
use guard_lint::report::Report;
use guard_lint::report::model::Language;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/engine-rs")
}

/// A table of the fixture without its heading; `UPDATE_RUST=1` writes what is said now, to be read before it is kept.
fn compare(name: &str, heading: &str, rows: Vec<String>) {
    let path = fixture().join(name);
    if std::env::var_os("UPDATE_RUST").is_some() {
        std::fs::write(&path, format!("{heading}\n{}\n", rows.join("\n"))).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let expected: BTreeSet<&str> = text.lines().skip(1).collect();
    let found: BTreeSet<&str> = rows.iter().map(String::as_str).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    let extra: Vec<_> = found.difference(&expected).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{name}: expected {missing:#?}, found {extra:#?}"
    );
}

fn rows(report: &Report) -> Vec<String> {
    let mut rows = Vec::new();
    for router in &report.routers {
        assert_eq!(router.language, Language::Rust);
        for endpoint in &router.endpoints {
            let mut cells = vec![
                endpoint.file.clone(),
                endpoint.function.clone(),
                endpoint.methods.join(","),
                endpoint.path.clone(),
                router.module.clone(),
            ];
            let columns = VERDICTS.into_iter().chain(["wire", "stream"]);
            cells.extend(columns.map(|column| verdict(endpoint, column)));
            rows.push(cells.join("\t"));
        }
    }
    rows.sort();
    rows
}

#[test]
fn every_endpoint_is_judged_as_the_table_says() {
    let heading = "file\tfunction\tmethods\tpath\trouter\tidentity\tcredential\tenvelope\tgate\twire\tstream";
    compare("EXPECTED.tsv", heading, rows(&report(&fixture())));
}

#[test]
fn every_rule_stands_where_the_table_says() {
    let report = report(&fixture());
    let found: BTreeSet<String> = report
        .findings
        .iter()
        .map(|finding| {
            let function = finding.function.as_deref().unwrap_or("-");
            format!("{}\t{function}\t{}", finding.file, finding.rule)
        })
        .collect();
    compare("TRAPS.tsv", "file\tfunction\trule", found.into_iter().collect());
}

#[test]
fn what_cannot_be_judged_is_listed() {
    let report = report(&fixture());
    let rows = report.unchecked.iter();
    let rows = rows.map(|unchecked| format!("{}\t{}\t{}", unchecked.file, unchecked.line, unchecked.reason));
    compare("UNCHECKED.tsv", "file\tline\treason", rows.collect());
}

#[test]
fn threads_change_nothing() {
    let one = report_with(&fixture(), 1);
    for threads in [2, 5] {
        assert_eq!(one, report_with(&fixture(), threads), "{threads} threads");
    }
}

#[test]
fn the_example_engine_is_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/engine-server");
    let report = report(&root);
    assert_eq!(report.findings, []);
    assert_eq!(report.unchecked, []);
    assert_eq!(endpoints(&report).len(), 14);
    let status = |id: &str| {
        report
            .tickets
            .iter()
            .find(|ticket| ticket.id == id)
            .map(|ticket| common::word(ticket.status))
    };
    for ticket in ["001", "002", "003", "009", "010", "016", "022", "049"] {
        assert_eq!(
            status(&format!("ENG-STD-{ticket}")).as_deref(),
            Some("done"),
            "{ticket}"
        );
    }
}

#[test]
fn the_examples_manifest_is_that_of_its_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/engine-server");
    let output = guard_lint(&root)
        .args(["check", "--strict", "--manifest", "manifest.json"])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

const ROUTES: &str = r#"
#[guard::engine_route(method = GET, path = "/a", router = "engines.a.routes")]
async fn a() {}
#[guard::engine_route(method = POST, path = "/b", router = "engines.a.routes", action = "b.make")]
async fn b() {}
fn engine(settings: guard::layer::Settings) {
    guard::registry::Engine::new(settings, guard::routes![a, b]);
}
"#;

fn route(method: &str, path: &str, gate: &str) -> String {
    format!(
        r#"{{"method": "{method}", "path": "{path}", "router": "engines.a.routes", "tickets": [], "resource_kind": null,
        "gate": {gate}, "exemption": null, "body_fields": [], "missing_status": 400, "roles": [], "flag": null,
        "body_limit": null, "timeout_ms": null}}"#
    )
}

/// The codes and messages of a run with this manifest.
fn with_manifest(routes: &[String]) -> Vec<String> {
    against(ROUTES, routes)
}

/// The same, for another source.
fn against(source: &str, routes: &[String]) -> Vec<String> {
    let tree = Scratch::with(&[("src/main.rs", source)]);
    tree.write(
        "manifest.json",
        format!(r#"{{"version": 1, "routes": [{}]}}"#, routes.join(",")),
    );
    let output = guard_lint(tree.root())
        .args(["check", "--output-format", "json", "--manifest", "manifest.json"])
        .output()
        .unwrap();
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report.findings.into_iter().filter(|finding| finding.rule == "GL704");
    findings
        .map(|finding| format!("{}:{} {}", finding.file, finding.line, finding.message))
        .collect()
}

#[test]
fn the_manifest_is_compared_with_the_source() {
    let a = route("GET", "/a", r#"{"decision": "reads"}"#);
    let b = route("POST", "/b", r#"{"decision": "action", "action": "b.make"}"#);
    assert_eq!(with_manifest(&[a.clone(), b.clone()]), Vec::<String>::new());
    let other = route("POST", "/b", r#"{"decision": "action", "action": "b.break"}"#);
    assert_eq!(
        with_manifest(&[a.clone(), other]),
        ["src/main.rs:5 the manifest and the source differ in `gate` of `POST /b`"]
    );
    assert_eq!(
        with_manifest(&[b, route("GET", "/c", r#"{"decision": "reads"}"#)]),
        [
            "src/main.rs:2 `GET /c` stands in the manifest and not in the source",
            "src/main.rs:3 `GET /a` stands in the source and not in the manifest"
        ]
    );
}

#[test]
fn budgets_and_streams_are_compared_too() {
    let source = r#"
#[guard::engine_route(method = POST, path = "/a", router = "engines.a.routes", action = "a.make", budget = "0.250 EUR")]
async fn a() {}
#[guard::engine_route(method = GET, path = "/b", router = "engines.a.routes", stream = websocket("chat", hello))]
async fn b() {}
#[guard::engine_route(method = GET, path = "/c", router = "engines.a.routes", stream = sse("chat"))]
async fn c() {}
fn engine(settings: guard::layer::Settings) {
    guard::registry::Engine::new(settings, guard::routes![a, b, c]);
}
"#;
    let with = |method: &str, path: &str, gate: &str, more: &str| {
        route(method, path, gate).replace(r#""timeout_ms": null"#, &format!(r#""timeout_ms": null, {more}"#))
    };
    let (make, reads) = (
        r#"{"decision": "action", "action": "a.make"}"#,
        r#"{"decision": "reads"}"#,
    );
    let budget =
        |amount: &str, currency: &str| format!(r#""budget": {{"amount": "{amount}", "currency": "{currency}"}}"#);
    let stream =
        |transport: &str, domain: &str| format!(r#""stream": {{"transport": "{transport}", "domain": "{domain}"}}"#);
    let a = |more: &str| with("POST", "/a", make, more);
    let b = |more: &str| with("GET", "/b", reads, more);
    let c = |more: &str| with("GET", "/c", reads, more);
    let good = [
        a(&budget("0.25", "EUR")),
        b(&stream("websocket_hello", "chat")),
        c(&stream("sse", "chat")),
    ];
    assert_eq!(against(source, &good), Vec::<String>::new());
    for (index, wrong, what) in [
        (0, a(&budget("0.26", "EUR")), "`budget` of `POST /a`"),
        (0, a(&budget("0.25", "USD")), "`budget` of `POST /a`"),
        (0, a(r#""budget": null"#), "`budget` of `POST /a`"),
        (1, b(&stream("websocket", "chat")), "`stream` of `GET /b`"),
        (2, c(&stream("sse", "canvas")), "`stream` of `GET /c`"),
        (2, c(r#""stream": null"#), "`stream` of `GET /c`"),
    ] {
        let mut routes = good.clone();
        routes[index] = wrong;
        let found = against(source, &routes);
        assert!(matches!(&*found, [one] if one.ends_with(what)), "{what}: {found:?}");
    }
}

#[test]
fn a_mixed_tree_is_judged_in_one_run() {
    let tree = Scratch::with(&[
        ("src/main.rs", ROUTES),
        (
            "engines/b/routes.py",
            "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get(\"/c\")\ndef c():\n    return {}\n",
        ),
    ]);
    let report = tree.report();
    let found: Vec<(&str, Language)> = report
        .routers
        .iter()
        .map(|router| (router.module.as_str(), router.language))
        .collect();
    assert_eq!(
        found,
        [
            ("engines.a.routes", Language::Rust),
            ("engines.b.routes", Language::Python)
        ]
    );
}

#[test]
fn rust_beside_python_that_is_no_engine_is_left_alone() {
    let python = (
        "app.py",
        "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get(\"/c\")\ndef c():\n    return {}\n",
    );
    let alone = Scratch::with(&[python]).report();
    let mut beside = Scratch::with(&[python, ("src/lib.rs", "fn broken( {")]).report();
    beside.root.clone_from(&alone.root);
    assert_eq!(alone, beside);
}
