//! Findings as GitHub workflow commands, which annotate the lines of a pull request.
//!
//! GitHub shows no more than ten errors and ten warnings of a step, so the totals come last as a notice of their own.
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use super::measure::{clean, count};
use super::model::{Finding, Report, Severity, Unchecked};

/// One command a line. `base` is the scanned folder's path within the repository, to which GitHub's paths are relative;
/// empty or `.` where it is the repository's root.
pub fn render(report: &Report, base: &str) -> String {
    let mut out = String::new();
    for finding in report.findings.iter().filter(|finding| finding.suppressed.is_none()) {
        out.push_str(&annotation(finding, base));
    }
    for entry in &report.unchecked {
        out.push_str(&unchecked(entry, base));
    }
    out.push_str(&totals(report));
    out
}

fn annotation(finding: &Finding, base: &str) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut out = format!(
        "::{command} file={},line={}",
        property(&join(base, &finding.file)),
        finding.line
    );
    // GitHub takes columns only within one line, and drops an annotation that breaks this.
    if finding.line == finding.end_line {
        out.push_str(&format!(
            ",col={},endLine={},endColumn={}",
            finding.column, finding.end_line, finding.end_column
        ));
    } else {
        out.push_str(&format!(",endLine={}", finding.end_line));
    }
    let title = format!("{} {}", finding.rule, finding.name);
    let mut message = finding.message.clone();
    if !finding.help.is_empty() {
        message.push_str(&format!("\nhelp: {}", finding.help));
    }
    if !finding.tickets.is_empty() {
        message.push_str(&format!("\ntickets: {}", finding.tickets.join(", ")));
    }
    out.push_str(&format!(",title={}::{}\n", property(&title), data(&message)));
    out
}

fn unchecked(entry: &Unchecked, base: &str) -> String {
    let file = property(&join(base, &entry.file));
    format!(
        "::warning file={file},line={},title=could not be checked::{}\n",
        entry.line,
        data(&entry.reason)
    )
}

fn totals(report: &Report) -> String {
    let found = &report.summary.findings;
    let tickets = &report.summary.tickets;
    let mut text = [
        count(found.error, "error"),
        count(found.warning, "warning"),
        count(found.note, "note"),
        format!("{} suppressed", report.summary.suppressed),
        format!("{} not checked", report.summary.unchecked),
    ]
    .join(", ");
    if !report.tickets.is_empty() {
        text.push_str(&format!(
            "\nTickets: done {}, partial {}, open {}, exempt {}, missing {}, unknown {}",
            tickets.done, tickets.partial, tickets.open, tickets.exempt, tickets.missing, tickets.unknown
        ));
    }
    format!("::notice title=guard-lint::{}\n", data(&text))
}

fn join(base: &str, path: &str) -> String {
    match base.trim_end_matches('/') {
        "" | "." => path.to_owned(),
        base => format!("{base}/{path}"),
    }
}

/// Escapes the text after `::`. Controls other than line breaks would be obeyed by the log's viewer.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    clean(&text).into_owned()
}

/// Escapes the value of a property, which a comma or a colon would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing;

    #[test]
    fn every_command_is_one_line() {
        let out = render(&testing::report(), ".");
        assert!(out.lines().all(|line| line.starts_with("::")), "{out}");
        assert!(!out.contains('\u{1b}') && !out.contains('\r'));
        insta::assert_snapshot!(out);
    }

    #[test]
    fn paths_are_relative_to_the_repository() {
        assert_eq!(join("", "a.py"), "a.py");
        assert_eq!(join(".", "a.py"), "a.py");
        assert_eq!(join("services/engine/", "a.py"), "services/engine/a.py");
    }

    #[test]
    fn properties_and_data_are_escaped() {
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
        assert_eq!(data("a:b,c%\r\n::error::x"), "a:b,c%25%0D%0A::error::x");
    }
}
