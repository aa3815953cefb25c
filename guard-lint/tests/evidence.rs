//! Tests as evidence: each way to prove something beside one that only looks like it.

#![allow(
    clippy::unwrap_used,
    reason = "helpers outside the test functions may fail a test too"
)]

mod common;

use common::Scratch;
use guard_lint::catalog::{Catalog, LoadMode};
use guard_lint::config::Config;
use guard_lint::report::model::{ClauseVerdict, TestsReport, TicketReport};
use guard_lint::run::run;

const ROUTES: &str = r#"
from fastapi import APIRouter, Depends, Header, HTTPException
from shop.service import Shop

router = APIRouter(prefix="/shop")

def get_auth_context(authorization: str = Header(...)):
    if not authorization:
        raise HTTPException(401)

@router.post("/{shelf}/items")
def add(shelf: str, item: dict, auth=Depends(get_auth_context)):
    if not item:
        raise HTTPException(400)
    return Shop().add(shelf, item)
"#;

const SERVICE: &str = "
class Shop:
    def add(self, shelf, item):
        return {'pipeline_hash': 'x', 'backend_version': '1'}
";

/// What every test file starts with.
const HEAD: &str = "
import pytest
from unittest.mock import patch
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shop.routes import router, get_auth_context
from shop.service import Shop

app = FastAPI()
app.include_router(router)
client = TestClient(app)
HEADERS = {'Authorization': 'Bearer x', 'X-Mode': 'lab', 'X-Tenant-Id': 't', 'X-Project-Id': 'p', 'X-App-Id': 'a'}
";

/// The ticket with this clause about tests, over a tree with these tests.
fn judged(clause: &str, tests: &str) -> TicketReport {
    let ticket = format!(
        "- PR-HARD-90 (QUALITY) — Files: `shop/routes.py`, `shop/service.py`. Acceptance: wrap errors in ErrorEnvelope; {clause}.\n"
    );
    let tests = format!("{HEAD}{tests}");
    let scratch = Scratch::with(&[
        ("shop/__init__.py", ""),
        ("shop/routes.py", ROUTES),
        ("shop/service.py", SERVICE),
        ("shop/tests/test_shop.py", &tests),
        ("tickets.md", &ticket),
    ]);
    let catalog = Catalog::load(&[scratch.root().join("tickets.md")], LoadMode::Replace).unwrap();
    let report = run(scratch.root(), &Config::default(), &catalog, 1).unwrap().report;
    report.tickets.into_iter().next().unwrap()
}

/// What the tests say to this clause.
fn tests(clause: &str, tests: &str) -> TestsReport {
    judged(clause, tests).tests.unwrap()
}

const MISSING: &str = "tests reject missing headers";

#[test]
fn a_request_without_headers_that_is_refused_counts_however_its_path_is_written() {
    for path in [
        "'/shop/one/items'",
        "f'/shop/{1}/items'",
        "'http://test/shop/one/items?x=1'",
        "'/shop/' + 'one/items'",
        "PATH",
    ] {
        let report = tests(
            MISSING,
            &format!(
                "PATH = '/shop/one/items'\ndef test_rejects():\n    assert client.post({path}, json={{}}).status_code == 401\n"
            ),
        );
        assert_eq!(report.verdict, ClauseVerdict::Met, "{path}: {report:?}");
        assert_eq!(report.evidence[0].test, "test_rejects");
    }
}

#[test]
fn helpers_and_fixtures_are_followed() {
    let text = "
@pytest.fixture
def answer():
    return client.post('/shop/one/items', json={})

def refused(response):
    assert response.status_code in (401, 403)

class TestHeaders:
    def test_missing_headers(self, answer):
        refused(answer)
";
    let report = tests(MISSING, text);
    assert_eq!(report.verdict, ClauseVerdict::Met, "{report:?}");
    assert_eq!(report.evidence[0].test, "TestHeaders.test_missing_headers");
}

