//! `explain` and `rules`.

use crate::catalog::{Catalog, Ticket};
use crate::error::Error;
use crate::report::explain::{Explanation, render};
use crate::report::model::{Class, Confidence};
use crate::report::{Style, measure};
use crate::rules::{Meta, RULES, docs, find};

/// The explanation of a rule or a ticket.
pub(super) fn explain(id: &str, catalog: &Catalog, style: &Style) -> Result<String, Error> {
    if let Some(rule) = find(id) {
        return Ok(render(&of_rule(rule.meta()), style));
    }
    if let Some(ticket) = catalog.tickets.iter().find(|ticket| ticket.id.eq_ignore_ascii_case(id)) {
        return Ok(render(&of_ticket(ticket), style));
    }
    let rules = RULES.iter().flat_map(|rule| [rule.meta().code, rule.meta().name]);
    let known: Vec<&str> = rules
        .chain(catalog.tickets.iter().map(|ticket| ticket.id.as_str()))
        .collect();
    Err(unknown(id, &known))
}

/// The error for an id that nothing has, with those that come nearest.
pub(super) fn unknown(id: &str, known: &[&str]) -> Error {
    let wanted = id.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .iter()
        .map(|known| (strsim::osa_distance(&wanted, &known.to_lowercase()), *known))
        .collect();
    near.sort();
    let limit = (id.chars().count() / 3).max(2);
    let nearest = near.into_iter().filter(|(distance, _)| *distance <= limit).take(3);
    Error::UnknownId {
        id: id.to_owned(),
        nearest: nearest.map(|(_, known)| known.to_owned()).collect(),
    }
}

fn of_rule(meta: &Meta) -> Explanation {
    let body: Vec<&str> = meta
        .docs
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let confidence = match meta.confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    Explanation {
        title: format!("{} {}", meta.code, meta.name),
        kind: "rule".to_owned(),
        body_markdown: body.join("\n"),
        facts: vec![
            ("severity".to_owned(), docs::severity(meta.severity).to_owned()),
            ("confidence".to_owned(), confidence.to_owned()),
            ("mend".to_owned(), meta.help.to_owned()),
            (
                "silence".to_owned(),
                format!("# guard-lint: ignore[{}] the reason", meta.code),
            ),
        ],
    }
}

fn of_ticket(ticket: &Ticket) -> Explanation {
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push((name.to_owned(), value));
        }
    };
    let class = ticket.class.map(|class| match class {
        Class::Security => "SECURITY",
        Class::Quality => "QUALITY",
    });
    fact("class", class.unwrap_or_default().to_owned());
    fact("section", ticket.section.clone());
    fact("routers", ticket.routers.join(", "));
    fact("files", ticket.files.join(", "));
    fact("needs", ticket.preconditions.clone().unwrap_or_default());
    fact("unblocks", ticket.unblocks.clone().unwrap_or_default());
    fact("exempt", ticket.exempt_reason.clone().unwrap_or_default());
    let clauses = ticket.clauses.iter().map(|clause| {
        let checks: Vec<String> = clause.checks.iter().map(ToString::to_string).collect();
        let checks = if checks.is_empty() {
            "no check".to_owned()
        } else {
            checks.join(", ")
        };
        format!("- `{}` {} (decided by: {checks})", clause.id, clause.text)
    });
    Explanation {
        title: format!("{} {}", ticket.id, ticket.title),
        kind: "ticket".to_owned(),
        body_markdown: clauses.collect::<Vec<_>>().join("\n"),
        facts,
    }
}

/// The list of rules.
pub(super) fn table(style: &Style) -> String {
    let mut out = String::new();
    for rule in RULES {
        let meta = rule.meta();
        let head = format!("{}  {}  {}", meta.code, docs::severity(meta.severity), meta.name);
        out.push_str(&head);
        out.push('\n');
        out.push_str(&measure::paragraph("       ", 7, meta.summary(), style.width));
    }
    out.push('\n');
    let next = "Run `guard-lint explain CODE` to read about one.";
    out.push_str(&measure::paragraph("", 0, next, style.width));
    out
}
