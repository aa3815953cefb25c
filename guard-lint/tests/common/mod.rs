//! What the integration tests share: the fixture, its tables, scratch folders, and the command.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a helper of tests fails as a test does"
)]

pub(crate) mod known;
pub(crate) mod siblings;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use guard_lint::catalog::Catalog;
use guard_lint::config::Config;
use guard_lint::report::Report;
use guard_lint::report::model::{EndpointReport, StreamReport};
use guard_lint::run::run;
use serde::Serialize;

/// The fixture of the whole workspace.
pub(crate) fn engine() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/engine-py")
}

/// The small fixture, whose output is short enough for snapshots.
pub(crate) fn small() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small-py")
}

/// The report on the engine, made once for each test binary.
pub(crate) fn engine_report() -> &'static Report {
    static REPORT: LazyLock<Report> = LazyLock::new(|| report(&engine()));
    &REPORT
}

/// The report on a folder, with nothing configured.
pub(crate) fn report(root: &Path) -> Report {
    report_with(root, 2)
}

/// The report on a folder by this many threads.
pub(crate) fn report_with(root: &Path, threads: usize) -> Report {
    match run(root, &Config::default(), &Catalog::builtin(), threads) {
        Ok(outcome) => outcome.report,
        Err(error) => panic!("{}: {error}: {}", root.display(), error.help()),
    }
}

/// A row of a table with tabs and a heading.
pub(crate) type Row = BTreeMap<String, String>;

/// Reads a table of the engine fixture.
pub(crate) fn table(name: &str) -> Vec<Row> {
    let path = engine().join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines();
    let heading: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(
            cells.len(),
            heading.len(),
            "{name}: {line:?} has not one cell for each column"
        );
        heading
            .iter()
            .zip(cells)
            .map(|(name, cell)| ((*name).to_owned(), cell.to_owned()))
            .collect()
    };
    lines.map(row).collect()
}

/// What tells endpoints apart: file, function, methods, path.
pub(crate) type Key = [String; 4];

/// The key of a table's row.
pub(crate) fn row_key(row: &Row) -> Key {
    ["file", "function", "methods", "path"].map(|column| row[column].clone())
}

/// The columns that are verdicts of rules.
pub(crate) const VERDICTS: [&str; 4] = ["identity", "credential", "envelope", "gate"];

/// What else is said of an endpoint.
pub(crate) const FACTS: [&str; 3] = ["wire", "stream", "shadowed_by"];

/// The verdict of an endpoint in a column.
pub(crate) fn verdict(endpoint: &EndpointReport, column: &str) -> String {
    match column {
        "identity" => word(endpoint.identity.verdict),
        "credential" => word(endpoint.credential.verdict),
        "envelope" => word(endpoint.envelope.verdict),
        "gate" => word(endpoint.gate.verdict),
        "wire" => word(endpoint.envelope.wire),
        "stream" => endpoint.stream.as_ref().map_or("-".to_owned(), stream),
        "shadowed_by" => endpoint.shadowed_by.clone().unwrap_or("-".to_owned()),
        _ => panic!("`{column}` is not a verdict"),
    }
}

/// What the source says of a stream, `?` where it says nothing.
fn stream(stream: &StreamReport) -> String {
    let mut said: Vec<String> = stream
        .cursor
        .iter()
        .map(|carrier| format!("cursor={carrier}"))
        .collect();
    said.extend(
        stream
            .cursor_invalid
            .map(|judged| format!("cursor_invalid={}", word(judged))),
    );
    said.extend(stream.replay.map(|replay| format!("replay={replay}")));
    said.extend(stream.heartbeat.map(|heartbeat| format!("heartbeat={heartbeat}")));
    if said.is_empty() {
        "?".to_owned()
    } else {
        said.join(" ")
    }
}

/// The endpoints of a report by their keys.
pub(crate) fn endpoints(report: &Report) -> BTreeMap<Key, &EndpointReport> {
    let mut endpoints = BTreeMap::new();
    for endpoint in report.routers.iter().flat_map(|router| &router.endpoints) {
        let key = [
            endpoint.file.clone(),
            endpoint.function.clone(),
            endpoint.methods.join(","),
            endpoint.path.clone(),
        ];
        let twin = endpoints.insert(key, endpoint);
        assert!(
            twin.is_none(),
            "{} {} is in the report twice",
            endpoint.file,
            endpoint.function
        );
    }
    endpoints
}

/// The word that the report has for a value.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => panic!("{other:?} is not a word"),
    }
}

/// A scratch folder, removed when it is dropped.
pub(crate) struct Scratch {
    root: PathBuf,
}

impl Scratch {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&root).unwrap();
        Self { root }
    }

    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let scratch = Self::new();
        for (path, text) in files {
            scratch.write(path, text);
        }
        scratch
    }

    /// A folder with the same files below these folders as the one given.
    pub(crate) fn copy(from: &Path, folders: &[&str]) -> Self {
        let scratch = Self::new();
        for folder in folders {
            copy(&from.join(folder), &scratch.root.join(folder));
        }
        scratch
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Changes a file, which must make a difference.
    pub(crate) fn edit(&self, path: &str, change: impl FnOnce(&str) -> String) {
        let before = self.read(path);
        let after = change(&before);
        assert_ne!(before, after, "{path} stays as it is");
        self.write(path, after);
    }

    /// The report on the folder.
    pub(crate) fn report(&self) -> Report {
        report(&self.root)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A leftover is in the way of nobody.
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries {
        let name = entry.unwrap().file_name();
        if name != "__pycache__" {
            copy(&from.join(&name), &to.join(&name));
        }
    }
}

/// The command, in a folder, without the caller's environment.
pub(crate) fn guard_lint(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guard-lint"));
    command
        .current_dir(folder)
        .env_clear()
        .env("COLUMNS", "80")
        .env("LANG", "C.UTF-8");
    command
}

/// What a command did.
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// Runs the command in a folder.
pub(crate) fn lint(folder: &Path, arguments: &[&str]) -> Ran {
    guard_lint(folder).args(arguments).output().unwrap().into()
}
