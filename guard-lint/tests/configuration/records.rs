//! Every list of `[vocabulary.records]` changes an answer.

use std::collections::BTreeSet;

use guard_lint::vocabulary::Records;

use crate::common::{Scratch, word};
use crate::report;

/// One list: a row for it, what is asked, and the answers without and with the row.
struct Row {
    key: &'static str,
    adds: &'static str,
    /// The text of a clause, or the code of a rule.
    asks: &'static str,
    without: &'static str,
    with: &'static str,
    code: &'static str,
}

const META: &str = "Keep `pipeline_hash` in the meta";
const STABLE: &str = "Keep `pipeline_hash` in the meta, deterministic";
const BUDGET: &str = "Record the budget use";
const AUDIT: &str = "Write an audit record";
const PRIVATE: &str = "Keep personal data out of the log";
const DURABLE: &str = "Offer a durable backend";

const fn row(
    key: &'static str,
    adds: &'static str,
    asks: &'static str,
    answers: [&'static str; 2],
    code: &'static str,
) -> Row {
    let [without, with] = answers;
    Row {
        key,
        adds,
        asks,
        without,
        with,
        code,
    }
}

const ROWS: &[Row] = &[
    row(
        "artifact-stores",
        "keep",
        META,
        ["unmet", "met"],
        "def f(vault):\n    vault.keep(meta={'pipeline_hash': 1})",
    ),
    row(
        "artifact-words",
        "picture",
        META,
        ["unmet", "met"],
        "class Picture:\n    meta: dict\ndef f(store):\n    store.put(Picture(meta={'pipeline_hash': 1}))",
    ),
    row(
        "artifact-metadata",
        "facts",
        META,
        ["unmet", "met"],
        "def f(store):\n    store.create_artifact(facts={'pipeline_hash': 1})",
    ),
    row(
        "artifact-fields",
        "origin_key",
        "GL502",
        ["silent", "fires"],
        "def f(store):\n    meta = {'origin_key': 1}\n    meta['origin_key'] = 2\n    store.create_artifact(meta=meta)",
    ),
    row(
        "hash-words",
        "origin",
        "GL501",
        ["silent", "fires"],
        "import uuid\ndef f(store):\n    store.create_artifact(meta={'origin': uuid.uuid4().hex})",
    ),
    row(
        "usage-records",
        "tally",
        BUDGET,
        ["unmet", "met"],
        "def f(store, ctx):\n    store.put({'a': 1})\n    tally(ctx)",
    ),
    row(
        "usage-words",
        "purse",
        BUDGET,
        ["unmet", "met"],
        "def f(store, purse):\n    store.put({'a': 1})\n    purse.record(1)",
    ),
    row(
        "audit-records",
        "testify",
        AUDIT,
        ["unmet", "met"],
        "def f(store):\n    store.put({'a': 1})\n    testify(1)",
    ),
    row(
        "audit-words",
        "witness",
        AUDIT,
        ["unmet", "met"],
        "def f(store, witness):\n    store.put({'a': 1})\n    witness.record(1)",
    ),
    row(
        "recording-verbs",
        "jot",
        BUDGET,
        ["unmet", "met"],
        "def f(store, budget):\n    store.put({'a': 1})\n    budget.jot(1)",
    ),
    row(
        "context-ids",
        "step",
        "Record the budget use with step_id",
        ["partial", "met"],
        "def f(store, ctx):\n    store.put({'a': 1})\n    record_usage(ctx)",
    ),
    row(
        "log-words",
        "diary",
        PRIVATE,
        ["met", "unmet"],
        "def f(diary, email):\n    diary.info(email)",
    ),
    row(
        "log-methods",
        "tell",
        PRIVATE,
        ["met", "unmet"],
        "def f(logger, email):\n    logger.tell(email)",
    ),
    row(
        "personal-words",
        "shoesize",
        PRIVATE,
        ["met", "unmet"],
        "def f(logger, shoesize):\n    logger.info(shoesize)",
    ),
    row(
        "masking",
        "veil",
        PRIVATE,
        ["unmet", "met"],
        "def f(logger, email):\n    logger.info(veil(email))",
    ),
    row(
        "temporary-paths",
        "scratch",
        STABLE,
        ["met", "partial"],
        "def f(store):\n    store.create_artifact(meta={'pipeline_hash': scratch()})",
    ),
    row(
        "fresh-values",
        "lottery",
        STABLE,
        ["met", "partial"],
        "def f(store):\n    store.create_artifact(meta={'pipeline_hash': lottery()})",
    ),
    row(
        "clocks",
        "sundial",
        STABLE,
        ["met", "partial"],
        "def f(store):\n    store.create_artifact(meta={'pipeline_hash': sundial()})",
    ),
    row(
        "process-values",
        "core",
        STABLE,
        ["met", "partial"],
        "def f(store):\n    store.create_artifact(meta={'pipeline_hash': core()})",
    ),
    row(
        "not-applicable",
        "is moot",
        "Record the budget use, or have it documented as not applicable",
        ["unmet", "partial"],
        "# The budget is moot here.\ndef f(store):\n    store.put({'a': 1})",
    ),
    row(
        "durable-words",
        "granite",
        DURABLE,
        ["unmet", "met"],
        "import granite\nclass Rock:\n    def put(self):\n        granite.cut(1)\ndef make():\n    return Rock()",
    ),
];

#[test]
fn every_list_changes_an_answer() {
    let mut faults = Vec::new();
    for row in ROWS {
        let tree = Scratch::with(&[
            (
                "routes.py",
                "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get('/x')\ndef read():\n    return 1\n",
            ),
            ("work.py", row.code),
        ]);
        let clause = if row.asks.starts_with("GL") { META } else { row.asks };
        tree.write(
            "tickets.md",
            format!("### ABC-001: One\n- **Files**: `work.py`\n- **Scope**:\n    - [ ] {clause}\n"),
        );
        let catalog = "catalog = [\"tickets.md\"]\n";
        tree.write("guard-lint.toml", catalog);
        let before = said(&tree, row.asks);
        let (key, adds) = (row.key, row.adds);
        tree.write(
            "guard-lint.toml",
            format!("{catalog}[vocabulary.records]\n{key} = [\"{adds}\"]\n"),
        );
        let after = said(&tree, row.asks);
        if (before.as_str(), after.as_str()) != (row.without, row.with) {
            faults.push(format!(
                "{key}: {before}, then {after}; not {}, then {}",
                row.without, row.with
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn said(tree: &Scratch, asks: &str) -> String {
    let report = report(tree);
    if asks.starts_with("GL") {
        let fires = report.findings.iter().any(|finding| finding.rule == asks);
        return if fires { "fires" } else { "silent" }.to_owned();
    }
    word(report.tickets[0].clauses[0].verdict)
}

#[test]
fn every_list_has_a_row_and_is_documented() {
    let lists = serde_json::to_value(Records::empty()).unwrap();
    let lists: BTreeSet<&str> = lists.as_object().unwrap().keys().map(String::as_str).collect();
    let tested: BTreeSet<&str> = ROWS.iter().map(|row| row.key).collect();
    assert_eq!(tested, lists);
    let manual = include_str!("../../README.md");
    for list in lists {
        assert!(
            manual.contains(&format!("`{list}`")),
            "README.md does not name `{list}`"
        );
    }
}
