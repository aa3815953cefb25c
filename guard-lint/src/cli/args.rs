//! The arguments.

use std::path::PathBuf;

use clap::{Args as Arguments, Parser, Subcommand, ValueEnum};

use crate::report::Grouping;
use crate::report::model::Severity;

/// Reads an engine's source and reports the status of every compliance ticket, with evidence.
#[derive(Debug, Parser)]
#[command(name = "guard-lint", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage or configuration error, \
3 nothing to check, 4 under --strict something could not be checked."
)]
pub(super) struct Args {
    /// When to colour the output.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN")]
    pub(super) color: Color,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Shows every finding: what is wrong, where, and the calls that lead there.
    Check {
        #[command(flatten)]
        scan: Scan,
        /// How to show the findings.
        #[arg(long = "output-format", value_enum, default_value_t = CheckFormat::Text, value_name = "FORMAT")]
        format: CheckFormat,
        /// The severity from which on the exit code is 1.
        #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "SEVERITY")]
        fail_on: FailOn,
    },
    /// Shows the status of every ticket, or single tickets in detail.
    Tickets {
        #[command(flatten)]
        scan: Scan,
        /// Tickets to show in detail, for example ENG-STD-003.
        #[arg(value_name = "ID")]
        ids: Vec<String>,
        /// How to group the table.
        #[arg(long, value_enum, default_value_t = Group::Family, value_name = "BY")]
        group: Group,
        /// How to show the table.
        #[arg(long = "output-format", value_enum, default_value_t = TicketsFormat::Text, value_name = "FORMAT")]
        format: TicketsFormat,
        /// The severity of findings from which on the exit code is 1.
        #[arg(long, value_enum, default_value_t = FailOn::Never, value_name = "SEVERITY")]
        fail_on: FailOn,
    },
    /// Shows routers by what is asked of them: identity, envelope, routing, gate, streaming.
    Matrix {
        #[command(flatten)]
        scan: Scan,
        /// How to show the matrix.
        #[arg(long = "output-format", value_enum, default_value_t = MatrixFormat::Tsv, value_name = "FORMAT")]
        format: MatrixFormat,
    },
    /// Explains a rule or a ticket.
    Explain {
        /// A rule's code or name, or a ticket's id.
        id: String,
        /// Ticket documents that replace the built-in catalog.
        #[arg(long, num_args = 1, action = clap::ArgAction::Append, value_name = "FILE")]
        catalog: Vec<PathBuf>,
    },
    /// Lists the rules.
    Rules {
        /// How to show the list.
        #[arg(long = "output-format", value_enum, default_value_t = RulesFormat::Text, value_name = "FORMAT")]
        format: RulesFormat,
    },
    /// Prints the JSON Schema of the report.
    Schema,
}

/// What is scanned, and how.
#[derive(Debug, Arguments)]
pub(super) struct Scan {
    /// The folder that holds the engine's source.
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    /// Ticket documents that replace the built-in catalog.
    #[arg(long, num_args = 1, action = clap::ArgAction::Append, value_name = "FILE")]
    pub(super) catalog: Vec<PathBuf>,
    /// The configuration file, instead of guard-lint.toml in the scanned folder.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Globs of what is not read, beside the configuration's.
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// The JSON of `Engine::manifest()`, to compare with the Rust source.
    #[arg(long, value_name = "FILE")]
    pub(super) manifest: Option<PathBuf>,
    /// How many threads to use; 0 takes as many as the machine has.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(super) threads: usize,
    /// Answer with exit code 4 when something could not be checked.
    #[arg(long)]
    pub(super) strict: bool,
    /// Say on standard error how long each phase and each rule took.
    #[arg(long)]
    pub(super) timings: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal that has them, and NO_COLOR is not set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// Code frames with the calls that lead to each fault.
    Text,
    /// One line a finding.
    Concise,
    /// The report, version 1.
    Json,
    /// Annotations of a GitHub workflow.
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TicketsFormat {
    /// A table as wide as the terminal.
    Text,
    /// Id, status and what is left, separated by tabs.
    Tsv,
    /// The report, version 1.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MatrixFormat {
    Tsv,
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    Text,
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Group {
    Family,
    Status,
}

impl From<Group> for Grouping {
    fn from(group: Group) -> Self {
        match group {
            Group::Family => Self::Family,
            Group::Status => Self::Status,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Never,
    Note,
    Warning,
    Error,
}

impl FailOn {
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::Never => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}
