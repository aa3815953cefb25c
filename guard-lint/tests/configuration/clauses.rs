//! Clauses about artifacts, records and logs, on small pieces of code: what leads to the answer, and what only looks so.

use crate::common::{Scratch, word};
use crate::report;

const META: &str = "Keep `pipeline_hash` in the meta";
const STABLE: &str = "Keep `pipeline_hash` in the meta, deterministic";
const BUDGET: &str = "Record the budget use";
const NOT_HERE: &str = "Record the budget use, or have it documented as not applicable";
const PRIVATE: &str = "Keep personal data out of the log";
const DURABLE: &str = "Offer a durable backend";

/// What is asked, the answer, and the code.
const CASES: &[(&str, &str, &str)] = &[
    // Through a helper, a spread, a default and a removal.
    (
        META,
        "met",
        "def stamp(meta):\n    meta['pipeline_hash'] = 1\ndef f(store):\n    meta = {}\n    stamp(meta)\n    store.create_artifact(meta={**meta, 'a': 1})",
    ),
    (
        META,
        "met",
        "def f(store, meta):\n    meta = dict(meta or {})\n    meta.setdefault('pipeline_hash', 1)\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "met",
        "def f(store):\n    store.create_artifact(meta=dict({'a': 1}, pipeline_hash=2))",
    ),
    (
        META,
        "met",
        "def f(store):\n    store.create_artifact(meta={'a': 1} | {'pipeline_hash': 2})",
    ),
    (
        META,
        "unmet",
        "def f(store):\n    meta = {'pipeline_hash': 1}\n    del meta['pipeline_hash']\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "unmet",
        "def stamp(meta):\n    meta = dict(meta)\n    meta['pipeline_hash'] = 1\ndef f(store):\n    meta = {}\n    stamp(meta)\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "partial",
        "def f(store, good):\n    meta = {}\n    if good:\n        meta['pipeline_hash'] = 1\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "unmet",
        "def f(store, meta):\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "unknown",
        "from outside import facts\ndef f(store):\n    store.create_artifact(meta=facts.all_of('x'))",
    ),
    // Branches that end without a bearing, and those that only look so; changes through helpers.
    (
        META,
        "met",
        "def f(store, x):\n    meta = {}\n    if x is None:\n        raise ValueError('x')\n    meta['pipeline_hash'] = 1\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "partial",
        "def f(store, x):\n    meta = {}\n    if x is None:\n        store.create_artifact(meta=meta)\n        raise ValueError('x')\n    meta['pipeline_hash'] = 1\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "met",
        "def refuse(why):\n    raise ValueError(why)\ndef f(store, x):\n    meta = {}\n    if x:\n        meta['pipeline_hash'] = 1\n    else:\n        refuse('x')\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "partial",
        "def refuse(why):\n    return ValueError(why)\ndef f(store, x):\n    meta = {}\n    if x:\n        meta['pipeline_hash'] = 1\n    else:\n        refuse('x')\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "met",
        "def f(store, x):\n    meta = {}\n    try:\n        meta['pipeline_hash'] = hash(x)\n    except TypeError as error:\n        raise ValueError('x') from error\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "partial",
        "def f(store, x):\n    meta = {}\n    try:\n        meta['pipeline_hash'] = hash(x)\n    except TypeError:\n        pass\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "met",
        "def put(inner):\n    inner['pipeline_hash'] = 1\ndef stamp(meta):\n    put(meta)\ndef f(store):\n    meta = {}\n    stamp(meta)\n    store.create_artifact(meta=meta)",
    ),
    (
        META,
        "unmet",
        "class Cache:\n    def get(self, key):\n        self.seen[key] = 1\ndef look(meta):\n    return meta.get('pipeline_hash')\ndef f(store):\n    meta = {}\n    look(meta)\n    store.create_artifact(meta=meta)",
    ),
    // What is hashed.
    (
        STABLE,
        "met",
        "import json\ndef f(store, x):\n    store.create_artifact(meta={'pipeline_hash': json.dumps(dict(x), sort_keys=True)})",
    ),
    (
        STABLE,
        "partial",
        "import json\ndef f(store, x):\n    store.create_artifact(meta={'pipeline_hash': json.dumps(dict(x))})",
    ),
    (
        STABLE,
        "partial",
        "import tempfile\ndef f(store):\n    with tempfile.NamedTemporaryFile() as file:\n        store.create_artifact(meta={'pipeline_hash': file.name})",
    ),
    (
        STABLE,
        "met",
        "import random\ndef f(store, seed):\n    store.create_artifact(meta={'pipeline_hash': random.Random(seed).random()})",
    ),
    // Records: on every path that changes something, and only there.
    (
        BUDGET,
        "met",
        "def f(store, ctx, known):\n    if known:\n        return known\n    store.put({'a': 1})\n    record_usage(ctx)",
    ),
    (
        BUDGET,
        "met",
        "def bill(ctx):\n    try:\n        record_usage(ctx)\n    except Exception:\n        return\ndef f(store, ctx):\n    store.put({'a': 1})\n    bill(ctx)",
    ),
    (
        BUDGET,
        "partial",
        "def f(store, ctx, quick):\n    store.put({'a': 1})\n    if quick:\n        return 1\n    record_usage(ctx)",
    ),
    (
        BUDGET,
        "unmet",
        "def record_usage(ctx):\n    pass\ndef f(store, ctx):\n    store.put({'a': 1})\n    record_usage(ctx)",
    ),
    (BUDGET, "not_applicable", "def f(store):\n    return store.get('a')"),
    (NOT_HERE, "unmet", "def f(store):\n    store.put({'a': 1})"),
    (
        NOT_HERE,
        "partial",
        "\"\"\"Plans only: a budget is not applicable.\"\"\"\ndef f(store):\n    store.put({'a': 1})",
    ),
    // Logs.
    (
        PRIVATE,
        "unmet",
        "def note(logger, text):\n    logger.info(text)\ndef f(logger, contact):\n    note(logger, f'for {contact.email}')",
    ),
    (
        PRIVATE,
        "met",
        "def f(logger, contact):\n    logger.info('%s', len(contact.email))",
    ),
    (PRIVATE, "met", "def f(logger, kind):\n    logger.info(kind.EMAIL)"),
    // Stores.
    (
        DURABLE,
        "unmet",
        "class FirestoreRepo:\n    def put(self, row):\n        self.rows = row\ndef make():\n    return FirestoreRepo()",
    ),
    (
        DURABLE,
        "unmet",
        "class Repo:\n    def put(self, row):\n        firestore.Client().set(row)",
    ),
    (
        DURABLE,
        "partial",
        "import boto3\nclass Repo:\n    def put(self, row):\n        boto3.client('s3').put(row, missing)\ndef make():\n    return Repo()",
    ),
];

