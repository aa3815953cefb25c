//! Every setting of `guard-lint.toml` changes a verdict, end to end: a tree with it, and the same tree without.

#![allow(
    clippy::unwrap_used,
    reason = "helpers outside the test functions may fail a test too"
)]

mod clauses;
#[path = "../common/mod.rs"]
mod common;
mod records;
mod rows;
mod streams;

use std::collections::BTreeSet;

use common::{Scratch, verdict, word};
use guard_lint::catalog::{Catalog, LoadMode};
use guard_lint::config::Config;
use guard_lint::report::Report;
use guard_lint::run::run;
use guard_lint::vocabulary::Vocabulary;
use rows::{ROWS, Row};

/// What every snippet starts with. Nothing of `outside` can be read: names alone say what it is.
const HEAD: &str = "\
from fastapi import APIRouter, Depends, Header, HTTPException, Query
from pydantic import BaseModel
import outside
from lib import RequestContext, fail, get_request_context
router = APIRouter()
";

/// The ticket whose only clause asks for a flag.
const FLAG_TICKET: &str = "\
### ABC-001: One
- **Router**: `main`
- **Files**: `main.py`
- **Scope**:
    - [ ] Only behind a feature flag.
";

/// The report on a tree with the settings of its `guard-lint.toml`.
fn report(tree: &Scratch) -> Report {
    let config = Config::load(tree.root(), None).unwrap();
    let catalog = if config.catalog.is_empty() {
        Catalog::builtin()
    } else {
        Catalog::load(&config.catalog, LoadMode::Replace).unwrap()
    };
    run(tree.root(), &config, &catalog, 1).unwrap().report
}

/// What the report says of the only endpoint in a column, or of a rule: `found` or `none`.
fn said(report: &Report, column: &str) -> String {
    if column.starts_with("GL") {
        let found = report.findings.iter().any(|finding| finding.rule == column);
        return if found { "found" } else { "none" }.to_owned();
    }
    if column == "clause" {
        return word(report.tickets[0].clauses[0].verdict);
    }
    let endpoints: Vec<_> = report.routers.iter().flat_map(|router| &router.endpoints).collect();
    let [endpoint] = endpoints.as_slice() else {
        panic!("{} endpoints", endpoints.len())
    };
    verdict(endpoint, column)
}

#[test]
fn every_list_of_the_vocabulary_changes_a_verdict() {
    let mut faults = Vec::new();
    for row in ROWS.iter().chain(streams::ROWS) {
        let Row {
            key,
            adds,
            column,
            without,
            with,
            snippet,
        } = row;
        let tree = Scratch::with(&[
            ("lib.py", include_str!("../analysis/lib.py")),
            ("main.py", &format!("{HEAD}{snippet}")),
            ("tickets.md", FLAG_TICKET),
        ]);
        if snippet.contains("axum") {
            let tree = Scratch::with(&[("src/main.rs", snippet)]);
            let before = said(&report(&tree), column);
            tree.write("guard-lint.toml", format!("[vocabulary]\n{key} = [\"{adds}\"]\n"));
            let after = said(&report(&tree), column);
            assert_eq!((before.as_str(), after.as_str()), (*without, *with), "{key}");
            continue;
        }
        let catalog = "catalog = [\"tickets.md\"]\n";
        tree.write("guard-lint.toml", catalog);
        let before = said(&report(&tree), column);
        tree.write(
            "guard-lint.toml",
            format!("{catalog}[vocabulary]\n{key} = [\"{adds}\"]\n"),
        );
        let after = said(&report(&tree), column);
        if (before.as_str(), after.as_str()) != (*without, *with) {
            faults.push(format!(
                "{key}: {column} is {before}, then {after}; not {without}, then {with}"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_list_of_the_vocabulary_has_a_row_and_is_documented() {
    let lists = serde_json::to_value(Vocabulary::empty()).unwrap();
    // `records` is a table of lists, with rows of its own.
    let lists = lists.as_object().unwrap().keys().map(String::as_str);
    let lists: BTreeSet<&str> = lists.filter(|list| *list != "records").collect();
    let tested: BTreeSet<&str> = ROWS.iter().chain(streams::ROWS).map(|row| row.key).collect();
    assert_eq!(tested, lists);
    let manual = include_str!("../../README.md");
    for list in lists {
        assert!(
            manual.contains(&format!("`{list}`")),
            "README.md does not name `{list}`"
        );
    }
}

#[test]
fn the_envelope_may_be_judged_on_the_wire() {
    let tree = Scratch::with(&[
        ("lib.py", include_str!("../analysis/lib.py")),
        (
            "main.py",
            r#"
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from lib import envelope
app = FastAPI()

@app.exception_handler(HTTPException)
def enveloped(request, exc):
    return JSONResponse(envelope("x", exc.status_code), status_code=exc.status_code)

@app.get("/x")
def read():
    raise HTTPException(404, "none")
"#,
        ),
        (
            "tickets.md",
            "### ABC-001: One\n- **Router**: `main`\n- **Files**: `main.py`\n- **Scope**:\n    - [ ] Send every error in the envelope.\n",
        ),
    ]);
    let status = |envelope: &str| {
        tree.write(
            "guard-lint.toml",
            format!("catalog = [\"tickets.md\"]\nenvelope = \"{envelope}\"\n"),
        );
        word(report(&tree).tickets[0].status)
    };
    assert_eq!(
        (status("source"), status("wire")),
        ("open".to_owned(), "done".to_owned())
    );
    tree.write("guard-lint.toml", "catalog = [\"tickets.md\"]\n");
    assert_eq!(word(report(&tree).tickets[0].status), "open");
}
