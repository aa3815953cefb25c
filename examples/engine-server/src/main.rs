//! Serves the engine until it is asked to end.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use engine_server::cli::{Args, requests};
use engine_server::engine::{self, Opened, Setup};
use engine_server::secrets::Secrets;
use engine_server::{page, places, policies};
use guard::server::{Server, termination};
use tokio::net::TcpListener;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell where even this fails.
            let _ = say(&mut io::stderr(), &*error);
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes.
fn say(out: &mut impl Write, error: &dyn Error) -> io::Result<()> {
    write!(out, "error: {error}")?;
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(out, ": {error}")?;
        cause = error.source();
    }
    writeln!(out)
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let seeds = args.seeds()?;
    let (secrets, login) = if args.demo {
        let (secrets, login) = Secrets::demo()?;
        (secrets, Some(login))
    } else {
        (Secrets::from_env(|name| std::env::var(name))?, None)
    };
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        // Before anyone is told the address, so that an early signal is not missed.
        let termination = termination()?;
        let stores = places::open(&args.store, args.events.as_deref()).await?;
        let listener = TcpListener::bind(args.address)
            .await
            .map_err(|error| format!("cannot listen on {}: {error}", args.address))?;
        let address = listener.local_addr()?;
        let Opened {
            engine,
            streams,
            chain,
            upkeep,
        } = engine::open(Setup {
            secrets,
            modes: args.mode.clone(),
            stores,
            origins: args.origins(address),
        })
        .await?;
        if seeds {
            policies::seed(chain.policies()).await?;
        }
        let service = page::in_front_of(engine)?;
        writeln!(io::stdout(), "listening on http://{address}")?;
        if let Some(login) = login {
            writeln!(io::stdout(), "\n{}", requests(address, &login))?;
        }
        let server = Server::new().streams_of(&streams);
        let drained = server.serve(listener, service, termination).await;
        // What is under way is settled and its outcome kept before the process ends.
        chain.idle().await;
        drop(upkeep);
        writeln!(io::stdout(), "stopped, {} connections were cut", drained.cut)?;
        Ok(())
    })
}
