//! What holds of every renderer, whatever the report says.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::testing;
use super::*;

/// Texts and numbers to fill a report with.
type Seed = (Vec<String>, Vec<u32>);

fn seed() -> impl Strategy<Value = Seed> {
    let text = prop_oneof![any::<String>(), "[ a-z/._|\u{1b}\u{9b}\n日❤\u{fe0f}-]{0,90}"];
    (prop::collection::vec(text, 1..8), any::<Vec<u32>>())
}

/// The sample report with every text replaced by hostile ones, and every place by any place.
fn report(seed: &Seed) -> Report {
    let mut texts = seed.0.iter().cloned().cycle();
    let mut numbers = seed.1.iter().copied().chain([1, 2, 9, u32::MAX]).cycle();
    let mut report = testing::report();
    let mut text = || texts.next().unwrap_or_default();
    let mut number = || numbers.next().unwrap_or_default();
    for finding in &mut report.findings {
        finding.rule = text();
        finding.name = text();
        finding.message = text();
        finding.help = text();
        finding.endpoint = Some(text());
        (finding.line, finding.column) = (number() % 20, number() % 200);
        (finding.end_line, finding.end_column) = (number() % 20, number());
        for step in &mut finding.trace {
            step.message = text();
            (step.line, step.column) = (number() % 20, number());
        }
    }
    for ticket in &mut report.tickets {
        ticket.id = text();
        ticket.title = text();
        ticket.routers = vec![text(), text()];
        for clause in &mut ticket.clauses {
            clause.text = text();
            clause.reason = text();
        }
    }
    for router in &mut report.routers {
        router.module = text();
        router.exemption = Some(text());
    }
    for entry in &mut report.unchecked {
        entry.file = text();
        entry.reason = text();
    }
    report
}

fn without_escapes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    out + rest
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_no_control_gets_through(seed in seed(), width in 0_usize..160, unicode: bool) {
        let (report, sources) = (report(&seed), testing::sources());
        for color in [false, true] {
            let style = Style { color, unicode, width };
            let mut outputs = vec![
                text::render(&report, &sources, &style, Detail::Full),
                text::render(&report, &NoSources, &style, Detail::Full),
                text::render(&report, &sources, &style, Detail::Concise),
                tickets::render(&report, &style, Grouping::Family),
                tickets::render(&report, &style, Grouping::Status),
                github::render(&report, "base"),
                matrix::render_markdown(&report),
            ];
            outputs.extend(report.tickets.iter().map(|ticket| tickets::render_ticket(&report, ticket, &style)));
            for output in outputs {
                let shown = if color { without_escapes(&output) } else { output };
                prop_assert!(!shown.contains(|c: char| c != '\n' && c.is_control()), "{shown:?}");
            }
            prop_assert!(json::render(&report).is_ok());
        }
    }

    #[test]
    fn no_line_of_the_status_table_is_too_wide(seed in seed(), width in 1_usize..160, unicode: bool, color: bool) {
        let style = Style { color, unicode, width };
        let report = report(&seed);
        let out = tickets::render(&report, &style, Grouping::Family);
        // After the last blank line come sentences, whose single words may be wider than a very narrow terminal.
        let table = out.rsplit_once("\n\n").map_or("", |(table, _)| table);
        for line in table.lines() {
            let line = without_escapes(line);
            prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
            prop_assert!(!line.ends_with(' '));
        }
    }

    #[test]
    fn a_table_of_values_keeps_its_shape(seed in seed()) {
        let report = report(&seed);
        let tsv = matrix::render_tsv(&report);
        prop_assert_eq!(tsv.lines().count(), report.routers.len() + 1);
        for line in tsv.lines() {
            prop_assert_eq!(line.split('\t').count(), matrix::HEADER.len());
        }
        let markdown = matrix::render_markdown(&report);
        prop_assert_eq!(markdown.lines().count(), report.routers.len() + 2);
    }

    #[test]
    fn any_markdown_can_be_explained(body: String, width in 0_usize..160) {
        let style = Style { width, ..Style::plain() };
        let explanation = Explanation { body_markdown: body, ..Explanation::default() };
        let out = explain::render(&explanation, &style);
        prop_assert!(!out.contains(|c: char| c != '\n' && c.is_control()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frames_fit_the_terminal_but_for_places(seed in seed(), width in 40_usize..160) {
        let style = Style { width, ..Style::plain() };
        for mut finding in report(&seed).findings {
            finding.rule = "GL301".into();
            let out = frame::render(&finding, &testing::sources(), &style);
            let place = |line: &&str| ["--> ", "::: ", " at "].iter().any(|mark| line.contains(mark));
            for line in out.lines().filter(|line| !place(line)) {
                prop_assert!(line.width() <= width, "{} > {width}: {line:?}\n{out}", line.width());
            }
        }
    }
}
