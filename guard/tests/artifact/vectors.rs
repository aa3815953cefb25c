//! The golden vectors, by Rust, CPython and JavaScript in one run.

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};

use guard::artifact::{ContentHash, Pipeline, PipelineError};
use serde_json::{Value, json};

const VECTORS: &str = include_str!("vectors.json");
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/artifact/");

fn vectors() -> Vec<Value> {
    serde_json::from_str(VECTORS).unwrap()
}

fn pipeline(vector: &Value) -> Pipeline {
    let content = |text: &Value| text.as_str().unwrap().parse::<ContentHash>().unwrap();
    let mut pipeline = Pipeline::new(vector["pipeline"].as_str().unwrap());
    for (name, part) in vector["parameters"].as_object().unwrap() {
        pipeline = pipeline.parameter(name, part.clone());
    }
    for (name, input) in vector["inputs"].as_object().unwrap() {
        pipeline = match input.as_array() {
            Some(contents) => pipeline.inputs(name, contents.iter().map(content)),
            None => pipeline.input(name, content(input)),
        };
    }
    pipeline
}

/// What stands in a vector, of what a language answers.
fn answer(vector: &Value) -> Value {
    match vector.get("refused") {
        Some(place) => json!({"refused": place}),
        None => json!({"canonical": vector["canonical"], "hash": vector["hash"]}),
    }
}

/// What a program answers, or `None` on a machine without it.
fn run(program: &str, script: &str, arguments: &[&str], input: &str) -> Option<String> {
    let child = Command::new(program)
        .arg(format!("{FOLDER}{script}"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            assert!(
                env::var_os("GUARD_TEST_REQUIRE_SERVERS").is_none_or(|value| value != "1"),
                "{program}: {error}, and GUARD_TEST_REQUIRE_SERVERS=1 allows no skipping"
            );
            eprintln!("skipped: {program} cannot be started: {error}");
            return None;
        }
    };
    // A program that reads nothing may have ended already; what it wrote is looked at below.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn h81_the_vectors_hold_in_rust() {
    let mut refused = 0;
    for vector in vectors() {
        let pipeline = pipeline(&vector);
        let found = match (pipeline.canonical(), pipeline.hash()) {
            (Ok(text), Ok(hash)) => json!({"canonical": text, "hash": hash}),
            (Err(PipelineError::Part { steps, .. }), Err(error)) => {
                refused += 1;
                let place: String = steps
                    .iter()
                    .map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1")))
                    .collect();
                assert!(error.to_string().starts_with(&format!("{place}: ")), "{error}");
                json!({"refused": place})
            }
            other => panic!("{}: {other:?}", vector["name"]),
        };
        assert_eq!(found, answer(&vector), "{}", vector["name"]);
    }
    assert_eq!(refused, 7);
}

#[test]
fn h81_the_vectors_are_what_this_machines_cpython_writes() {
    if let Some(written) = run("python3", "cpython.py", &["vectors"], "") {
        assert_eq!(written, VECTORS);
    }
}

#[test]
fn h81_the_vectors_hold_in_javascript() {
    let Some(written) = run("node", "node.mjs", &[], VECTORS) else {
        return;
    };
    let answers: Vec<Value> = serde_json::from_str(&written).unwrap();
    let expected = vectors();
    assert_eq!(answers.len(), expected.len());
    for (found, vector) in answers.iter().zip(&expected) {
        assert_eq!(*found, answer(vector), "{}", vector["name"]);
    }
}
