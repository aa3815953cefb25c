//! The status of every ticket as a table, and one ticket in detail.

mod stacked;

use std::collections::BTreeSet;

use anstyle::Style as Paint;

use super::matrix::escape_tsv;
use super::measure::{clean, count, flow, paragraph, width};
use super::model::{Class, ClauseReport, ClauseVerdict, Family, Report, TicketCounts, TicketReport, TicketStatus};
use super::next;
use super::style::{FAINT, PLAIN, STRONG, Style, status_paint, status_word, verdict_mark};
use super::table::{Cell, Column, Fit, Table};

/// From this width on, what is left stands in a column of its own; below, under the router's name, where a sentence has
/// room to be one.
const WIDE: usize = 110;

/// Three lines are enough for the gist of what is left; `render_ticket` has all of it.
const GIST: Fit = Fit::Wrap(3);

/// What the rows are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    /// By the family of the id, in the catalog's order.
    #[default]
    Family,
    /// By status, what needs work first.
    Status,
}

/// The table, the totals and what to do next.
pub fn render(report: &Report, style: &Style, grouping: Grouping) -> String {
    let mut out = String::new();
    if !report.tickets.is_empty() {
        out.push_str(&table(report, style, grouping));
        out.push('\n');
        let sum = format!("{}: ", count(report.tickets.len(), "ticket"));
        let parts = flow(&totals(&report.summary.tickets), width(&sum), style);
        out.push_str(&format!("{}{parts}\n", style.paint(STRONG, &sum)));
    }
    out.push_str(&next::after_tickets(report, style));
    out.push('\n');
    out
}

/// The table as TSV: id, status, routers or files, what is left. Made to be recorded and compared.
pub fn render_tsv(report: &Report) -> String {
    let mut out = String::from("id\tstatus\tsubject\tleft\n");
    for ticket in &report.tickets {
        let files = ticket.files.iter().map(|file| file.path.as_str());
        let subject: Vec<&str> = match ticket.routers.as_slice() {
            [] => files.collect(),
            routers => routers.iter().map(String::as_str).collect(),
        };
        let cells = [
            ticket.id.clone(),
            status_word(ticket.status).to_owned(),
            subject.join(", "),
            left(ticket),
        ];
        out.push_str(&cells.map(|cell| escape_tsv(&cell)).join("\t"));
        out.push('\n');
    }
    out
}

/// `done 12`, `partial 20`, `open 3`, without the statuses that no ticket has.
pub(crate) fn totals(counts: &TicketCounts) -> Vec<(Paint, String)> {
    [
        (TicketStatus::Done, counts.done),
        (TicketStatus::Partial, counts.partial),
        (TicketStatus::Open, counts.open),
        (TicketStatus::Exempt, counts.exempt),
        (TicketStatus::Missing, counts.missing),
        (TicketStatus::Unknown, counts.unknown),
    ]
    .into_iter()
    .filter(|(_, number)| *number > 0)
    .map(|(status, number)| (status_paint(status), format!("{} {number}", status_word(status))))
    .collect()
}

fn table(report: &Report, style: &Style, grouping: Grouping) -> String {
    if style.width < stacked::NARROW {
        return stacked::table(report, style, grouping);
    }
    let wide = style.width >= WIDE;
    let mut columns = vec![
        Column {
            header: "TICKET",
            min: 12,
            max: 16,
            drop: None,
        },
        Column {
            header: "STATUS",
            min: 7,
            max: 7,
            drop: None,
        },
        Column {
            header: "CLASS",
            min: 8,
            max: 8,
            drop: Some(1),
        },
        Column {
            header: "ROUTER OR FILE",
            min: 20,
            max: 60,
            drop: Some(0),
        },
    ];
    if wide {
        columns.push(Column {
            header: "WHAT IS LEFT",
            min: 30,
            max: 90,
            drop: None,
        });
    }
    let mut table = Table::new(columns);
    for (heading, tickets) in groups(&report.tickets, grouping) {
        table.heading(heading);
        for ticket in tickets {
            table.row(row(ticket, style, wide));
        }
    }
    table.render(style)
}

