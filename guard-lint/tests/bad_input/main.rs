//! Trees that no one meant to write: nothing panics, and what cannot be judged is listed and never passed over.

mod anything;
mod circles;
#[path = "../common/mod.rs"]
mod common;
mod rust;
mod size;
mod unreadable;

use common::{Scratch, endpoints, lint};
use guard_lint::report::Report;

const HEAD: &str = "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n";
const GOOD: &str = "@router.get(\"/good\")\ndef good():\n    return 1\n\n\n";

/// A tree with a sound router beside the file in question.
fn beside(path: &str, text: impl AsRef<[u8]>) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("sound.py", format!("{HEAD}{GOOD}"));
    scratch.write(path, text);
    scratch
}

fn functions(report: &Report) -> Vec<String> {
    endpoints(report)
        .into_keys()
        .map(|key| format!("{}:{}", key[0], key[1]))
        .collect()
}

fn unchecked(report: &Report) -> Vec<(&str, u32)> {
    report
        .unchecked
        .iter()
        .map(|entry| (entry.file.as_str(), entry.line))
        .collect()
}

/// The file is listed, the one beside it is judged, and `--strict` says so.
fn is_listed(scratch: &Scratch, file: &str, line: u32) {
    let report = scratch.report();
    assert!(unchecked(&report).contains(&(file, line)), "{:?}", report.unchecked);
    assert!(functions(&report).contains(&"sound.py:good".to_owned()));
    let arguments = ["check", "--strict", "--fail-on", "never"];
    assert_eq!(lint(scratch.root(), &arguments).code, 4);
}

/// Everything is judged, with this many endpoints in the file beside.
fn is_judged(scratch: &Scratch, count: usize) -> Report {
    let report = scratch.report();
    assert_eq!(report.unchecked, []);
    assert_eq!(report.summary.endpoints, count + 1, "{:?}", functions(&report));
    report
}
