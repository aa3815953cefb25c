//! A ticket in the making: the fields as either grammar found them, and the rules that a finished ticket keeps.

use super::bind;
use super::error::Problem;
use super::field::Field;
use super::head::{self, Head};
use super::span::Span;
use super::{Check, Clause, Role, Ticket};
use crate::report::model::{Class, Family};

/// Problems with the lines that they are at.
pub(super) type Problems = Vec<(u32, Problem)>;

/// How long a title made of a clause's first words may be, in characters.
const TITLE_LENGTH: usize = 60;

/// A ticket whose fields are being collected.
pub(super) struct Draft<'a> {
    head: Head<'a>,
    title: Span<'a>,
    section: String,
    /// The indent of the ticket's list item; a heading has none.
    indent: Option<usize>,
    entries: Vec<Entry<'a>>,
}

/// A field, with its value on the same line and the list items below it.
struct Entry<'a> {
    field: Field,
    line: u32,
    inline: Span<'a>,
    items: Vec<Span<'a>>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(head: Head<'a>, title: Span<'a>, section: &str, indent: Option<usize>) -> Self {
        Self {
            head,
            title,
            section: section.to_owned(),
            indent,
            entries: Vec::new(),
        }
    }

    /// Whether a list item of this indent can only be part of the ticket.
    pub(super) fn nests(&self, indent: usize) -> bool {
        indent > self.indent.unwrap_or(0)
    }

    /// Whether a list item of this indent may be part of the ticket: all below a heading, the deeper ones below an item.
    pub(super) fn holds(&self, indent: usize) -> bool {
        self.indent.is_none() || self.nests(indent)
    }

    /// Begins a field.
    pub(super) fn field(&mut self, field: Field, line: u32, inline: Span<'a>) -> Result<(), Problem> {
        let twice = self.entry(field).is_some();
        self.entries.push(Entry {
            field,
            line,
            inline,
            items: Vec::new(),
        });
        if twice { Err(Problem::FieldTwice(field)) } else { Ok(()) }
    }

    /// Adds a list item to the field above it.
    pub(super) fn value(&mut self, item: Span<'a>) -> Result<(), Problem> {
        match self.entries.last_mut() {
            Some(entry) => entry.items.push(item),
            None => return Err(Problem::StrayLine),
        }
        Ok(())
    }

    /// Checks the fields and makes the ticket of them.
    pub(super) fn finish(self, problems: &mut Problems) -> Ticket {
        let id = self.head.id.to_owned();
        let family = head::family(&id);
        self.check_fields(family, problems);
        let clauses = self.clauses();
        Ticket {
            title: self.title(&clauses),
            family,
            class: self.class(problems),
            section: self.section.clone(),
            routers: self.names(Field::Router, problems),
            files: self.names(Field::Files, problems),
            preconditions: self.text(Field::Preconditions),
            unblocks: self.text(Field::Unblocks),
            exempt_reason: self.text(Field::Reason).filter(|_| family == Family::Ex),
            clauses,
            document: 0,
            line: self.head.line,
            id,
        }
    }

    fn entry(&self, field: Field) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.field == field)
    }

    fn check_fields(&self, family: Family, problems: &mut Problems) {
        let id = || self.head.id.to_owned();
        let has = |field| self.entry(field).is_some();
        let exempts = family == Family::Ex;
        let mut here = |problem| problems.push((self.head.line, problem));
        if !self.head.has_id() {
            here(Problem::BadId(id()));
        }
        if !has(Field::Router) && !has(Field::Files) {
            here(Problem::NoPlace { id: id() });
        }
        if exempts && !has(Field::Reason) {
            here(Problem::NoReason { id: id() });
        }
        if !exempts && !has(Field::Scope) && !has(Field::Acceptance) {
            here(Problem::NoClause { id: id() });
        }
        if let Some(reason) = self.entry(Field::Reason).filter(|_| !exempts) {
            problems.push((reason.line, Problem::StrayReason { id: id() }));
        }
        let empty = self.entries.iter().filter(|entry| entry.parts().is_empty());
        problems.extend(empty.map(|entry| (entry.line, Problem::EmptyField(entry.field))));
    }

    fn title(&self, clauses: &[Clause]) -> String {
        let own = self.title.sentence();
        match clauses.first() {
            Some(clause) if own.is_empty() => first_words(&clause.text),
            _ => own,
        }
    }

    /// The class behind the id, or the field of that name.
    fn class(&self, problems: &mut Problems) -> Option<Class> {
        let field = || self.entry(Field::Class)?.sentences().first().copied();
        let name = self.head.class.or_else(field)?;
        let class = match name.sentence().trim_matches(['`', '*']).to_ascii_uppercase().as_str() {
            "SECURITY" => Some(Class::Security),
            "QUALITY" => Some(Class::Quality),
            _ => None,
        };
        if class.is_none() && !name.is_empty() {
            problems.push((name.line, Problem::UnknownClass(name.sentence())));
        }
        class
    }

    /// A field's free text.
    fn text(&self, field: Field) -> Option<String> {
        let sentences = self.entry(field)?.sentences();
        let texts: Vec<String> = sentences.iter().map(|span| span.sentence()).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    }

    /// Routers or files, each once.
    fn names(&self, field: Field, problems: &mut Problems) -> Vec<String> {
        let Some(entry) = self.entry(field) else {
            return Vec::new();
        };
        let mut names: Vec<String> = Vec::new();
        for span in entry.names() {
            let name = if field == Field::Files {
                file(span.text, names.last())
            } else {
                router(span.text)
            };
            match name {
                Some(name) if names.contains(&name) => {}
                Some(name) => names.push(name),
                None => problems.push((
                    span.line,
                    Problem::BadName {
                        field,
                        name: span.text.to_owned(),
                    },
                )),
            }
        }
        names
    }

    fn clauses(&self) -> Vec<Clause> {
        let mut clauses = Vec::new();
        for (field, role, prefix) in [
            (Field::Scope, Role::Scope, "scope"),
            (Field::Acceptance, Role::Acceptance, "acceptance"),
            (Field::Reason, Role::Exemption, "reason"),
        ] {
            let Some(entry) = self.entry(field) else {
                continue;
            };
            // A reason is one statement, whatever its punctuation.
            let spans = if role == Role::Exemption {
                entry.sentences()
            } else {
                entry.parts()
            };
            clauses.extend(
                spans
                    .into_iter()
                    .zip(1..)
                    .map(|(span, number)| clause(role, prefix, number, span)),
            );
        }
        clauses
    }
}

