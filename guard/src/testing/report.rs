//! What was found.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

/// The version of a report's shape.
const VERSION: u32 = 1;
const WIDTH: usize = 80;

/// What a run found. `Display` is a table of 80 columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of this shape: 1.
    pub version: u32,
    /// By check, or by attack.
    pub checks: Vec<Row>,
    /// By ticket, over the routes that name it.
    pub tickets: Vec<Row>,
    /// Every request that was sent.
    pub outcomes: Vec<Outcome>,
    /// What was not sent, and why.
    pub not_checked: Vec<NotChecked>,
}

/// A sum over outcomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// The check, the attack or the ticket.
    pub name: String,
    /// How many outcomes there are.
    pub outcomes: usize,
    /// How many of them are failures.
    pub failed: usize,
}

/// One request under one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The check, or the attack.
    pub check: &'static str,
    /// Method and path of the route; empty where the request is for none.
    pub route: String,
    /// The tickets of the route.
    pub tickets: Vec<Cow<'static, str>>,
    /// What was special about the request.
    pub request: String,
    /// What was wrong with the answer; `None` if nothing was.
    pub failure: Option<String>,
}

/// Something that was not checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NotChecked {
    /// What.
    pub subject: String,
    /// Why not.
    pub reason: String,
}

impl Report {
    pub(super) fn new(
        outcomes: Vec<Outcome>,
        not_checked: Vec<NotChecked>,
        names: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let mut tickets: BTreeMap<&str, Row> = BTreeMap::new();
        for outcome in &outcomes {
            let named: BTreeSet<&str> = outcome.tickets.iter().map(|ticket| &**ticket).collect();
            for ticket in named {
                tickets.entry(ticket).or_insert_with(|| Row::new(ticket)).add(outcome);
            }
        }
        let checks = names.into_iter().map(|name| {
            let mut row = Row::new(name);
            outcomes
                .iter()
                .filter(|outcome| outcome.check == name)
                .for_each(|outcome| row.add(outcome));
            row
        });
        Self {
            version: VERSION,
            checks: checks.collect(),
            tickets: tickets.into_values().collect(),
            outcomes,
            not_checked,
        }
    }

    /// The outcomes that are failures.
    pub fn failures(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| outcome.failure.is_some())
    }

    /// Whether something was checked and nothing failed.
    pub fn is_ok(&self) -> bool {
        !self.outcomes.is_empty() && self.failures().next().is_none()
    }

    /// Asserts that nothing failed, and that something was checked at all.
    ///
    /// # Panics
    ///
    /// With the report, otherwise.
    #[track_caller]
    pub fn assert_ok(&self) {
        assert!(self.is_ok(), "the contract does not hold\n{self}");
    }
}

impl Row {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            outcomes: 0,
            failed: 0,
        }
    }

    fn add(&mut self, outcome: &Outcome) {
        self.outcomes += 1;
        self.failed += usize::from(outcome.failure.is_some());
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table(f, "check", &self.checks)?;
        if !self.tickets.is_empty() {
            writeln!(f)?;
            table(f, "ticket", &self.tickets)?;
        }
        if self.failures().next().is_some() {
            writeln!(f, "\nfailed")?;
        }
        for outcome in self.failures() {
            wrapped(f, 2, &format!("{} {}", outcome.check, outcome.route))?;
            let failure = outcome.failure.as_deref().unwrap_or_default();
            wrapped(f, 4, &format!("{}: {failure}", outcome.request))?;
        }
        if !self.not_checked.is_empty() {
            writeln!(f, "\nnot checked")?;
        }
        for NotChecked { subject, reason } in &self.not_checked {
            wrapped(f, 2, &format!("{subject}: {reason}"))?;
        }
        if self.outcomes.is_empty() {
            writeln!(f, "\nnothing was sent, so nothing is proven")?;
        }
        Ok(())
    }
}

fn table(f: &mut fmt::Formatter<'_>, title: &str, rows: &[Row]) -> fmt::Result {
    writeln!(f, "{title:<58} {:>10} {:>10}", "requests", "failed")?;
    for row in rows {
        let name: String = row.name.chars().take(58).collect();
        writeln!(f, "{name:<58} {:>10} {:>10}", row.outcomes, row.failed)?;
    }
    Ok(())
}

/// Breaks between words, so that a line has at most [`WIDTH`] columns where its words let it.
fn wrapped(f: &mut fmt::Formatter<'_>, indent: usize, text: &str) -> fmt::Result {
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column == 0 {
            write!(f, "{:indent$}{word}", "")?;
            column = indent + length;
        } else if column + 1 + length <= WIDTH {
            write!(f, " {word}")?;
            column += 1 + length;
        } else {
            write!(f, "\n{:indent$}  {word}", "")?;
            column = indent + 2 + length;
        }
    }
    writeln!(f)
}
