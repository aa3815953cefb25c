//! The manual's tables against the code, and the answers of its quick start.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use guard::code::CODES;
use guard::layer::Limits;
use guard::server::Server;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

#[allow(dead_code, reason = "its main is not called")]
#[path = "../examples/quick_start.rs"]
mod quick_start;

const ATTACKS: &str = include_str!("../docs/manual/attacks.md");
const CODE_CHAPTER: &str = include_str!("../docs/manual/codes.md");
const LIMITS: &str = include_str!("../docs/manual/limits.md");
const QUICK_START: &str = include_str!("../docs/manual/quick_start.md");

/// The cells of the rows of a chapter's tables, without those of heads and rules.
fn rows(chapter: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = chapter
        .lines()
        .filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    rows.filter(|row| !row.contains("---"))
        .map(|row| row.split('|').map(str::trim).collect())
}

/// What stands in backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn every_code_has_one_row() {
    let mut known: BTreeMap<&str, usize> = CODES.iter().map(|entry| (entry.pattern, 0)).collect();
    for row in rows(CODE_CHAPTER).filter(|row| row[0] != "codes") {
        assert_eq!(row.len(), 3, "{row:?}");
        for code in quoted(row[0]) {
            *known.get_mut(code).unwrap_or_else(|| panic!("there is no code {code}")) += 1;
        }
    }
    known.retain(|_, rows| *rows != 1);
    assert!(known.is_empty(), "these codes have no row, or several: {known:?}");
}

/// Sections of the list of attacks, and the numbers in them.
const SECTIONS: [(char, std::ops::RangeInclusive<u32>); 8] = [
    ('A', 1..=13),
    ('B', 14..=23),
    ('C', 24..=29),
    ('D', 30..=40),
    ('E', 41..=57),
    ('F', 58..=64),
    ('G', 65..=74),
    ('H', 75..=81),
];

#[test]
fn every_attack_has_a_test_or_a_reason() {
    let wanted: Vec<String> = SECTIONS
        .into_iter()
        .flat_map(|(section, numbers)| numbers.map(move |number| format!("{section}{number}")))
        .collect();
    let rows: Vec<Vec<&str>> = rows(ATTACKS).filter(|row| !row[0].is_empty()).collect();
    let found: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(found, wanted);

    let proofs = proofs();
    let mut faults = Vec::new();
    for row in rows {
        let [attack, _, _, proof] = row[..] else {
            faults.push(format!("{row:?}: not four cells"));
            continue;
        };
        let unknown: Vec<&str> = quoted(proof).filter(|name| !proofs.contains(*name)).collect();
        if !unknown.is_empty() {
            faults.push(format!("{attack}: no test is called {unknown:?}"));
        }
        if quoted(proof).next().is_none() && !proof.starts_with("not yet: ") {
            faults.push(format!("{attack}: neither a test nor a reason"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The names of the workspace's tests, and of the files of those that must or must not compile.
fn proofs() -> BTreeSet<String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["guard/src", "guard/tests", "guard-macros/tests", "examples"] {
        sources(&workspace.join(folder), &mut files);
    }
    let mut names = BTreeSet::new();
    for file in files {
        if file.iter().any(|part| part == "ui") {
            names.insert(file.file_name().unwrap().to_str().unwrap().to_owned());
            continue;
        }
        let mut is_test = false;
        for line in fs::read_to_string(&file).unwrap().lines() {
            let line = line.trim();
            let function = line.split_once("fn ").filter(|_| is_test);
            if let Some((name, _)) = function.and_then(|(_, rest)| rest.split_once('(')) {
                names.insert(name.to_owned());
                is_test = false;
            }
            is_test |= line.starts_with("#[test") || line.starts_with("#[tokio::test");
        }
    }
    names
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn the_default_limits_are_those_of_the_chapter() {
    let limits = Limits::default()
        .body(2 * 1024 * 1024)
        .compared_body(64 * 1024)
        .compared_bodies(16 * 1024 * 1024)
        .timeout(Duration::from_secs(30));
    assert_eq!(limits, Limits::default());
    let server = Server::new()
        .connections(1024)
        .head_time(Duration::from_secs(10))
        .head_bytes(32 * 1024)
        .headers(100)
        .streams(100)
        .pings(Duration::from_secs(20), Duration::from_secs(10))
        .drain(Duration::from_secs(20));
    assert_eq!(format!("{server:?}"), format!("{:?}", Server::new()));
    for number in [
        "2 MiB",
        "64 KiB",
        "16 MiB",
        "30 s",
        "| 1024 |",
        "| 10 s |",
        "| 32 KiB |",
        "| 100 |",
        "| 20 s, 10 s |",
    ] {
        assert!(LIMITS.contains(number), "{number}");
    }
}

/// What the quick start prints under its requests is what they are answered.
#[tokio::test]
async fn the_quick_start_answers_as_it_says() {
    let secret = guard::credential::jwt::SharedSecret::new("a secret of at least thirty-two bytes").unwrap();
    let engine = quick_start::engine(secret.clone()).unwrap();
    let token = quick_start::token(secret).unwrap();
    let send = async |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        let request = request.body(axum::body::Body::from(body.to_owned())).unwrap();
        let Ok(response) = engine.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    };
    let bearer = format!("Bearer {token}");
    let scope = [
        ("authorization", &*bearer),
        ("x-mode", "saas"),
        ("x-tenant-id", "t_acme"),
        ("x-project-id", "launch"),
        ("x-app-id", "studio"),
        ("content-type", "application/json"),
    ];
    let mut shown = BTreeSet::new();
    for (method, path, headers, body) in [
        ("GET", "/ops/status", &[][..], ""),
        ("GET", "/projects/launch/whoami", &[], ""),
        ("GET", "/projects/launch/whoami", &scope, ""),
        ("GET", "/projects/other/whoami", &scope, ""),
        (
            "POST",
            "/video/masks",
            &scope,
            r#"{"tenant_id": "t_other", "name": "left"}"#,
        ),
        (
            "POST",
            "/video/masks",
            &scope,
            r#"{"tenant_id": "t_acme", "name": "left"}"#,
        ),
        ("POST", "/video/masks", &scope, r#"{"name": 1}"#),
        ("DELETE", "/video/masks", &scope, ""),
    ] {
        let (status, headers, answer) = send(method, path, headers, body).await;
        assert!(
            QUICK_START.lines().any(|line| line == answer),
            "{method} {path} {body} is answered {status} {answer}"
        );
        if status == 401 {
            shows_its_head(&headers);
        }
        shown.insert(answer);
    }
    let answers = QUICK_START.lines().filter(|line| line.starts_with('{'));
    assert_eq!(answers.map(str::to_owned).collect::<BTreeSet<_>>(), shown);
}

/// The one answer that is shown with its headers has these, and no others but what the server adds.
fn shows_its_head(headers: &HeaderMap) {
    for (name, value) in headers {
        let shown = match name.as_str() {
            "x-request-id" => "x-request-id: ".to_owned(),
            name => format!("{name}: {}", value.to_str().unwrap()),
        };
        assert!(QUICK_START.contains(&shown), "{shown}");
    }
}
