//! Trees of files from one input, judged whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use guard_lint::catalog::Catalog;
use guard_lint::config::Config;
use guard_lint::error::Error;
use guard_lint::report::{Detail, Grouping, Report, Style, github, json, matrix, text, tickets};
use guard_lint::run::{Outcome, run};

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);

/// How many files one input makes.
const FILES: usize = 12;

/// A folder in memory with the files that every input finds there.
pub struct Folder {
    root: PathBuf,
    /// Whether the files are Python's, and not Rust's.
    is_python: bool,
}

impl Folder {
    /// An empty folder.
    pub fn new(name: &str, is_python: bool) -> Self {
        let memory = Path::new("/dev/shm");
        let above = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let root = above.join(format!("guard-lint-fuzz-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).expect("the folder for trees can be made");
        Self { root, is_python }
    }

    /// A folder with a copy of these paths, files or folders.
    pub fn with(name: &str, is_python: bool, from: &Path, paths: &[&str]) -> Self {
        let folder = Self::new(name, is_python);
        for path in paths {
            copy(&from.join(path), &folder.root.join(path));
        }
        folder
    }

    /// Where a file of the folder is.
    pub fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        if let Some(above) = path.parent() {
            let _ = fs::create_dir_all(above);
        }
        // A name that is a folder already is passed over, as it is in a tree.
        let _ = fs::write(path, text);
    }

    /// Judges the folder; none where it has no router.
    pub fn judge(&self, threads: usize) -> Option<Outcome> {
        match run(&self.root, &Config::default(), &CATALOG, threads) {
            Ok(outcome) => Some(outcome),
            Err(Error::NoRouters { .. }) => None,
            Err(other) => panic!("{other}"),
        }
    }

    /// Lays an input's files over the folder's own, judges and renders, and takes them away again.
    pub fn judge_input(&self, input: &str) {
        let files = files(input, self.is_python);
        for (path, text) in &files {
            self.write(path, text);
        }
        let outcome = self.judge(1);
        if let Some(outcome) = &outcome {
            render(outcome);
            // A second run by more threads costs as much as the first.
            if input.len() % 16 == 0 {
                let again = self.judge(2).map(|outcome| outcome.report);
                assert_eq!(Some(&outcome.report), again.as_ref(), "two threads say something else");
            }
        }
        for (path, _) in &files {
            let _ = fs::remove_file(self.at(path));
        }
    }
}

/// Every renderer, on what they may never have seen.
fn render(outcome: &Outcome) {
    let report: &Report = &outcome.report;
    let style = Style::plain();
    let json = json::render(report).expect("a report is JSON");
    assert!(json.ends_with("}\n"));
    text::render(report, &outcome.sources, &style, Detail::Full);
    text::render(report, &outcome.sources, &style, Detail::Concise);
    github::render(report, &report.root);
    matrix::render_markdown(report);
    tickets::render(report, &style, Grouping::Family);
}

/// The marker that begins a file in an input.
pub fn marker(is_python: bool) -> &'static str {
    if is_python { "# file: " } else { "// file: " }
}

/// The files of an input: what stands before the first marker belongs to none.
fn files(input: &str, is_python: bool) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in input.split_inclusive('\n') {
        let path = line.strip_prefix(marker(is_python)).filter(|_| files.len() < FILES);
        match (path, files.last_mut()) {
            (Some(path), _) => files.push((sound(path, is_python), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => {}
        }
    }
    files
}

/// A path that stays in the folder and names a source file.
fn sound(path: &str, is_python: bool) -> String {
    let ending = if is_python { ".py" } else { ".rs" };
    let path = path.trim().strip_suffix(ending).unwrap_or(path.trim());
    let is_sound = |part: &&str| {
        let letters = part
            .chars()
            .all(|letter| letter == '_' || letter.is_ascii_alphanumeric());
        !part.is_empty() && part.len() < 64 && letters
    };
    let parts: Vec<&str> = path.split('/').filter(is_sound).take(8).collect();
    let stem = if parts.is_empty() {
        "main".to_owned()
    } else {
        parts.join("/")
    };
    format!("{stem}{ending}")
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        if let Some(above) = to.parent() {
            fs::create_dir_all(above).expect("a folder in memory can be made");
        }
        fs::copy(from, to).expect("a fixture can be copied");
        return;
    }
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name != "__pycache__" && name != "target" {
            copy(&from.join(&name), &to.join(&name));
        }
    }
}
