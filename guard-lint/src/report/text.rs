//! `check` for people: findings, what could not be read, a summary, and what to do next.

use anstyle::Style as Paint;
use rayon::prelude::*;

use super::measure::{clean, count, flow, paragraph};
use super::model::{Finding, Report, Severity};
use super::sources::Sources;
use super::style::{FAINT, ODD, PLAIN, STRONG, Style, severity_paint, severity_word};
use super::table::{Cell, Column, Fit, Table};
use super::{frame, next, tickets};

/// How much of each finding is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// A code frame with the calls that lead there and the help.
    #[default]
    Full,
    /// One line each, `path:line:column severity[code] message`, for editors, `grep` and large reports.
    Concise,
}

/// The findings in the report's order, without the suppressed ones, then the summary.
pub fn render(report: &Report, sources: &dyn Sources, style: &Style, detail: Detail) -> String {
    let mut out = String::new();
    let active: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .collect();
    match detail {
        Detail::Full => {
            // Frames are a fifth of a run's work.
            let frames = active.par_iter().map(|finding| frame::render(finding, sources, style));
            for frame in frames.collect::<Vec<String>>() {
                out.push_str(&frame);
                out.push('\n');
            }
        }
        Detail::Concise => active.iter().for_each(|finding| out.push_str(&concise(finding, style))),
    }
    if detail == Detail::Concise && !active.is_empty() {
        out.push('\n');
    }
    out.push_str(&unchecked(report, style));
    out.push_str(&by_rule(&active, style));
    out.push_str(&summary(report, style));
    out.push_str(&next::after_check(report, style));
    out.push('\n');
    out
}

/// One finding on one line, never wrapped: it is read by programs too.
fn concise(finding: &Finding, style: &Style) -> String {
    let place = format!("{}:{}:{}", clean(&finding.file), finding.line, finding.column);
    let code = format!("{}[{}]", severity_word(finding.severity), clean(&finding.rule));
    format!(
        "{} {} {}\n",
        style.paint(STRONG, &place),
        style.paint(severity_paint(finding.severity), &code),
        clean(&finding.message)
    )
}

/// What could not be read or parsed.
fn unchecked(report: &Report, style: &Style) -> String {
    if report.unchecked.is_empty() {
        return String::new();
    }
    let mut out = format!("{}\n", style.paint(ODD, "Could not be checked"));
    for entry in &report.unchecked {
        let place = format!("  {}:{}", clean(&entry.file), entry.line);
        out.push_str(&style.paint(FAINT, &place));
        out.push('\n');
        out.push_str(&paragraph("    ", 4, &clean(&entry.reason), style.width));
    }
    out.push('\n');
    out
}

/// How often each rule speaks, worst first: with many findings, the shape of the work.
fn by_rule(findings: &[&Finding], style: &Style) -> String {
    let mut rules: Vec<(&Finding, usize)> = Vec::new();
    for finding in findings {
        let same =
            |known: &&mut (&Finding, usize)| known.0.rule == finding.rule && known.0.severity == finding.severity;
        match rules.iter_mut().find(same) {
            Some(known) => known.1 += 1,
            None => rules.push((finding, 1)),
        }
    }
    if rules.len() < 2 {
        return String::new();
    }
    rules.sort_by(|(a, a_count), (b, b_count)| (b.severity, b_count, &a.rule).cmp(&(a.severity, a_count, &b.rule)));
    let mut table = Table::new(vec![
        Column {
            header: "RULE",
            min: 5,
            max: 8,
            drop: None,
        },
        Column {
            header: "NAME",
            min: 12,
            max: 40,
            drop: Some(2),
        },
        Column {
            header: "SEVERITY",
            min: 8,
            max: 8,
            drop: Some(1),
        },
        Column {
            header: "FINDINGS",
            min: 3,
            max: 8,
            drop: None,
        },
    ]);
    for (finding, count) in rules {
        let paint = severity_paint(finding.severity);
        table.row(vec![
            Cell::new(clean(&finding.rule), PLAIN, Fit::CutEnd),
            Cell::new(clean(&finding.name), PLAIN, Fit::CutEnd),
            Cell::new(severity_word(finding.severity), paint, Fit::CutEnd),
            Cell::new(format!("{count:>8}"), PLAIN, Fit::CutStart),
        ]);
    }
    table.render(style) + "\n"
}

/// The counts, as the report has them.
fn summary(report: &Report, style: &Style) -> String {
    let counts = &report.summary;
    let severities = [
        (Severity::Error, counts.findings.error),
        (Severity::Warning, counts.findings.warning),
        (Severity::Note, counts.findings.note),
    ];
    let mut found: Vec<(Paint, String)> = severities
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(severity, number)| (severity_paint(severity), count(number, severity_word(severity))))
        .collect();
    if found.is_empty() {
        found.push((PLAIN, "no findings".to_owned()));
    }
    if counts.suppressed > 0 {
        found.push((FAINT, format!("{} suppressed", counts.suppressed)));
    }
    if counts.unchecked > 0 {
        found.push((ODD, format!("{} not checked", counts.unchecked)));
    }
    let read = format!(
        "{} in {}",
        count(counts.endpoints, "endpoint"),
        count(counts.routers, "router")
    );
    let mut lines = vec![("Found", found), ("Read", vec![(PLAIN, read)])];
    if !report.tickets.is_empty() {
        lines.push(("Tickets", tickets::totals(&counts.tickets)));
    }
    let mut out = String::new();
    for (name, parts) in lines {
        let name = style.paint(STRONG, &format!("{name:<9}"));
        out.push_str(&format!("{name}{}\n", flow(&parts, 9, style)));
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests;
