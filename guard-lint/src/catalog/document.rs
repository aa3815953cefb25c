//! One document, from its text to its tickets.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::draft::{Draft, Problems};
use super::head::Head;
use super::items::{self, Item, Kind};
use super::{CatalogError, Document, ParsedDocument, Problem, Ticket, headings, lines};
use crate::hex::hex;

/// Reads a document: every ticket that could be read, and everything that is wrong.
pub(super) fn read(path: &str, text: &str) -> (ParsedDocument, Vec<CatalogError>) {
    let mut reader = Reader::default();
    let (items, unclosed) = items::split(text);
    for item in &items {
        reader.item(item);
    }
    reader.end_ticket();
    if let Some(unclosed) = unclosed {
        reader.problems.push((unclosed.line, Problem::Unclosed(unclosed.what)));
    }
    let Reader {
        tickets, mut problems, ..
    } = reader;
    problems.extend(duplicates(&tickets));
    if tickets.is_empty() && problems.is_empty() {
        problems.push((
            1,
            if items.is_empty() {
                Problem::Empty
            } else {
                Problem::NoTicket
            },
        ));
    }
    problems.sort_by_key(|(line, _)| *line);
    let error = |(line, problem)| CatalogError {
        path: path.to_owned(),
        line,
        problem,
    };
    let document = Document {
        path: path.to_owned(),
        sha256: sha256(text),
    };
    (
        ParsedDocument { document, tickets },
        problems.into_iter().map(error).collect(),
    )
}

#[derive(Default)]
struct Reader<'a> {
    section: String,
    place: Place<'a>,
    tickets: Vec<Ticket>,
    problems: Problems,
}

/// Where the reader is.
#[derive(Default)]
enum Place<'a> {
    #[default]
    Outside,
    /// Below a heading that a field makes a ticket with a bad id.
    Almost(Head<'a>),
    Inside(Draft<'a>),
    /// Below a line that should have begun a ticket: its fields are no further mistake.
    Broken,
}

impl<'a> Reader<'a> {
    fn item(&mut self, item: &Item<'a>) {
        match item.kind {
            Kind::Heading => self.heading(item),
            Kind::Bullet => self.bullet(item),
            Kind::Paragraph => self.paragraph(item),
        }
    }

    fn heading(&mut self, item: &Item<'a>) {
        self.end_ticket();
        match Head::read(item.span) {
            Some(head) => {
                self.place = match headings::begin(head, &self.section) {
                    Ok(draft) => Place::Inside(draft),
                    Err(problem) => self.broken(head.line, problem),
                }
            }
            None => {
                self.section = item.span.sentence();
                self.place = Head::read_almost(item.span).map_or(Place::Outside, Place::Almost);
            }
        }
    }

    fn bullet(&mut self, item: &Item<'a>) {
        let nested = matches!(&self.place, Place::Inside(draft) if draft.nests(item.indent));
        let head = Head::read(item.span).filter(|head| !nested && head.is_ticket_line());
        if let Some(head) = head {
            self.end_ticket();
            let draft = lines::begin(head, &self.section, item.indent, &mut self.problems);
            self.place = draft.map_or(Place::Broken, Place::Inside);
        } else if let Some(head) = Head::read_almost(item.span).filter(|head| !nested && head.has_field()) {
            self.end_ticket();
            self.place = self.broken(head.line, Problem::BadId(head.id.to_owned()));
        } else {
            self.part(item);
        }
    }

    /// Free text between tickets is passed over; text that was meant to be a ticket or a field is not.
    fn paragraph(&mut self, item: &Item<'a>) {
        let head = Head::read(item.span).filter(|head| head.rest.is_some() && head.is_ticket_line());
        if let Some(head) = head {
            self.end_ticket();
            self.place = self.broken(head.line, Problem::NotATicket(head.id.to_owned()));
        } else if headings::is_field(item.span) {
            self.part(item);
        }
    }

    /// A field, or a value of one.
    fn part(&mut self, item: &Item<'a>) {
        if matches!(&self.place, Place::Inside(draft) if !draft.holds(item.indent)) {
            self.end_ticket();
        }
        if let Place::Almost(head) = &self.place
            && headings::is_known_field(item.span)
        {
            self.place = self.broken(head.line, Problem::BadId(head.id.to_owned()));
        }
        let result = match &mut self.place {
            Place::Inside(draft) => headings::add(draft, item),
            Place::Outside | Place::Almost(_) => headings::stray(item.span),
            Place::Broken => Ok(()),
        };
        if let Err(problem) = result {
            self.problems.push((item.span.line, problem));
        }
    }

    fn broken(&mut self, line: u32, problem: Problem) -> Place<'a> {
        self.problems.push((line, problem));
        Place::Broken
    }

    fn end_ticket(&mut self) {
        if let Place::Inside(draft) = std::mem::take(&mut self.place) {
            self.tickets.push(draft.finish(&mut self.problems));
        }
    }
}

fn duplicates(tickets: &[Ticket]) -> Problems {
    let mut first: HashMap<&str, u32> = HashMap::new();
    let mut problems = Vec::new();
    for ticket in tickets {
        let line = *first.entry(&ticket.id).or_insert(ticket.line);
        if line != ticket.line {
            let problem = Problem::DuplicateId {
                id: ticket.id.clone(),
                first: format!("line {line}"),
            };
            problems.push((ticket.line, problem));
        }
    }
    problems
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}
