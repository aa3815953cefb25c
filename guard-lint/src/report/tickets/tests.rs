use super::*;
use crate::report::testing;

fn style(width: usize, color: bool) -> Style {
    Style {
        width,
        color,
        unicode: color,
    }
}

#[test]
fn table() {
    for (width, color) in [
        (80, false),
        (120, false),
        (50, false),
        (40, false),
        (80, true),
        (50, true),
        (120, true),
    ] {
        let out = render(&testing::report(), &style(width, color), Grouping::Family);
        insta::assert_snapshot!(format!("table_{width}_{color}"), out.replace('\u{1b}', "␛"));
    }
}

#[test]
fn by_status() {
    let out = render(&testing::report(), &style(80, false), Grouping::Status);
    insta::assert_snapshot!(out);
}

#[test]
fn detail() {
    let report = testing::report();
    for (width, color) in [(80, false), (50, false), (80, true)] {
        let all: Vec<String> = [0, 2, 5, 6, 9]
            .map(|at| render_ticket(&report, &report.tickets[at], &style(width, color)))
            .to_vec();
        insta::assert_snapshot!(format!("detail_{width}_{color}"), all.join("\n").replace('\u{1b}', "␛"));
    }
}

#[test]
fn the_last_line_never_lies() {
    let last = |report: &Report| {
        let out = render(report, &Style::plain(), Grouping::Family);
        out.lines().next_back().unwrap_or_default().to_owned()
    };
    let clean = testing::clean_report();
    assert_eq!(last(&clean), "Nothing to mend.");
    assert_eq!(
        last(&Report {
            tickets: Vec::new(),
            ..clean
        }),
        "The catalog holds no ticket."
    );
    let full = testing::report();
    let faulty = Report {
        findings: full.findings.clone(),
        ..testing::clean_report()
    };
    assert_eq!(
        last(&faulty),
        "Run guard-lint check engine to see 5 findings; every ticket is done or exempt."
    );
    let unread = Report {
        unchecked: full.unchecked.clone(),
        ..testing::clean_report()
    };
    assert_eq!(
        last(&unread),
        "Run guard-lint check engine to see 2 places that could not be checked."
    );
    assert_eq!(
        last(&testing::report()),
        "Run guard-lint tickets engine ENG-STD-005 to see what it lacks, and where."
    );
}

#[test]
fn every_status_and_class_is_a_word_of_the_table() {
    let out = render(&testing::report(), &style(80, false), Grouping::Family);
    for word in [
        "done", "partial", "open", "exempt", "missing", "unknown", "SECURITY", "QUALITY",
    ] {
        assert!(out.contains(word), "{word}");
    }
}
