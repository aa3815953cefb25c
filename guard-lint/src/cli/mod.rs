//! The command line: arguments in, text and an exit code out. The only place that prints.

mod args;
mod explain;
mod terminal;

use std::io::Write;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use crate::catalog::{Catalog, CatalogError, LoadMode};
use crate::config::Config;
use crate::error::{CatalogFault, Error, Exit};
use crate::model::rust::Manifest;
use crate::report::{Detail, Grouping, Report, Style, github, json, matrix, text, tickets};
use crate::rules::docs;
use crate::run::{Outcome, on_threads, run_before_exit};
use args::{Args, CheckFormat, Command, FailOn, MatrixFormat, RulesFormat, Scan, TicketsFormat};

/// Runs the command with the process's arguments.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no error; clap prints each to its stream.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Clean.into()
            };
        }
    };
    let style = terminal::style(args.color);
    match execute(&args.command, &style) {
        Ok((output, exit)) => match std::io::stdout().lock().write_all(output.as_bytes()) {
            // A reader that has seen enough closes the pipe.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Exit::Usage.into(),
            _ => exit.into(),
        },
        Err(error) => {
            let style = terminal::error_style(args.color);
            let _ = std::io::stderr().lock().write_all(error.render(&style).as_bytes());
            error.exit().into()
        }
    }
}

/// Carries out a command: what it prints, and what the process answers.
fn execute(command: &Command, style: &Style) -> Result<(String, Exit), Error> {
    match command {
        Command::Check { scan, format, fail_on } => on_threads(scan.threads, || {
            let outcome = scanned(scan)?;
            let output = match format {
                CheckFormat::Text => text::render(&outcome.report, &outcome.sources, style, Detail::Full),
                CheckFormat::Concise => text::render(&outcome.report, &outcome.sources, style, Detail::Concise),
                CheckFormat::Json => as_json(&outcome.report)?,
                CheckFormat::Github => github::render(&outcome.report, &outcome.report.root),
            };
            Ok((output, exit(&outcome.report, *fail_on, scan.strict)))
        }),
        Command::Tickets {
            scan,
            ids,
            group,
            format,
            fail_on,
        } => on_threads(scan.threads, || {
            let outcome = scanned(scan)?;
            let report = &outcome.report;
            let output = match format {
                _ if !ids.is_empty() => details(report, ids, style)?,
                TicketsFormat::Text => tickets::render(report, style, Grouping::from(*group)),
                TicketsFormat::Tsv => tickets::render_tsv(report),
                TicketsFormat::Json => as_json(report)?,
            };
            Ok((output, exit(report, *fail_on, scan.strict)))
        }),
        Command::Matrix { scan, format } => on_threads(scan.threads, || {
            let outcome = scanned(scan)?;
            let output = match format {
                MatrixFormat::Tsv => matrix::render_tsv(&outcome.report),
                MatrixFormat::Markdown => matrix::render_markdown(&outcome.report),
            };
            Ok((output, exit(&outcome.report, FailOn::Never, scan.strict)))
        }),
        Command::Explain { id, catalog } => Ok((explain::explain(id, &load_catalog(catalog)?, style)?, Exit::Clean)),
        Command::Rules { format } => {
            let output = match format {
                RulesFormat::Text => explain::table(style),
                RulesFormat::Markdown => docs::markdown(),
            };
            Ok((output, Exit::Clean))
        }
        Command::Schema => Ok((crate::report::schema::schema(), Exit::Clean)),
    }
}

/// Single tickets in detail.
fn details(report: &Report, ids: &[String], style: &Style) -> Result<String, Error> {
    let known: Vec<&str> = report.tickets.iter().map(|ticket| ticket.id.as_str()).collect();
    let mut parts = Vec::with_capacity(ids.len());
    for id in ids {
        let ticket = report.tickets.iter().find(|ticket| ticket.id.eq_ignore_ascii_case(id));
        let ticket = ticket.ok_or_else(|| explain::unknown(id, &known))?;
        parts.push(tickets::render_ticket(report, ticket, style));
    }
    Ok(parts.join("\n"))
}

/// What a scan found. The process ends soon, and nothing of it is taken apart before.
fn scanned(scan: &Scan) -> Result<ManuallyDrop<Outcome>, Error> {
    let mut config = Config::load(&scan.path, scan.config.as_deref())?;
    config.exclude.extend(scan.exclude.iter().cloned());
    let documents = if scan.catalog.is_empty() {
        &config.catalog
    } else {
        &scan.catalog
    };
    let catalog = load_catalog(documents)?;
    // `guard-lint tickets ENG-STD-003`: the folder comes first.
    let path = scan.path.to_string_lossy();
    if !scan.path.exists() && catalog.ticket(&path.to_uppercase()).is_some() {
        return Err(Error::Usage {
            message: format!("`{path}` is a ticket, and the folder comes first"),
            help: format!("run `guard-lint tickets . {path}`"),
        });
    }
    let manifest = scan.manifest.as_deref().map(Manifest::load).transpose()?;
    let outcome = run_before_exit(&scan.path, &config, &catalog, manifest.as_ref())?;
    if scan.timings {
        let _ = std::io::stderr().lock().write_all(outcome.timings.render().as_bytes());
    }
    Ok(ManuallyDrop::new(outcome))
}

fn load_catalog(documents: &[PathBuf]) -> Result<Catalog, Error> {
    let catalog = Catalog::load(documents, LoadMode::Replace).map_err(|faults| {
        let fault = |fault: CatalogError| CatalogFault {
            path: fault.path,
            line: fault.line,
            message: fault.problem.to_string(),
        };
        Error::Catalog(faults.into_iter().map(fault).collect())
    })?;
    if catalog.tickets.is_empty() {
        let documents = catalog.documents.into_iter().map(|document| document.path).collect();
        return Err(Error::NoTickets { documents });
    }
    Ok(catalog)
}

fn as_json(report: &Report) -> Result<String, Error> {
    json::render(report).map_err(|error| Error::Io {
        path: Path::new("standard output").to_owned(),
        source: error.into(),
    })
}

/// What the process answers to a report.
fn exit(report: &Report, fail_on: FailOn, strict: bool) -> Exit {
    let limit = fail_on.severity();
    let failing = report
        .findings
        .iter()
        .any(|finding| finding.suppressed.is_none() && limit.is_some_and(|limit| finding.severity >= limit));
    if failing {
        Exit::Findings
    } else if strict && !report.unchecked.is_empty() {
        Exit::Unchecked
    } else {
        Exit::Clean
    }
}
