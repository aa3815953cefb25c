//! Serves the engine until it is asked to end.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use engine_server::cli::{Args, requests};
use engine_server::gates::DemoGates;
use engine_server::secrets::Secrets;
use guard::server::{Server, termination};
use tokio::net::TcpListener;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell where even this fails.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let (secrets, login) = if args.demo {
        let (secrets, login) = Secrets::demo()?;
        (secrets, Some(login))
    } else {
        (Secrets::from_env(|name| std::env::var(name))?, None)
    };
    let gates = DemoGates::default();
    gates.set_kill_switch(args.kill_switch);
    let engine = engine_server::engine(secrets, gates)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        // Before anyone is told the address, so that an early signal is not missed.
        let termination = termination()?;
        let listener = TcpListener::bind(args.address).await?;
        let address = listener.local_addr()?;
        writeln!(io::stdout(), "listening on http://{address}")?;
        if let Some(login) = login {
            writeln!(io::stdout(), "\n{}", requests(address, &login))?;
        }
        let drained = Server::new().serve(listener, engine, termination).await;
        writeln!(io::stdout(), "stopped, {} connections were cut", drained.cut)?;
        Ok(())
    })
}
