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
fn full() {
    for (width, color) in [(80, false), (120, false), (50, false), (80, true)] {
        let out = render(
            &testing::report(),
            &testing::sources(),
            &style(width, color),
            Detail::Full,
        );
        insta::assert_snapshot!(format!("full_{width}_{color}"), out.replace('\u{1b}', "␛"));
    }
}

#[test]
fn concise() {
    for (width, color) in [(80, false), (50, false), (80, true)] {
        let out = render(
            &testing::report(),
            &testing::sources(),
            &style(width, color),
            Detail::Concise,
        );
        insta::assert_snapshot!(format!("concise_{width}_{color}"), out.replace('\u{1b}', "␛"));
    }
}

fn last_line(report: &Report) -> String {
    let out = render(report, &testing::sources(), &style(200, false), Detail::Full);
    out.lines().next_back().unwrap_or_default().to_owned()
}

#[test]
fn the_last_line_never_lies() {
    let full = testing::report();
    let clean = testing::clean_report();
    assert_eq!(
        last_line(&full),
        "Run guard-lint explain GL101 to read the rule behind the first error."
    );
    assert_eq!(last_line(&clean), "Nothing to mend.");

    let unread = Report {
        unchecked: full.unchecked.clone(),
        ..clean.clone()
    };
    assert_eq!(
        last_line(&unread),
        "Nothing to mend in what could be read; 2 places above could not be."
    );
    let empty = Report {
        routers: Vec::new(),
        ..clean.clone()
    };
    assert_eq!(last_line(&empty), "No router was found, so nothing was checked.");
    let undone = Report {
        tickets: full.tickets.clone(),
        ..clean
    };
    assert_eq!(
        last_line(&undone),
        "Run guard-lint tickets engine to see the tickets that are not done."
    );
    let suppressed = Report {
        findings: vec![full.findings[2].clone()],
        ..testing::clean_report()
    };
    assert_eq!(last_line(&suppressed), "Nothing to mend.");
}