#[test]
fn what_looks_like_a_proof_is_turned_down_with_its_reason() {
    let request = "client.post('/shop/one/items', json={})";
    let cases = [
        (
            "@pytest.mark.skip(reason='later')\ndef test_missing_headers():\n    assert REQ.status_code == 401\n",
            "is marked skip",
        ),
        (
            "@pytest.mark.skipif(True, reason='x')\ndef test_missing_headers():\n    assert REQ.status_code == 401\n",
            "is marked skipif",
        ),
        (
            "@pytest.mark.xfail\ndef test_missing_headers():\n    assert REQ.status_code == 401\n",
            "is marked xfail",
        ),
        (
            "pytestmark = pytest.mark.skip\ndef test_missing_headers():\n    assert REQ.status_code == 401\n",
            "is marked skip",
        ),
        (
            "def test_missing_headers():\n    pytest.skip('x')\n    assert REQ.status_code == 401\n",
            "calls pytest.skip",
        ),
        (
            "def test_missing_headers():\n    app.dependency_overrides[get_auth_context] = lambda: 1\n    assert REQ.status_code == 401\n",
            "replaces the identity provider `get_auth_context`",
        ),
        (
            "@patch('shop.service.Shop.add')\ndef test_missing_headers(add):\n    assert REQ.status_code == 401\n",
            "replaces `shop.service.Shop.add`",
        ),
        (
            "def test_missing_headers():\n    assert REQ.status_code == 401\n\ndef test_add():\n    assert REQ.status_code == 200\n",
            "answers others of these tests without headers",
        ),
    ];
    for (text, reason) in cases {
        let report = tests(MISSING, &text.replace("REQ", request));
        assert_eq!(report.verdict, ClauseVerdict::Unmet, "{text}");
        assert!(
            report.turned_down.iter().any(|test| test.what.contains(reason)),
            "{text}: {report:?}"
        );
    }
}

#[test]
fn a_test_that_asserts_nothing_or_something_else_shows_nothing() {
    for body in [
        "client.post('/shop/one/items', json={})",
        "assert client.post('/shop/one/items', json={}).status_code != 401",
        "assert client.post('/shop/one/items', json={}).status_code in (200, 401)",
        "assert client.post('/other/one/items', json={}).status_code == 401",
        "assert client.get('/shop/one/items').status_code == 401",
        "assert client.post('/shop/one/items', json={}, headers=HEADERS).status_code == 401",
    ] {
        let report = tests(MISSING, &format!("def test_missing_headers():\n    {body}\n"));
        assert_eq!(report.verdict, ClauseVerdict::Unmet, "{body}: {report:?}");
    }
}

#[test]
fn each_thing_that_a_clause_asks_is_asked_for() {
    let both = "tests cover missing headers and tenant mismatch";
    let missing = "def test_rejects():\n    assert client.post('/shop/one/items', json={}).status_code == 401\n";
    let mismatch = "def test_tenant_mismatch():\n    assert client.post('/shop/one/items', json={}, headers=HEADERS).status_code == 403\n";
    assert_eq!(tests(both, missing).verdict, ClauseVerdict::Partial);
    assert_eq!(tests(both, mismatch).verdict, ClauseVerdict::Partial);
    assert_eq!(
        tests(both, &format!("{missing}\n{mismatch}")).verdict,
        ClauseVerdict::Met
    );
}

#[test]
fn a_service_alone_is_exercised_by_naming_it() {
    let raises = "tests assert RuntimeError when missing";
    let text = "def test_add_without_bucket(monkeypatch):\n    monkeypatch.delenv('BUCKET')\n    with pytest.raises(RuntimeError):\n        Shop().add('a', {})\n";
    assert_eq!(tests(raises, text).verdict, ClauseVerdict::Met);
    assert_eq!(
        tests(raises, &text.replace("Shop().add", "print")).verdict,
        ClauseVerdict::Unmet
    );
}

#[test]
fn code_and_tests_are_told_apart() {
    let ticket = judged(
        MISSING,
        "def test_rejects():\n    assert client.post('/shop/one/items', json={}).status_code == 401\n",
    );
    assert_eq!(ticket.tests.map(|tests| tests.verdict), Some(ClauseVerdict::Met));
    assert_eq!(ticket.code, Some(ClauseVerdict::Unmet), "its error is bare");
    let silent = judged("mount it", "");
    assert!(silent.tests.is_none());
}
