//! A table that fits its width.
//!
//! Written here rather than taken from a crate: `comfy-table` and `tabled` fit a width by wrapping or cutting every
//! column alike, while a status table must keep ids and statuses whole, cut a dotted name at its start, stack a reason
//! under a name, and leave whole columns out before it becomes illegible.

use anstyle::Style as Paint;

use super::measure::{cut_end, cut_start, width, wrap};
use super::style::{FAINT, PLAIN, STRONG, Style};

/// Blank columns between two columns.
const GAP: usize = 2;

/// A column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// The heading.
    pub(crate) header: &'static str,
    /// The width below which its content is no longer worth showing. Narrower content takes less.
    pub(crate) min: usize,
    /// The width beyond which it takes no more, so that one odd value does not stretch a column of short ones.
    pub(crate) max: usize,
    /// When to leave it out: highest first, `None` never.
    pub(crate) drop: Option<u8>,
}

/// What to do with content that is wider than its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// Go on in the next line, for so many lines at most.
    Wrap(usize),
    /// Cut the start.
    CutStart,
    /// Cut the end.
    CutEnd,
}

/// A cell: parts, each on lines of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell(Vec<(String, Paint, Fit)>);

impl Cell {
    /// A cell of one part.
    pub(crate) fn new(text: impl Into<String>, paint: Paint, fit: Fit) -> Self {
        Self::default().and(text, paint, fit)
    }

    /// Adds a part below. An empty one is no part.
    pub(crate) fn and(mut self, text: impl Into<String>, paint: Paint, fit: Fit) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push((text, paint, fit));
        }
        self
    }

    fn width(&self) -> usize {
        self.0.iter().map(|(text, ..)| width(text)).max().unwrap_or(0)
    }

    /// The cell's lines within a width, with their colours.
    pub(crate) fn lines(&self, room: usize, style: &Style) -> Vec<(String, Paint)> {
        let mut lines = Vec::new();
        for (text, paint, fit) in &self.0 {
            match fit {
                Fit::Wrap(most) => {
                    let mut wrapped = wrap(text, room);
                    if wrapped.len() > *most {
                        let rest = wrapped.split_off(most.saturating_sub(1)).join(" ");
                        wrapped.push(cut_end(&rest, room, style));
                    }
                    lines.extend(wrapped.into_iter().map(|line| (line, *paint)));
                }
                Fit::CutStart => lines.push((cut_start(text, room, style), *paint)),
                Fit::CutEnd => lines.push((cut_end(text, room, style), *paint)),
            }
        }
        lines
    }
}

#[derive(Debug)]
enum Row {
    Cells(Vec<Cell>),
    Heading(String),
}