#[test]
fn code_and_what_is_asked_of_it() {
    let mut faults = Vec::new();
    for (clause, expected, code) in CASES {
        let said = said(clause, code, &[]);
        if said != *expected {
            faults.push(format!("{clause}: {said}, not {expected}\n{code}\n"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Words alone may be out of date: a test has to stand beside them.
#[test]
fn words_need_a_test_beside_them() {
    let code = "# A budget is not applicable.\ndef f(store):\n    store.put({'a': 1})";
    let test = ("tests/test_work.py", "def test_work():\n    assert True\n");
    let verdicts = [said(NOT_HERE, code, &[]), said(NOT_HERE, code, &[test])];
    assert_eq!(verdicts, ["partial", "met"]);
}

fn said(clause: &str, code: &str, more: &[(&str, &str)]) -> String {
    let routes =
        "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get('/x')\ndef read():\n    return 1\n";
    let tree = Scratch::with(&[("routes.py", routes), ("work.py", code)]);
    for (path, text) in more {
        tree.write(path, text);
    }
    let ticket = format!("### ABC-001: One\n- **Files**: `work.py`\n- **Scope**:\n    - [ ] {clause}\n");
    tree.write("tickets.md", ticket);
    tree.write("guard-lint.toml", "catalog = [\"tickets.md\"]\n");
    word(report(&tree).tickets[0].clauses[0].verdict)
}
