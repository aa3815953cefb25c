//! Taking one line out of a compliant route turns the verdict that the line earned, and is seen.

mod common;

use std::collections::BTreeMap;

use common::known::{self, Subject};
use common::{Scratch, endpoints, engine, engine_report, table, verdict};
use guard_lint::report::Report;

/// The verdicts that a mutation may start from.
const COMPLIANT: [&str; 3] = ["enforced", "required", "canonical"];

fn verdict_of(report: &Report, function: &str, file: &str, column: &str) -> String {
    let found = endpoints(report);
    // A dependency or a service may stand in another file than the endpoint; then its name has to be enough.
    let here = found.iter().filter(|(key, _)| key[1] == function);
    let mut here: Vec<_> = here.filter(|(key, _)| key[0].starts_with("engines/")).collect();
    if here.iter().any(|(key, _)| key[0] == file) {
        here.retain(|(key, _)| key[0] == file);
    } else {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        here.retain(|(key, _)| key[0].starts_with(folder));
    }
    assert_eq!(here.len(), 1, "`{function}` near {file} is not one endpoint: {here:?}");
    verdict(here[0].1, column)
}

#[test]
fn every_line_that_matters_is_missed() {
    let scratch = Scratch::copy(&engine(), &["engines"]);
    let mut wrong: BTreeMap<Subject, String> = BTreeMap::new();
    let rows = table("MUTATE.tsv");
    for row in &rows {
        let (file, function, line, column) = (&row["file"], &row["function"], &row["delete"], &row["column"]);
        let subject = [
            file.clone(),
            function.clone(),
            "-".to_owned(),
            line.clone(),
            format!("without {column}"),
        ];
        let before = verdict_of(engine_report(), function, file, column);
        if !COMPLIANT.contains(&before.as_str()) {
            wrong.insert(subject, format!("{before} before"));
            continue;
        }
        let whole = scratch.read(file);
        scratch.write(file, without(&whole, line, function, file));
        let after = verdict_of(&scratch.report(), function, file, column);
        scratch.write(file, whole);
        if after != row["verdict"] {
            wrong.insert(subject, after);
        }
    }
    known::check(|column| column.starts_with("without "), &wrong, rows.len());
}

/// The text without the line that reads like this: the only one, or else the first in the function.
fn without(text: &str, line: &str, function: &str, file: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let places: Vec<usize> = (0..lines.len()).filter(|place| lines[*place].trim() == line).collect();
    let place = match places.as_slice() {
        [] => panic!("{file} has no line `{line}`"),
        [only] => *only,
        several => {
            let head = format!("def {function}(");
            let start = lines.iter().position(|line| line.contains(&head)).unwrap_or(0);
            *several.iter().find(|place| **place > start).unwrap_or(&several[0])
        }
    };
    let kept = lines.iter().enumerate().filter(|(at, _)| *at != place);
    kept.flat_map(|(_, line)| [*line, "\n"]).collect()
}
