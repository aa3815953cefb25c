//! The verdicts on the engine fixture are the ones in its tables, and rules tell each trap from its compliant twin, but
//! for what `KNOWN-WRONG.tsv` lists.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use common::known::{self, Subject, whole};
use common::{FACTS, Key, VERDICTS, endpoints, engine_report, row_key, table, verdict, word};
use guard_lint::report::model::{Finding, Severity};
use guard_lint::rules::RULES;

/// Errors that belong in a compliant twin, and why.
const TWIN_ERRORS: [(&str, &str, &str); 2] = [
    (
        "engines/traps/errors/wrong_handler_ok.py",
        "GL201",
        "bare in the source, enveloped on the wire by the handler",
    ),
    (
        "engines/traps/identity/decorator_level_ok.py",
        "GL101",
        "its other route is open, to see that decorators are not shared",
    ),
];

/// What differs from what it should be, and how many were compared.
#[derive(Default)]
struct Differences {
    wrong: BTreeMap<Subject, String>,
    judged: usize,
}

impl Differences {
    fn compare(&mut self, subject: Subject, says: &str, expected: &str) {
        self.judged += 1;
        if says != expected {
            self.wrong.insert(subject, says.to_owned());
        }
    }
}

#[test]
fn the_report_is_what_the_tables_say() {
    let mut differences = Differences::default();
    compare_endpoints(&mut differences);
    compare_tickets(&mut differences);
    compare_rules(&mut differences);
    known::check(
        |column| !column.starts_with("without "),
        &differences.wrong,
        differences.judged,
    );
}

fn compare_endpoints(differences: &mut Differences) {
    let found = endpoints(engine_report());
    let subject =
        |[file, function, methods, path]: Key, column: &str| [file, function, methods, path, column.to_owned()];
    let mut expected = BTreeSet::new();
    for row in table("EXPECTED.tsv") {
        let key = row_key(&row);
        expected.insert(key.clone());
        let endpoint = found.get(&key);
        let presence = if endpoint.is_some() { "found" } else { "missing" };
        differences.compare(subject(key.clone(), "endpoint"), presence, "found");
        for column in VERDICTS.into_iter().chain(FACTS) {
            if let Some(endpoint) = endpoint {
                differences.compare(subject(key.clone(), column), &verdict(endpoint, column), &row[column]);
            }
        }
    }
    for key in found.into_keys().filter(|key| !expected.contains(key)) {
        differences.compare(subject(key, "endpoint"), "extra", "absent");
    }
}

fn compare_tickets(differences: &mut Differences) {
    for row in table("EXPECTED-TICKETS.tsv") {
        let ticket = engine_report().tickets.iter().find(|ticket| ticket.id == row["id"]);
        let status = ticket.map_or("absent".to_owned(), |ticket| word(ticket.status));
        differences.compare(whole(&row["id"], "status"), &status, &row["status"]);
    }
}

/// Every rule fires somewhere; no error stands in a compliant twin; and each trap has a finding that its twin has not.
fn compare_rules(differences: &mut Differences) {
    let report = engine_report();
    // The others are about Rust, and have a fixture of their own.
    for rule in RULES.iter().filter(|rule| !rule.meta().code.starts_with("GL7")) {
        let code = rule.meta().code;
        let fires = report.findings.iter().any(|finding| finding.rule == code);
        differences.compare(whole(code, "rule"), if fires { "fires" } else { "silent" }, "fires");
    }
    let found = endpoints(report);
    let files: BTreeSet<&str> = found.keys().map(|key| key[0].as_str()).collect();
    for twin in files.iter().filter(|file| file.ends_with("_ok.py")) {
        let findings = of_file(twin);
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        let errors: BTreeSet<&str> = errors.map(|finding| finding.rule.as_str()).collect();
        let errors: Vec<&str> = errors.into_iter().collect();
        let meant = TWIN_ERRORS
            .iter()
            .find(|(file, ..)| file == twin)
            .map_or("", |(_, rule, _)| rule);
        differences.compare(whole(twin, "errors"), &errors.join(","), meant);
        let trap = twin.replace("_ok.py", ".py");
        if files.contains(trap.as_str()) {
            let codes =
                |file: &str| -> BTreeSet<String> { of_file(file).iter().map(|finding| finding.rule.clone()).collect() };
            let caught = if codes(&trap).is_subset(&codes(twin)) {
                "not caught"
            } else {
                "caught"
            };
            differences.compare(whole(&trap, "trap"), caught, "caught");
        }
    }
}

/// The findings in a file, and those elsewhere that are its router's.
fn of_file(file: &str) -> Vec<&'static Finding> {
    let report = engine_report();
    let modules = report.routers.iter().filter(|router| router.file == file);
    let modules: BTreeSet<&str> = modules.map(|router| router.module.as_str()).collect();
    let is_its_own = |finding: &&Finding| {
        finding.file == file || finding.router.as_deref().is_some_and(|router| modules.contains(router))
    };
    report.findings.iter().filter(is_its_own).collect()
}

#[test]
fn the_tables_agree_on_what_fastapi_registers() {
    let registered: BTreeSet<_> = table("ROUTES.tsv").iter().map(row_key).collect();
    let expected = table("EXPECTED.tsv");
    let expected = expected.iter().filter(|row| !row["note"].starts_with("not registered"));
    assert_eq!(registered, expected.map(row_key).collect());
}

#[test]
fn every_rule_over_every_file() {
    let mut files: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for finding in &engine_report().findings {
        *files
            .entry(&finding.file)
            .or_default()
            .entry(&finding.rule)
            .or_default() += 1;
    }
    let mut text = String::new();
    for (file, rules) in files {
        let rules: Vec<String> = rules.iter().map(|(rule, count)| format!("{rule} x{count}")).collect();
        writeln!(text, "{file}: {}", rules.join(", ")).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_finding_is_of_a_rule() {
    for finding in &engine_report().findings {
        let rule = RULES.iter().find(|rule| rule.meta().code == finding.rule);
        let rule = rule.unwrap_or_else(|| panic!("no rule has the code {}", finding.rule));
        assert_eq!(rule.meta().name, finding.name);
    }
}
