//! The last line of a human-readable output: what to do next. The only place that knows the commands' names.

use super::measure::{clean, count, wrap};
use super::model::{Finding, Report, Severity, TicketStatus};
use super::style::{GOOD, LEAD, Style};

/// After `check`.
pub(crate) fn after_check(report: &Report, style: &Style) -> String {
    let worst = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .fold(None, |worst: Option<&Finding>, finding| match worst {
            // The first of the worst ones: `max_by_key` would give the last.
            Some(worst) if worst.severity >= finding.severity => Some(worst),
            _ => Some(finding),
        });
    if let Some(finding) = worst {
        let which = match finding.severity {
            Severity::Error => "the first error",
            Severity::Warning => "the first warning",
            Severity::Note => "the first note",
        };
        return run(
            &format!("explain {}", finding.rule),
            &format!("to read the rule behind {which}."),
            style,
        );
    }
    if report.routers.is_empty() {
        return "No router was found, so nothing was checked.".to_owned();
    }
    if !report.unchecked.is_empty() {
        let places = count(report.unchecked.len(), "place");
        return format!("Nothing to mend in what could be read; {places} above could not be.");
    }
    match first_undone(report) {
        Some(_) => run(&on(report, "tickets"), "to see the tickets that are not done.", style),
        None => style.paint(GOOD, "Nothing to mend."),
    }
}

/// After the status table.
pub(crate) fn after_tickets(report: &Report, style: &Style) -> String {
    if report.tickets.is_empty() {
        return "The catalog holds no ticket.".to_owned();
    }
    if let Some(id) = first_undone(report) {
        let command = format!("tickets {} {id}", folder(report));
        return run(&command, "to see what it lacks, and where.", style);
    }
    // Tickets do not cover everything, and what was not read is in none of them.
    let found = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .count();
    if found > 0 {
        let purpose = format!("to see {}; every ticket is done or exempt.", count(found, "finding"));
        return run(&on(report, "check"), &purpose, style);
    }
    if !report.unchecked.is_empty() {
        let places = count(report.unchecked.len(), "place");
        return run(
            &on(report, "check"),
            &format!("to see {places} that could not be checked."),
            style,
        );
    }
    style.paint(GOOD, "Nothing to mend.")
}

/// After the detail of one ticket.
pub(crate) fn after_ticket(status: TicketStatus, rule: Option<&str>, style: &Style) -> String {
    match (status, rule) {
        (TicketStatus::Done, _) => style.paint(GOOD, "Nothing is left to do for this ticket."),
        (TicketStatus::Exempt, _) => "The ticket exempts its router from identity and gates.".to_owned(),
        (_, Some(rule)) => run(
            &format!("explain {rule}"),
            "to read how to mend the first finding.",
            style,
        ),
        (TicketStatus::Missing, None) => "Correct the ticket's file or router, or restore what it names.".to_owned(),
        (TicketStatus::Unknown, None) => "The source does not decide it: a person must look.".to_owned(),
        (_, None) => "The clauses above say what is left.".to_owned(),
    }
}

/// The first ticket that needs work, the surest need first.
fn first_undone(report: &Report) -> Option<&str> {
    [
        TicketStatus::Open,
        TicketStatus::Partial,
        TicketStatus::Missing,
        TicketStatus::Unknown,
    ]
    .into_iter()
    .find_map(|status| report.tickets.iter().find(|ticket| ticket.status == status))
    .map(|ticket| ticket.id.as_str())
}

/// A command on the folder that the report is about; the current one need not be named.
fn on(report: &Report, command: &str) -> String {
    if report.root == "." {
        command.to_owned()
    } else {
        format!("{command} {}", folder(report))
    }
}

/// The folder as a shell takes it.
fn folder(report: &Report) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:,~".contains(c);
    if !report.root.is_empty() && report.root.chars().all(plain) {
        report.root.clone()
    } else {
        format!("'{}'", report.root.replace('\'', "'\\''"))
    }
}

fn run(command: &str, purpose: &str, style: &Style) -> String {
    let command = format!("guard-lint {}", clean(command));
    let sentence = wrap(&format!("Run {command} {purpose}"), style.width).join("\n");
    // A command that is broken over two lines stays plain.
    sentence.replacen(&command, &style.paint(LEAD, &command), 1)
}
