//! Shapes that public applications have, each beside a twin that differs in nothing else.

#![allow(
    clippy::unwrap_used,
    reason = "helpers outside the test functions may fail a test too"
)]

#[path = "../common/mod.rs"]
mod common;

mod handlers;
mod python;
mod routes;

use common::Scratch;
use guard_lint::report::Report;

/// The report on these files, each as its path and its text.
fn report(files: &[(&str, &str)]) -> Report {
    Scratch::with(files).report()
}

/// The routes as `METHODS path function`, sorted, with the prefixes of the applications that serve them.
fn routes(report: &Report) -> Vec<String> {
    let mut rows = Vec::new();
    for router in &report.routers {
        for endpoint in &router.endpoints {
            let methods = endpoint.methods.join(",");
            for mount in &router.mounted {
                rows.push(format!(
                    "{methods} {}{} {}",
                    mount.prefix, endpoint.path, endpoint.function
                ));
            }
        }
    }
    rows.sort();
    rows
}

/// The functions in which a rule speaks.
fn found(report: &Report, rule: &str) -> Vec<String> {
    let of_rule = report.findings.iter().filter(|finding| finding.rule == rule);
    let mut functions: Vec<String> = of_rule
        .map(|finding| finding.function.clone().unwrap_or_default())
        .collect();
    functions.sort();
    functions.dedup();
    functions
}