/// The groups with their headings, none of them empty.
fn groups(tickets: &[TicketReport], grouping: Grouping) -> Vec<(String, Vec<&TicketReport>)> {
    let pick = |heading: &str, wanted: &dyn Fn(&TicketReport) -> bool| {
        let picked: Vec<&TicketReport> = tickets.iter().filter(|ticket| wanted(ticket)).collect();
        (heading.to_owned(), picked)
    };
    let groups = match grouping {
        Grouping::Family => {
            let mut seen = BTreeSet::new();
            let order = tickets
                .iter()
                .map(|ticket| ticket.family)
                .filter(|family| seen.insert(*family));
            order
                .map(|family| pick(family_heading(family), &|ticket| ticket.family == family))
                .collect()
        }
        Grouping::Status => [
            TicketStatus::Open,
            TicketStatus::Partial,
            TicketStatus::Missing,
            TicketStatus::Unknown,
            TicketStatus::Exempt,
            TicketStatus::Done,
        ]
        .map(|status| pick(status_heading(status), &|ticket| ticket.status == status))
        .to_vec(),
    };
    groups.into_iter().filter(|(_, tickets)| !tickets.is_empty()).collect()
}

fn class(ticket: &TicketReport) -> &'static str {
    match ticket.class {
        Some(Class::Security) => "SECURITY",
        Some(Class::Quality) => "QUALITY",
        None => "",
    }
}

/// The paint of what stands below something else.
fn quiet(style: &Style) -> Paint {
    if style.color { FAINT } else { PLAIN }
}

fn row(ticket: &TicketReport, style: &Style, wide: bool) -> Vec<Cell> {
    let left = left(ticket);
    let subject = Cell::new(subject(ticket), PLAIN, Fit::CutStart);
    let mut row = vec![
        Cell::new(clean(&ticket.id), STRONG, Fit::CutEnd),
        Cell::new(status_word(ticket.status), status_paint(ticket.status), Fit::CutEnd),
        Cell::new(class(ticket), FAINT, Fit::CutEnd),
    ];
    if wide {
        row.push(subject);
        row.push(Cell::new(left, PLAIN, GIST));
    } else {
        row.push(subject.and(left, quiet(style), GIST));
    }
    row
}

/// What the ticket is about: its first router, else its first file, else its title; and how many more.
fn subject(ticket: &TicketReport) -> String {
    let files: Vec<&str> = ticket.files.iter().map(|file| file.path.as_str()).collect();
    let routers: Vec<&str> = ticket.routers.iter().map(String::as_str).collect();
    let named = if routers.is_empty() { files } else { routers };
    match named.as_slice() {
        [] => clean(&ticket.title).into_owned(),
        [only] => clean(only).into_owned(),
        [first, rest @ ..] => format!("{} +{}", clean(first), rest.len()),
    }
}

/// What is left to do: the first clause that is not met, the surest need first.
fn left(ticket: &TicketReport) -> String {
    if matches!(ticket.status, TicketStatus::Done | TicketStatus::Exempt) {
        return String::new();
    }
    if let Some(file) = ticket.files.iter().find(|file| !file.exists)
        && ticket.status == TicketStatus::Missing
    {
        // Alone, the file stands beside or above this as the row's subject.
        return match (ticket.files.len(), ticket.routers.is_empty()) {
            (1, true) => "the file does not exist".to_owned(),
            _ => format!("{} does not exist", clean(&file.path)),
        };
    }
    [ClauseVerdict::Unmet, ClauseVerdict::Partial, ClauseVerdict::Unknown]
        .into_iter()
        .find_map(|verdict| ticket.clauses.iter().find(|clause| clause.verdict == verdict))
        .map(|clause| {
            let said = if clause.reason.is_empty() {
                &clause.text
            } else {
                &clause.reason
            };
            clean(said).into_owned()
        })
        .unwrap_or_default()
}

