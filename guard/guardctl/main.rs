//! `guardctl`: sets the policies of an engine's gates, and verifies its audit.

mod audit;
mod place;
mod policy;
mod store;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Sets the policies of an engine's gates, and verifies its audit.
#[derive(Debug, Parser)]
#[command(name = "guardctl", version)]
struct Cli {
    /// The store of the engine: `sqlite:/var/lib/engine/guard.db`, or `postgres://...` where it is built in.
    #[arg(long, env = "GUARD_STORE", hide_env_values = true)]
    store: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The policies of the gates.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// The audit chains.
    #[command(subcommand)]
    Audit(audit::Audit),
}

/// What a command found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// All is well.
    Well,
    /// A chain is broken.
    Broken,
}

type Answer = Result<Found, Box<dyn Error>>;

/// 0 where all is well, 1 where a chain is broken, 2 where nothing could be done or found out.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli, &mut io::stdout().lock()).await {
        Ok(Found::Well) => ExitCode::SUCCESS,
        Ok(Found::Broken) => ExitCode::from(1),
        Err(error) => {
            // Nobody is left to be told that this failed.
            drop(say(&mut io::stderr().lock(), &*error));
            ExitCode::from(2)
        }
    }
}

async fn run(cli: Cli, out: &mut impl Write) -> Answer {
    let stores = store::open(&cli.store).await?;
    match cli.command {
        Command::Policy(command) => policy::run(command, &stores, out).await,
        Command::Audit(command) => audit::run(command, &stores, out).await,
    }
}

/// The error and its causes.
fn say(out: &mut impl Write, error: &dyn Error) -> io::Result<()> {
    write!(out, "guardctl: {error}")?;
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(out, ": {error}")?;
        cause = error.source();
    }
    writeln!(out)
}
