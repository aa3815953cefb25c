//! What every report holds, whatever it says: same bytes for the same input, a valid shape, counts that add up.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::{engine, engine_report, report_with, small};
use guard_lint::report::model::{ClauseVerdict, FindingCounts, Severity, TicketCounts, TicketStatus};
use guard_lint::report::{Report, json};

fn reports() -> [Report; 2] {
    [engine_report().clone(), report_with(&small(), 1)]
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let expected = json::render(engine_report()).unwrap();
    for threads in [1, 2, 5] {
        let again = json::render(&report_with(&engine(), threads)).unwrap();
        // The whole text would hide the difference.
        let differing = expected.lines().zip(again.lines()).find(|(left, right)| left != right);
        assert_eq!(differing, None, "with {threads} threads");
        assert!(expected == again, "with {threads} threads");
    }
}

#[test]
fn reports_are_valid() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/report-v1.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in reports() {
        let value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(&value)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

#[test]
fn counts_are_those_of_the_lists() {
    for report in reports() {
        let status = |status| report.tickets.iter().filter(|ticket| ticket.status == status).count();
        let tickets = TicketCounts {
            done: status(TicketStatus::Done),
            partial: status(TicketStatus::Partial),
            open: status(TicketStatus::Open),
            exempt: status(TicketStatus::Exempt),
            missing: status(TicketStatus::Missing),
            unknown: status(TicketStatus::Unknown),
        };
        assert_eq!(report.summary.tickets, tickets);
        let shown = report.findings.iter().filter(|finding| finding.suppressed.is_none());
        let severity = |severity| shown.clone().filter(|finding| finding.severity == severity).count();
        let findings = FindingCounts {
            error: severity(Severity::Error),
            warning: severity(Severity::Warning),
            note: severity(Severity::Note),
        };
        assert_eq!(report.summary.findings, findings);
        assert_eq!(report.summary.suppressed, report.findings.len() - shown.count());
        assert_eq!(report.summary.unchecked, report.unchecked.len());
        assert_eq!(report.summary.routers, report.routers.len());
        let endpoints: usize = report.routers.iter().map(|router| router.endpoints.len()).sum();
        assert_eq!(report.summary.endpoints, endpoints);
    }
}

#[test]
fn fingerprints_are_unique_and_clauses_point_at_them() {
    for report in reports() {
        let mut known = BTreeSet::new();
        for finding in &report.findings {
            assert!(
                known.insert(&finding.fingerprint),
                "{} stands twice: {finding:#?}",
                finding.fingerprint
            );
            assert!(finding.fingerprint.len() == 16 && finding.fingerprint.chars().all(|c| c.is_ascii_hexdigit()));
        }
        let tickets: BTreeSet<&str> = report.tickets.iter().map(|ticket| ticket.id.as_str()).collect();
        for finding in &report.findings {
            assert!(
                finding.tickets.iter().all(|ticket| tickets.contains(ticket.as_str())),
                "{finding:#?}"
            );
        }
        for ticket in &report.tickets {
            let mut ids = BTreeSet::new();
            for clause in &ticket.clauses {
                assert!(ids.insert(&clause.id), "{} has two clauses {}", ticket.id, clause.id);
                assert!(
                    clause.findings.iter().all(|finding| known.contains(finding)),
                    "{} {}",
                    ticket.id,
                    clause.id
                );
            }
        }
    }
}

#[test]
fn a_verdict_gives_its_reason() {
    for report in reports() {
        for ticket in &report.tickets {
            for clause in &ticket.clauses {
                assert!(
                    !clause.reason.is_empty(),
                    "{} {} is judged without a reason",
                    ticket.id,
                    clause.id
                );
            }
            let clauses = || ticket.clauses.iter().map(|clause| clause.verdict);
            let unmet = clauses().any(|verdict| matches!(verdict, ClauseVerdict::Unmet | ClauseVerdict::Partial));
            if ticket.status == TicketStatus::Done {
                assert!(
                    !unmet && clauses().any(|verdict| verdict == ClauseVerdict::Met),
                    "{} is done",
                    ticket.id
                );
            }
        }
    }
}

#[test]
fn lists_are_in_order() {
    for report in reports() {
        let place = |finding: &guard_lint::report::model::Finding| {
            (finding.file.clone(), finding.line, finding.column, finding.rule.clone())
        };
        assert!(report.findings.is_sorted_by_key(place));
        assert!(
            report
                .routers
                .is_sorted_by_key(|router| (router.module.clone(), router.line))
        );
        assert!(report.unchecked.is_sorted());
        for router in &report.routers {
            for endpoint in &router.endpoints {
                assert!(endpoint.methods.is_sorted());
            }
        }
    }
}

#[test]
fn places_exist_below_the_root() {
    for report in reports() {
        let root = Path::new(&report.root);
        let mut places: BTreeSet<(&str, u32)> = BTreeSet::new();
        for finding in &report.findings {
            assert!(
                (finding.line, finding.column) <= (finding.end_line, finding.end_column),
                "{finding:#?}"
            );
            places.insert((&finding.file, finding.end_line));
            places.extend(finding.trace.iter().map(|step| (step.file.as_str(), step.line)));
        }
        for router in &report.routers {
            places.insert((&router.file, router.line));
            for endpoint in &router.endpoints {
                places.insert((&endpoint.file, endpoint.line));
                places.extend(
                    endpoint
                        .envelope
                        .sites
                        .iter()
                        .map(|site| (site.file.as_str(), site.line)),
                );
                places.extend(endpoint.gate.sites.iter().map(|site| (site.file.as_str(), site.line)));
            }
        }
        for clause in report.tickets.iter().flat_map(|ticket| &ticket.clauses) {
            places.extend(
                clause
                    .evidence
                    .iter()
                    .map(|evidence| (evidence.file.as_str(), evidence.line)),
            );
        }
        for (file, line) in places {
            assert!(
                !file.starts_with('/') && !file.contains('\\') && !file.contains(".."),
                "{file}"
            );
            let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(
                line >= 1 && line as usize <= text.lines().count(),
                "{file}:{line} is beyond its end"
            );
        }
    }
}