/// One ticket with its clauses, why each is judged so, and where it shows.
pub fn render_ticket(report: &Report, ticket: &TicketReport, style: &Style) -> String {
    let status = style.paint(status_paint(ticket.status), status_word(ticket.status));
    let mut out = format!("{}  {status}\n", style.paint(STRONG, &clean(&ticket.id)));
    out.push_str(&paragraph("", 0, &clean(&ticket.title), style.width));
    out.push('\n');
    for router in &ticket.routers {
        out.push_str(&format!("{} {}\n", style.paint(FAINT, "router"), clean(router)));
    }
    for file in &ticket.files {
        let note = match (&file.resolved, file.exists) {
            (_, false) => "  (does not exist)".to_owned(),
            (Some(real), true) if *real != file.path => format!("  (is {})", clean(real)),
            _ => String::new(),
        };
        let path = clean(&file.path);
        out.push_str(&format!(
            "{}   {path}{}\n",
            style.paint(FAINT, "file"),
            style.paint(FAINT, &note)
        ));
    }
    for clause in &ticket.clauses {
        out.push('\n');
        out.push_str(&render_clause(clause, style));
    }
    out.push_str(&render_apart(ticket, style));
    let rule = ticket
        .clauses
        .iter()
        .flat_map(|clause| &clause.findings)
        .find_map(|print| report.findings.iter().find(|finding| finding.fingerprint == *print))
        .map(|finding| finding.rule.as_str());
    out.push_str(&format!("\n{}\n", next::after_ticket(ticket.status, rule, style)));
    out
}

/// What the code says and what the tests say, apart.
fn render_apart(ticket: &TicketReport, style: &Style) -> String {
    let Some(tests) = &ticket.tests else {
        return String::new();
    };
    let line = |head: &str, verdict: ClauseVerdict, rest: &str| {
        let (_, word, paint) = verdict_mark(verdict, style.unicode);
        format!("{} {}{rest}\n", style.paint(FAINT, head), style.paint(paint, word))
    };
    let mut out = String::from("\n");
    if let Some(code) = ticket.code {
        out.push_str(&line("code ", code, ""));
    }
    let exercising = format!(
        ": {} exercise it, {} count",
        count(tests.exercising, "test"),
        tests.evidence.len()
    );
    out.push_str(&line("tests", tests.verdict, &exercising));
    out
}

fn render_clause(clause: &ClauseReport, style: &Style) -> String {
    let (sign, word, paint) = verdict_mark(clause.verdict, style.unicode);
    let sign = format!("{} ", style.paint(paint, sign));
    let mut out = paragraph(&sign, 2, &clean(&clause.text), style.width);
    let verdict = match clause.reason.is_empty() {
        true => format!("  {}", style.paint(paint, word)),
        false => format!("  {}: ", style.paint(paint, word)),
    };
    out.push_str(&paragraph(
        &verdict,
        width(word) + 4,
        &clean(&clause.reason),
        style.width,
    ));
    for place in &clause.evidence {
        let at = format!("{}:{}:{}", clean(&place.file), place.line, place.column);
        out.push_str(&format!("    {}", style.paint(FAINT, &at)));
        let message = clean(&place.message);
        // A message that does not fit beside its place stands below it; the place itself is never cut.
        if width(&at) + width(&message) + 6 <= style.width {
            out.push_str(&format!("  {message}\n"));
        } else {
            out.push('\n');
            out.push_str(&paragraph("      ", 6, &message, style.width));
        }
    }
    out
}

fn family_heading(family: Family) -> &'static str {
    match family {
        Family::EngStd => "ENG-STD  identity and envelope",
        Family::PrHard => "PR-HARD  hardening",
        Family::PrArt => "PR-ART  artifacts",
        Family::PrObs => "PR-OBS  observability",
        Family::PrStream => "PR-STREAM  streams",
        Family::Ex => "EX  exemptions",
        Family::Other => "Other tickets",
    }
}

fn status_heading(status: TicketStatus) -> &'static str {
    match status {
        TicketStatus::Done => "Done: every clause is met",
        TicketStatus::Partial => "Partial: some clauses are met",
        TicketStatus::Open => "Open: no clause is met",
        TicketStatus::Exempt => "Exempt: the ticket exempts its router",
        TicketStatus::Missing => "Missing: the ticket names what does not exist",
        TicketStatus::Unknown => "Unknown: the source does not decide it",
    }
}

#[cfg(test)]
mod tests;
