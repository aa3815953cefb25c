//! The program as a process.

use std::env;
use std::process::{Output, Stdio};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::support::{LOGIN_SECRET, TOKENS_SECRET, patient};

pub(crate) const SECRETS: [(&str, &str); 3] = [
    ("AUTH_JWT_SIGNING", TOKENS_SECRET),
    ("ENGINES_TICKET_SECRET", "a secret for tickets of thirty-two bytes"),
    ("DEMO_LOGIN_SECRET", LOGIN_SECRET),
];

/// The program with these arguments, and without the environment.
pub(crate) fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_engine-server"));
    command
        .args(args)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

pub(crate) async fn ended(mut command: Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = patient(command.output()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// Waits for the address that the program prints.
pub(crate) async fn listening(mut command: Command) -> (Child, Lines<BufReader<ChildStdout>>, String) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = patient(lines.next_line()).await.unwrap().unwrap();
    let address = line.strip_prefix("listening on http://").unwrap().to_owned();
    (child, lines, address)
}

/// `kill` rather than a crate: there is no signal without unsafe code.
pub(crate) async fn signal(child: &Child, name: &str) {
    let id = child.id().unwrap().to_string();
    let status = Command::new("kill").args(["-s", name, &id]).status();
    assert!(patient(status).await.unwrap().success());
}

/// Says that something is skipped, or fails where nothing may be.
pub(crate) fn skipped<T>(why: &str) -> Option<T> {
    assert!(
        env::var_os("GUARD_TEST_REQUIRE_SERVERS").is_none_or(|value| value != "1"),
        "{why}, and GUARD_TEST_REQUIRE_SERVERS=1 allows no skipping"
    );
    eprintln!("skipped: {why}");
    None
}
