//! What the fuzz targets ask of guard-lint: it never panics, says the same with any number of threads, and what one
//! handler does says nothing of its siblings.
//!
//! ```console
//! $ ./seeds.py                                      # the fixtures as corpus/
//! $ cargo +nightly fuzz run --sanitizer none --no-cfg-fuzzing python -- -timeout=20 -rss_limit_mb=2500
//! ```
//!
//! There is no unsafe code to sanitize, and without a sanitizer a run is many times as fast. With `cfg(fuzzing)` proc-macro2
//! leaves spans out, and every place in a Rust file would be its first line. An input that fails belongs
//! into the tests, as a case.

#![forbid(unsafe_code)]

mod mutate;
mod tree;

// One file serves the tests and the targets, so that an invariant cannot hold in one place and not in the other.
#[path = "../../tests/common/siblings.rs"]
mod siblings;
#[path = "../../tests/common/words.rs"]
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use guard_lint::catalog::Catalog;
use guard_lint::config::Config;
use guard_lint::report::Report;

use mutate::Dice;
use siblings::Handler;
use tree::{Folder, marker};

/// A ticket document, in either grammar.
pub fn catalog(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut catalog = Catalog::builtin();
    match Catalog::parse("fuzzed.md", text) {
        Ok(parsed) => {
            for ticket in &parsed.tickets {
                let lines = text.lines().count() as u32;
                assert!(
                    (1..=lines).contains(&ticket.line),
                    "{}: line {}",
                    ticket.id,
                    ticket.line
                );
                assert!(ticket.clauses.iter().all(|clause| (1..=lines).contains(&clause.line)));
            }
            catalog.extend(parsed);
        }
        Err(errors) => assert!(!errors.is_empty(), "a document is refused for nothing"),
    }
}

/// A configuration file.
pub fn config(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match Config::parse(Path::new("guard-lint.toml"), text) {
        Ok(config) => {
            config.vocabulary();
            for rule in guard_lint::rules::RULES {
                config.severity(rule.meta());
            }
        }
        Err(error) => {
            assert_eq!(error.exit_code(), 2);
            assert!(!error.help().is_empty(), "an error says how to mend it");
        }
    }
}

/// A tree of Python files, or, where no marker begins one, words that a handler of the fixture loses.
pub fn python(input: &[u8]) {
    static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
        let shared = [
            "common",
            "identity",
            "nexus/hardening",
            "budget",
            "kpi",
            "firearms",
            "chat",
            "canvas_stream",
            "traps/gates",
        ];
        let paths: Vec<String> = shared.iter().map(|path| format!("engines/{path}")).collect();
        let mut paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        paths.extend([
            "engines/__init__.py",
            "engines/nexus/__init__.py",
            "engines/traps/__init__.py",
        ]);
        Sample::new("python", &paths)
    });
    static FOLDER: LazyLock<Folder> = LazyLock::new(|| {
        let shared = [
            "engines/__init__.py",
            "engines/common",
            "engines/identity/__init__.py",
            "engines/identity/auth.py",
            "engines/identity/jwt_service.py",
            "engines/nexus/__init__.py",
            "engines/nexus/hardening",
        ];
        Folder::with("python", true, &fixtures().join("engine-py"), &shared)
    });
    tree_or_choices(input, &FOLDER, &SAMPLE, true);
}

/// A tree of Rust files, or, where no marker begins one, words that a handler of the fixture loses.
pub fn rust(input: &[u8]) {
    static SAMPLE: LazyLock<Sample> = LazyLock::new(|| Sample::new("rust", &["src", "legacy", "Cargo.toml"]));
    static FOLDER: LazyLock<Folder> = LazyLock::new(|| Folder::new("rust", false));
    tree_or_choices(input, &FOLDER, &SAMPLE, false);
}

/// Edits words, or leaves the input to libFuzzer.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice::new(seed);
    let edited = match std::str::from_utf8(&data[..size]) {
        Ok(text) if size > 0 && dice.below(8) > 0 => mutate::edited(text, &mut dice),
        _ => return libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    };
    let length = edited.len().min(max_size);
    data[..length].copy_from_slice(&edited.as_bytes()[..length]);
    length
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn tree_or_choices(input: &[u8], folder: &Folder, sample: &Sample, is_python: bool) {
    match std::str::from_utf8(input) {
        Ok(text) if text.lines().any(|line| line.starts_with(marker(is_python))) => folder.judge_input(text),
        _ => sample.judge(input),
    }
}

/// A sound tree and its handlers.
struct Sample {
    folder: Folder,
    report: Report,
    handlers: Vec<Handler>,
}

impl Sample {
    fn new(language: &str, paths: &[&str]) -> Self {
        let from = fixtures().join(if language == "python" { "engine-py" } else { "engine-rs" });
        let folder = Folder::with(&format!("{language}-sample"), language == "python", &from, paths);
        let report = folder.judge(1).expect("the fixture has routers").report;
        let text = |file: &str| fs::read_to_string(folder.at(file)).expect("a judged file can be read");
        let handlers = siblings::handlers(&report, text);
        assert!(handlers.len() > 10, "{} handlers", handlers.len());
        Self {
            folder,
            report,
            handlers,
        }
    }

    /// Takes words from a handler: the first byte says which, the others which words.
    fn judge(&self, input: &[u8]) {
        let Some((first, rest)) = input.split_first() else {
            return;
        };
        let handler = &self.handlers[usize::from(*first) % self.handlers.len()];
        let whole = fs::read_to_string(self.folder.at(&handler.file)).expect("a judged file can be read");
        let choices = rest.chunks_exact(2).take(4);
        let choices = choices.map(|pair| (usize::from(pair[0]), usize::from(pair[1])));
        self.folder
            .write(&handler.file, &siblings::without(&whole, handler, choices));
        let after = self.folder.judge(1);
        self.folder.write(&handler.file, &whole);
        siblings::assert_same(&self.report, after.as_ref().map(|outcome| &outcome.report), handler);
    }
}