impl<'a> Entry<'a> {
    /// The value on the line, then each list item.
    fn sentences(&self) -> Vec<Span<'a>> {
        self.spans(vec![self.inline])
    }

    /// As [`Self::sentences`], with the value on the line split at `;`.
    fn parts(&self) -> Vec<Span<'a>> {
        self.spans(self.inline.split_outside_code(&[';']))
    }

    fn spans(&self, inline: Vec<Span<'a>>) -> Vec<Span<'a>> {
        let spans = inline.into_iter().chain(self.items.iter().copied());
        spans.filter(|span| !span.sentence().is_empty()).collect()
    }

    /// The names between commas: those in backticks, or else the plain words.
    fn names(&self) -> Vec<Span<'a>> {
        let one = |part: Span<'a>| {
            let codes = part.codes();
            if codes.is_empty() {
                part.split_outside_code(&[' ', '\t', '\n'])
            } else {
                codes
            }
        };
        self.sentences()
            .into_iter()
            .flat_map(|span| span.split_outside_code(&[',']))
            .flat_map(one)
            .collect()
    }
}

fn clause(role: Role, prefix: &str, number: usize, span: Span<'_>) -> Clause {
    let text = span.sentence();
    let checks = if role == Role::Exemption {
        vec![Check::Exemption]
    } else {
        bind::checks(&text)
    };
    Clause {
        id: format!("{prefix}-{number}"),
        text,
        role,
        checks,
        line: span.line,
    }
}

/// A path below the root with `/`; a bare name takes the folder of the file before it.
fn file(name: &str, before: Option<&String>) -> Option<String> {
    let name = name.trim_end_matches(['.', ',']).replace('\\', "/");
    let path = name.strip_prefix("./").unwrap_or(&name);
    let outside = path.starts_with('/') || path.split('/').any(|part| part == "..");
    let foreign = |c: char| c.is_whitespace() || matches!(c, ':' | '`' | '*' | '?');
    if outside || !path.contains(['/', '.']) || path.contains(foreign) {
        return None;
    }
    let folder = before
        .filter(|_| !path.contains('/'))
        .and_then(|before| before.rsplit_once('/'));
    Some(folder.map_or_else(|| path.to_owned(), |(folder, _)| format!("{folder}/{path}")))
}

fn router(name: &str) -> Option<String> {
    let name = name.trim_end_matches(['.', ',']);
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':');
    (!name.is_empty() && name.chars().all(allowed)).then(|| name.to_owned())
}

/// As many whole words as a title may hold.
fn first_words(text: &str) -> String {
    if text.chars().count() <= TITLE_LENGTH {
        return text.to_owned();
    }
    let cut: String = text.chars().take(TITLE_LENGTH).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole}…")
}
