//! Where a catalog comes from: the two documents in this program, or files of the user's.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Catalog, CatalogError, ParsedDocument, Problem, document};

/// The built-in documents restate the engine's tickets, so that a fresh clone needs nothing else.
const BUILTIN: [(&str, &str); 2] = [
    (
        "builtin:engine-fix-tickets.md",
        include_str!("builtin/engine-fix-tickets.md"),
    ),
    ("builtin:atomic-tasks.md", include_str!("builtin/atomic-tasks.md")),
];

/// What the user's documents do to the built-in ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LoadMode {
    /// The catalog is exactly the given documents.
    #[default]
    Replace,
    /// The given documents replace tickets with the same id and add the others.
    Extend,
}

impl Catalog {
    /// The 85 tickets that the program knows by itself.
    #[must_use]
    pub fn builtin() -> Self {
        let mut catalog = Self::empty();
        for (path, text) in BUILTIN {
            // The documents are part of the program; a test holds them free of errors.
            catalog.extend(document::read(path, text).0);
        }
        catalog
    }

    /// Reads the given documents; without any, the catalog is the built-in one in either mode.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any of the documents. The given documents are peers: an id that two of them claim
    /// is an error, because neither order would be the obvious one.
    pub fn load(paths: &[PathBuf], mode: LoadMode) -> Result<Self, Vec<CatalogError>> {
        let (parsed, errors) = read_all(paths);
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut catalog = match mode {
            LoadMode::Replace if !paths.is_empty() => Self::empty(),
            LoadMode::Replace | LoadMode::Extend => Self::builtin(),
        };
        for document in parsed {
            catalog.extend(document);
        }
        Ok(catalog)
    }

    fn empty() -> Self {
        Self {
            documents: Vec::new(),
            tickets: Vec::new(),
        }
    }
}

fn read_all(paths: &[PathBuf]) -> (Vec<ParsedDocument>, Vec<CatalogError>) {
    let mut errors = Vec::new();
    let mut documents: Vec<ParsedDocument> = Vec::new();
    for path in paths {
        match read_file(path) {
            Ok(parsed) => documents.push(parsed),
            Err(found) => errors.extend(found),
        }
    }
    errors.extend(claimed_twice(&documents));
    (documents, errors)
}

fn read_file(path: &Path) -> Result<ParsedDocument, Vec<CatalogError>> {
    let name = path.to_string_lossy().replace('\\', "/");
    let fail = |line, problem| {
        vec![CatalogError {
            path: name.clone(),
            line,
            problem,
        }]
    };
    let bytes = fs::read(path).map_err(|error| fail(1, Problem::Unreadable(error.to_string())))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line_breaks = error
            .as_bytes()
            .iter()
            .take(valid)
            .filter(|byte| **byte == b'\n')
            .count();
        fail(u32::try_from(line_breaks + 1).unwrap_or(u32::MAX), Problem::NotUtf8)
    })?;
    Catalog::parse(&name, &text)
}

fn claimed_twice(documents: &[ParsedDocument]) -> Vec<CatalogError> {
    let mut first: HashMap<&str, String> = HashMap::new();
    let mut errors = Vec::new();
    for parsed in documents {
        let path = &parsed.document.path;
        for ticket in &parsed.tickets {
            if let Some(first) = first.get(ticket.id.as_str()) {
                let problem = Problem::DuplicateId {
                    id: ticket.id.clone(),
                    first: first.clone(),
                };
                errors.push(CatalogError {
                    path: path.clone(),
                    line: ticket.line,
                    problem,
                });
            } else {
                first.insert(&ticket.id, format!("{path}:{}", ticket.line));
            }
        }
    }
    errors
}
