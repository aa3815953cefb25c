use super::*;
use crate::report::{NoSources, testing};

fn style(width: usize) -> Style {
    Style {
        width,
        ..Style::plain()
    }
}

#[test]
fn the_caret_stands_under_the_place() {
    let report = testing::report();
    let out = render(&report.findings[0], &testing::sources(), &style(80));
    insta::assert_snapshot!(out);
}

#[test]
fn a_trace_leads_from_the_endpoint_to_the_fault() {
    let report = testing::report();
    insta::assert_snapshot!(render(&report.findings[1], &testing::sources(), &style(80)));
    let unicode = Style {
        unicode: true,
        ..style(120)
    };
    insta::assert_snapshot!(render(&report.findings[1], &testing::sources(), &unicode));
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let report = testing::report();
    for width in [50, 80, 120] {
        let out = render(&report.findings[3], &testing::sources(), &style(width));
        assert!(out.contains("raise Bad(1)") && out.contains("^^^^^^^^^^^^"), "{out}");
        assert!(
            out.lines().all(|line| crate::report::measure::width(line) <= width),
            "{out}"
        );
    }
}

#[test]
fn a_long_trace_is_capped() {
    let report = testing::report();
    let out = render(&report.findings[4], &NoSources, &style(80));
    assert!(
        out.contains("... 5 more calls ...") && out.contains("9. `f9`") && !out.contains("`f5`"),
        "{out}"
    );
    insta::assert_snapshot!(out);
}

#[test]
fn escape_sequences_are_shown_and_not_obeyed() {
    let report = testing::report();
    let out = render(&report.findings[5], &testing::sources(), &style(80));
    assert!(!out.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\r']), "{out:?}");
    insta::assert_snapshot!(out);
}

#[test]
fn a_range_over_lines_is_marked_on_its_first() {
    let mut finding = testing::report().findings.remove(0);
    (finding.line, finding.end_line) = (14, 15);
    let out = render(&finding, &testing::sources(), &style(80));
    assert_eq!(out.matches('^').count(), "get_asset(asset_id: str):".len(), "{out}");
}

#[test]
fn colour_is_only_where_it_is_wanted() {
    let report = testing::report();
    let colored = Style {
        color: true,
        unicode: true,
        ..style(80)
    };
    insta::assert_snapshot!(render(&report.findings[1], &testing::sources(), &colored).replace('\u{1b}', "␛"));
}
