//! The status table where columns no longer fit beside each other: each ticket's cells below one another.

use super::{Grouping, class, groups, left, quiet, subject};
use crate::report::Style;
use crate::report::measure::{clean, cut_end, width};
use crate::report::model::{Report, TicketReport};
use crate::report::style::{FAINT, PLAIN, STRONG, status_paint, status_word};
use crate::report::table::{Cell, Fit};

/// Below this, a column of routers has no room for a sentence.
pub(super) const NARROW: usize = 60;

/// Blank columns before what a ticket is about.
const INDENT: usize = 2;

/// Every ticket: id, status and class in a line, then its router or file, then what is left.
pub(super) fn table(report: &Report, style: &Style, grouping: Grouping) -> String {
    let mut out = String::new();
    let indent = INDENT.min(style.width.saturating_sub(1));
    for (heading, tickets) in groups(&report.tickets, grouping) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&style.paint(STRONG, &cut_end(&heading, style.width, style)));
        out.push('\n');
        for ticket in tickets {
            out.push_str(&head(ticket, style));
            let about = Cell::new(subject(ticket), PLAIN, Fit::CutStart);
            let about = about.and(left(ticket), quiet(style), super::GIST);
            for (line, paint) in about.lines(style.width.saturating_sub(indent), style) {
                let line = line.trim_end();
                if !line.is_empty() {
                    out.push_str(&format!("{}{}\n", " ".repeat(indent), style.paint(paint, line)));
                }
            }
        }
    }
    out
}

/// The id, and beside it what fits.
fn head(ticket: &TicketReport, style: &Style) -> String {
    let id = cut_end(&clean(&ticket.id), style.width, style);
    let mut used = width(&id);
    let mut line = style.paint(STRONG, id.trim_end());
    for (text, paint) in [
        (status_word(ticket.status), status_paint(ticket.status)),
        (class(ticket), FAINT),
    ] {
        if text.is_empty() || used + 2 + width(text) > style.width {
            break;
        }
        used += 2 + width(text);
        line.push_str("  ");
        line.push_str(&style.paint(paint, text));
    }
    line.push('\n');
    line
}