/// Columns and rows.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row: one cell for each column, in their order.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row::Cells(cells));
    }

    /// Adds a heading that spans the columns.
    pub(crate) fn heading(&mut self, text: impl Into<String>) {
        self.rows.push(Row::Heading(text.into()));
    }

    /// The table. No line is wider than the style's width, and none ends in a space.
    pub(crate) fn render(&self, style: &Style) -> String {
        let widths = self.widths(style.width);
        let mut out = String::new();
        let headers: Vec<Cell> = self
            .columns
            .iter()
            .map(|column| Cell::new(column.header, STRONG, Fit::CutEnd))
            .collect();
        cells(&headers, &widths, style, &mut out);
        let rules: Vec<Cell> = widths
            .iter()
            .map(|width| Cell::new(style.rule().repeat(*width), FAINT, Fit::CutEnd))
            .collect();
        cells(&rules, &widths, style, &mut out);
        for (at, row) in self.rows.iter().enumerate() {
            match row {
                Row::Cells(row) => cells(row, &widths, style, &mut out),
                Row::Heading(text) => {
                    if at > 0 {
                        out.push('\n');
                    }
                    out.push_str(&style.paint(STRONG, &cut_end(text, style.width, style)));
                    out.push('\n');
                }
            }
        }
        out
    }

    /// The width of every column; 0 leaves a column out.
    fn widths(&self, room: usize) -> Vec<usize> {
        let content = |at: usize| {
            self.rows
                .iter()
                .filter_map(|row| match row {
                    Row::Cells(cells) => cells.get(at).map(Cell::width),
                    Row::Heading(_) => None,
                })
                .max()
                .unwrap_or(0)
        };
        let natural: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| match content(at) {
                // A column that says nothing in any row only takes room.
                0 => 0,
                content => content.max(width(column.header)).min(column.max),
            })
            .collect();
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .zip(&natural)
            .map(|(column, natural)| column.min.min(*natural))
            .collect();
        while total(&widths) > room {
            let Some(victim) = self.victim(&widths) else {
                break;
            };
            widths[victim] = 0;
        }
        // Nothing more may be left out: the widest column gives way, and at the very last whole columns from the right.
        while total(&widths) > room {
            match widths.iter_mut().max_by_key(|width| **width) {
                Some(widest) if *widest > 1 => *widest -= 1,
                _ => match widths.iter_mut().rev().find(|width| **width > 0) {
                    Some(last) => *last = 0,
                    None => break,
                },
            }
        }
        let mut spare = room.saturating_sub(total(&widths));
        while spare > 0 {
            let poorest = (0..widths.len())
                .filter(|at| widths[*at] > 0 && widths[*at] < natural[*at])
                .min_by_key(|at| widths[*at]);
            let Some(at) = poorest else { break };
            widths[at] += 1;
            spare -= 1;
        }
        widths
    }

    /// The next column to leave out.
    fn victim(&self, widths: &[usize]) -> Option<usize> {
        (0..widths.len())
            .filter(|at| widths[*at] > 0 && self.columns[*at].drop.is_some())
            .max_by_key(|at| self.columns[*at].drop)
    }
}

/// The columns that a table of these widths takes.
fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0).count();
    widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1)
}

/// Writes one row, as many lines as its tallest cell.
fn cells(row: &[Cell], widths: &[usize], style: &Style, out: &mut String) {
    let shown: Vec<(usize, Vec<(String, Paint)>)> = row
        .iter()
        .zip(widths)
        .filter(|(_, width)| **width > 0)
        .map(|(cell, width)| (*width, cell.lines(*width, style)))
        .collect();
    let height = shown.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
    let empty = (String::new(), PLAIN);
    for at in 0..height {
        // Blanks are owed until more text comes, so that no line ends in them.
        let mut owed = 0;
        for (room, lines) in &shown {
            let (text, paint) = lines.get(at).unwrap_or(&empty);
            if !text.is_empty() {
                out.push_str(&" ".repeat(owed));
                out.push_str(&style.paint(*paint, text));
                owed = 0;
            }
            owed += room.saturating_sub(width(text)) + GAP;
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let column = |header, min, drop| Column {
            header,
            min,
            max: 40,
            drop,
        };
        let mut table = Table::new(vec![
            column("ID", 4, None),
            column("NOTHING", 4, None),
            column("KIND", 8, Some(1)),
            column("NAME", 8, Some(0)),
        ]);
        let cell = |text: &str, fit| Cell::new(text, PLAIN, fit);
        table.row(vec![
            cell("A-1", Fit::CutEnd),
            Cell::default(),
            cell("SECURITY", Fit::CutEnd),
            cell("engines.chat.routes", Fit::CutStart).and("one two three", PLAIN, Fit::Wrap(2)),
        ]);
        table
    }

    fn at(width: usize) -> String {
        table().render(&Style::plain().with_width(width))
    }

    #[test]
    fn a_column_that_says_nothing_is_left_out() {
        assert!(!at(80).contains("NOTHING"));
    }

    #[test]
    fn a_narrow_table_first_cuts_then_drops() {
        assert!(at(80).contains("A-1  SECURITY  engines.chat.routes\n"));
        assert!(at(25).contains("A-1  SECURITY  ...routes\n"), "{}", at(25));
        assert!(at(20).contains("A-1  ...chat.routes\n"), "{}", at(20));
        assert!(at(10).ends_with("---\nA-1\n"), "{}", at(10));
    }

    #[test]
    fn a_wrapped_part_ends_after_its_lines() {
        assert!(at(14).ends_with("     one two\n     three\n"), "{}", at(14));
    }
}
