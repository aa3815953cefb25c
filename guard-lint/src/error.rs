//! What stops a run before there is a report, how it is shown, and what the process answers.

use std::io;
use std::path::PathBuf;

use crate::report::Style;
use crate::report::measure::{clean, paragraph};
use crate::report::style::{BAD, LEAD, STRONG};

/// What the process answers. The numbers are part of the command's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings at or above it.
    Findings = 1,
    /// A usage or configuration error.
    Usage = 2,
    /// No router, or no ticket catalog: nothing to check.
    NothingToCheck = 3,
    /// Under `--strict`, something could not be checked.
    Unchecked = 4,
}

impl Exit {
    /// The process's exit code.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// A fault in a ticket document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogFault {
    /// The document, as given.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// What is wrong with it.
    pub message: String,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The path to scan does not exist.
    #[error("the path does not exist")]
    PathMissing {
        /// The path, as given.
        path: PathBuf,
    },
    /// The path to scan is a file.
    #[error("the path is not a folder")]
    NotADirectory {
        /// The path, as given.
        path: PathBuf,
    },
    /// The tree defines no router.
    #[error("no router was found: {files} source file{} read", if *files == 1 { "" } else { "s" })]
    NoRouters {
        /// The scanned folder.
        root: PathBuf,
        /// How many source files were read.
        files: usize,
        /// Where the routers may be instead, or why they were passed over; may be empty.
        hint: String,
    },
    /// There is no ticket to judge.
    #[error("the catalog holds no ticket")]
    NoTickets {
        /// The documents that were read.
        documents: Vec<String>,
    },
    /// The configuration file is wrong.
    #[error("{message}")]
    Config {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u32,
        /// The column, from 1.
        column: u32,
        /// What is wrong.
        message: String,
        /// How to mend it.
        help: String,
    },
    /// Ticket documents are wrong, in at least one place.
    #[error("the ticket catalog has {} fault{}", .0.len(), if .0.len() == 1 { "" } else { "s" })]
    Catalog(Vec<CatalogFault>),
    /// A file cannot be read or written.
    #[error("{source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No rule or ticket has the id.
    #[error("there is no rule or ticket `{id}`")]
    UnknownId {
        /// The id, as given.
        id: String,
        /// The ids that come nearest, best first.
        nearest: Vec<String>,
    },
    /// The arguments make no sense together.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// How to mend it.
        help: String,
    },
}

impl Error {
    /// What the process answers.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::NoRouters { .. } | Self::NoTickets { .. } => Exit::NothingToCheck,
            Self::PathMissing { .. }
            | Self::NotADirectory { .. }
            | Self::Config { .. }
            | Self::Catalog(_)
            | Self::Io { .. }
            | Self::UnknownId { .. }
            | Self::Usage { .. } => Exit::Usage,
        }
    }

    /// The process's exit code: 2 for an error of usage or configuration, 3 where there is nothing to check.
    pub const fn exit_code(&self) -> u8 {
        self.exit().code()
    }

    /// How to mend it; empty where the message says all there is to say.
    pub fn help(&self) -> String {
        match self {
            Self::PathMissing { .. } => "give the folder that holds the engine's source".to_owned(),
            Self::NotADirectory { path } => match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                Some(parent) => format!("give the folder instead: {}", parent.display()),
                None => "give the folder that holds the file".to_owned(),
            },
            Self::NoRouters { hint, .. } if hint.is_empty() => {
                "give the folder above the packages that define routers; an empty scan proves nothing".to_owned()
            }
            Self::NoRouters { hint, .. } => hint.clone(),
            Self::NoTickets { documents } if documents.is_empty() => {
                "give a ticket document, or leave the built-in catalog on".to_owned()
            }
            Self::NoTickets { .. } => {
                "a ticket is a `### ID: Title` heading or a `- ID (CLASS) — Files: … Acceptance: …` line".to_owned()
            }
            Self::Config { help, .. } | Self::Usage { help, .. } => help.clone(),
            Self::Catalog(_) => "mend these lines, or leave the document out".to_owned(),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => "check the path's spelling".to_owned(),
                io::ErrorKind::PermissionDenied => "give this user the right to the file".to_owned(),
                _ => String::new(),
            },
            Self::UnknownId { nearest, .. } => match nearest.as_slice() {
                [] => "rules look like `GL301`, tickets like `ENG-STD-001`".to_owned(),
                [only] => format!("did you mean `{only}`?"),
                [most @ .., last] => format!("did you mean `{}` or `{last}`?", most.join("`, `")),
            },
        }
    }

    /// The places it is about, with what is wrong there where that differs from the message.
    fn places(&self) -> Vec<(String, &str)> {
        match self {
            Self::PathMissing { path } | Self::NotADirectory { path } | Self::Io { path, .. } => {
                vec![(path.display().to_string(), "")]
            }
            Self::NoRouters { root, .. } => vec![(root.display().to_string(), "")],
            Self::NoTickets { documents } => documents.iter().map(|path| (path.clone(), "")).collect(),
            Self::Config { path, line, column, .. } => vec![(format!("{}:{line}:{column}", path.display()), "")],
            Self::Catalog(faults) => faults
                .iter()
                .map(|fault| (format!("{}:{}", fault.path, fault.line), fault.message.as_str()))
                .collect(),
            Self::UnknownId { .. } | Self::Usage { .. } => Vec::new(),
        }
    }

    /// `error: …`, the places, the help; ends in a line break.
    pub fn render(&self, style: &Style) -> String {
        let prefix = format!("{}: ", style.paint(BAD, "error"));
        let mut out = paragraph(&prefix, "error: ".len(), &clean(&self.to_string()), style.width);
        for (place, message) in self.places() {
            out.push_str(&format!(
                "  {} {}\n",
                style.paint(LEAD, "-->"),
                style.paint(STRONG, &clean(&place))
            ));
            if !message.is_empty() {
                out.push_str(&paragraph("      ", 6, &clean(message), style.width));
            }
        }
        let help = self.help();
        if !help.is_empty() {
            let prefix = format!("  {}: ", style.paint(LEAD, "help"));
            out.push_str(&paragraph(&prefix, "  help: ".len(), &clean(&help), style.width));
        }
        out
    }
}

#[cfg(test)]
mod tests;
