//! Servers for one run of the tests: somebody's own, named by a variable, or started here from the system's programs.

#![allow(dead_code, reason = "not every test that has this file starts every server")]

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server that ends with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    program: PathBuf,
    /// Starts it anew, on what it left.
    again: fn(PathBuf, u16, TempDir) -> Self,
    /// Goes after the child.
    folder: Option<TempDir>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.folder = None;
    }
}

impl Server {
    /// Ends it as a crash would, and starts it on what it left, at the same port.
    pub(crate) fn killed_and_started_again(mut self) -> Self {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let folder = self.folder.take().unwrap();
        (self.again)(self.program.clone(), self.port, folder)
    }
}

/// Says that something is skipped, or fails where nothing may be.
pub(crate) fn skip<T>(what: &str) -> Option<T> {
    assert!(
        env::var_os("GUARD_TEST_REQUIRE_SERVERS").is_none_or(|value| value != "1"),
        "{what}, and GUARD_TEST_REQUIRE_SERVERS=1 allows no skipping"
    );
    eprintln!("skipped: {what}");
    None
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Tries until it succeeds, for up to half a minute.
pub(crate) fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_there() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} does not come up");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Where PostgreSQL's programs are, the latest first.
fn postgres_programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders.extend(env::split_paths(&env::var_os("PATH")?));
    let has_all = |folder: &PathBuf| {
        let mut programs = ["initdb", "postgres", "pg_isready"].into_iter();
        programs.all(|program| folder.join(program).exists())
    };
    folders.into_iter().find(has_all)
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.starts_with(b"0"))
}

/// A command, as the user `postgres` if this is root, whom PostgreSQL does not serve.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .arg(program);
    command
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Starts PostgreSQL with a user `guard` and these settings, or says that it is not there.
pub(crate) fn start_postgres(settings: &[&str]) -> Option<Server> {
    let Some(programs) = postgres_programs() else {
        return skip("PostgreSQL is not installed, and GUARD_TEST_POSTGRES_URL names none");
    };
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    if is_root() {
        run(Command::new("chown").arg("postgres:postgres").arg(folder.path()));
    }
    run(as_postgres(&programs.join("initdb"))
        .args([
            "--auth=trust",
            "--username=guard",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
        ])
        .arg(&data));
    Some(run_postgres(programs.join("postgres"), free_port(), folder, settings))
}

fn run_postgres(program: PathBuf, port: u16, folder: TempDir, settings: &[&str]) -> Server {
    let start = || {
        as_postgres(&program)
            .args([
                "-h",
                "127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-p",
                &port.to_string(),
                "-D",
            ])
            .arg(folder.path().join("data"))
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut child = start();
    wait_for("PostgreSQL", || {
        // After a crash it does not start while a process of the one before still lives.
        if child.try_wait().unwrap().is_some() {
            child = start();
        }
        let ready = Command::new(program.with_file_name("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status();
        ready.is_ok_and(|status| status.success())
    });
    Server {
        child,
        port,
        again: |program, port, folder| run_postgres(program, port, folder, &[]),
        program,
        folder: Some(folder),
    }
}

/// Starts a NATS server with JetStream, or says that it is not there.
pub(crate) fn start_nats() -> Option<Server> {
    let paths = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&paths).collect();
    folders.push(PathBuf::from("/usr/sbin"));
    let program = folders.into_iter().map(|folder| folder.join("nats-server"));
    let Some(program) = program.into_iter().find(|program| program.exists()) else {
        return skip("nats-server is not installed, and GUARD_TEST_NATS_URL names none");
    };
    Some(run_nats(program, free_port(), TempDir::new().unwrap()))
}

fn run_nats(program: PathBuf, port: u16, folder: TempDir) -> Server {
    let child = Command::new(&program)
        .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server {
        child,
        port,
        program,
        again: run_nats,
        folder: Some(folder),
    };
    wait_for("NATS", || {
        std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
    });
    server
}
