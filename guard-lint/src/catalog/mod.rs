//! Tickets, read from documents.
//!
//! A ticket says where the engine contract must hold: its routers, its files and the clauses that decide its status.
//! Two grammars are read, and one document may mix them:
//!
//! ```text
//! ### ENG-STD-003: Video Mask Routes              - PR-HARD-06 (SECURITY) — Preconditions: … Files: `a/b.py`, `c.py`.
//! - **Router**: `engines.video_mask.routes`         Acceptance: …; tests … Unblocks: …
//! - **Scope**:
//!     - [ ] Add Identity.
//! ```
//!
//! The way of a document: lines become `items`, an item that begins with an id becomes a `head`, the fields behind
//! it are split by `headings` or `lines` into one `draft`, and a finished draft is a [`Ticket`] whose clauses
//! `bind` to checks. A box that is ticked proves nothing, so its state is not kept.

mod bind;
mod check;
mod document;
mod draft;
mod error;
mod field;
mod head;
mod headings;
mod items;
mod lines;
mod load;
mod span;

pub use check::Check;
pub use error::{CatalogError, Problem};
pub use field::Field;
pub use load::LoadMode;

use crate::report::model::{Class, Family};

/// Every ticket that a run judges, and the documents that they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// The documents, in the order they were read.
    pub documents: Vec<Document>,
    /// The tickets, in the documents' order; a ticket that replaces another keeps its place.
    pub tickets: Vec<Ticket>,
}

/// One ticket document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path as given, or `builtin:NAME`.
    pub path: String,
    /// Hex SHA-256 of its bytes.
    pub sha256: String,
}

/// One document and its tickets, before they join a [`Catalog`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedDocument {
    /// The document.
    pub document: Document,
    /// Its tickets, in its order; [`Ticket::document`] is 0 until a catalog takes them.
    pub tickets: Vec<Ticket>,
}

/// One ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// For example `ENG-STD-013`.
    pub id: String,
    /// The heading's text, or the first words of the first clause where the ticket has none.
    pub title: String,
    /// The family of the id.
    pub family: Family,
    /// The class, where the ticket names one.
    pub class: Option<Class>,
    /// The heading that the ticket stands under; empty when there is none.
    pub section: String,
    /// The routers, as dotted module names.
    pub routers: Vec<String>,
    /// The files, relative to the scanned root and `/`-separated. A bare name after a path means the same folder.
    pub files: Vec<String>,
    /// What must exist first.
    pub preconditions: Option<String>,
    /// What the ticket makes possible.
    pub unblocks: Option<String>,
    /// Why the router is exempt; only in the family EX.
    pub exempt_reason: Option<String>,
    /// The clauses, in the order scope, acceptance, exemption.
    pub clauses: Vec<Clause>,
    /// The index of its document in [`Catalog::documents`].
    pub document: usize,
    /// The line that it starts at, from 1.
    pub line: u32,
}

/// One sentence of a ticket that the source can meet or break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Unique within the ticket: `scope-1`, `acceptance-2`, `reason-1`.
    pub id: String,
    /// The clause's own words.
    pub text: String,
    /// The field that it comes from.
    pub role: Role,
    /// What decides it, sorted. The clause is met when every check is; when there is none, its verdict is `unknown`.
    pub checks: Vec<Check>,
    /// The line that it starts at, from 1.
    pub line: u32,
}

/// The field that a clause comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// What is to be done.
    Scope,
    /// What must be true afterwards.
    Acceptance,
    /// Why the router is exempt.
    Exemption,
}

impl Catalog {
    /// Reads one document, in either grammar or both.
    ///
    /// `path` is only a name, for the document's entry and for errors.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the document, in the order of its lines.
    pub fn parse(path: &str, text: &str) -> Result<ParsedDocument, Vec<CatalogError>> {
        let (parsed, errors) = document::read(path, text);
        if errors.is_empty() { Ok(parsed) } else { Err(errors) }
    }

    /// Takes the tickets of a document: a ticket with a known id replaces the one before it, others are added.
    pub fn extend(&mut self, parsed: ParsedDocument) {
        let document = self.documents.len();
        self.documents.push(parsed.document);
        for ticket in parsed.tickets {
            let ticket = Ticket { document, ..ticket };
            match self.tickets.iter_mut().find(|old| old.id == ticket.id) {
                Some(old) => *old = ticket,
                None => self.tickets.push(ticket),
            }
        }
    }

    /// The ticket with this id.
    #[must_use]
    pub fn ticket(&self, id: &str) -> Option<&Ticket> {
        self.tickets.iter().find(|ticket| ticket.id == id)
    }
}
