//! Two ways to write the same engine are judged the same.
//!
//! Each test changes the text of a router without changing what it does, and compares the verdicts on its endpoints; where
//! only lines moved, the fingerprints of its findings too.

#[path = "../common/mod.rs"]
mod common;
mod forms;
mod helpers;
mod layout;
mod names;
mod routers;

use std::collections::BTreeSet;

use common::{Scratch, VERDICTS, engine, verdict};
use guard_lint::report::Report;

/// What every router here needs.
const SHARED: [&str; 12] = [
    "engines/__init__.py",
    "engines/common",
    "engines/identity",
    "engines/nexus/__init__.py",
    "engines/nexus/hardening",
    "engines/budget",
    "engines/firearms",
    "engines/kill_switch",
    "engines/kpi",
    "engines/strategy_lock",
    "engines/temperature",
    "engines/routing",
];

/// A router whose errors are enveloped, and one that breaks everything.
const COMPLIANT: &str = "engines/shop/compliant.py";
const VIOLATING: &str = "engines/shop/violating.py";

const COMPLIANT_TEXT: &str = r#""""Does everything right."""
from fastapi import APIRouter, Depends, HTTPException

from engines.common.error_envelope import build_error_envelope, error_response
from engines.common.identity import RequestContext, get_request_context
from engines.common.store import get_table
from engines.identity.auth import AuthContext, get_auth_context, require_tenant_membership
from engines.nexus.hardening.gate_chain import get_gate_chain

router = APIRouter(prefix="/right")


def find(tenant_id: str, key: str) -> dict:
    row = get_table("right").get(tenant_id, key)
    if row is None:
        raise HTTPException(404, detail=build_error_envelope("right.unknown", "no such row", 404).model_dump())
    return row


def ask(ctx: RequestContext, key: str) -> None:
    get_gate_chain().run(ctx, "right.save", "right", "row", key)


@router.get("/{key}")
def read_row(
    key: str,
    ctx: RequestContext = Depends(get_request_context),
    auth: AuthContext = Depends(get_auth_context),
):
    require_tenant_membership(auth, ctx.tenant_id)
    return find(ctx.tenant_id, key)


@router.put("/{key}")
def save_row(
    key: str,
    ctx: RequestContext = Depends(get_request_context),
    auth: AuthContext = Depends(get_auth_context),
):
    require_tenant_membership(auth, ctx.tenant_id)
    if len(key) > 64:
        error_response("right.key", "the key is too long", status_code=400)
    ask(ctx, key)
    return get_table("right").put(ctx.tenant_id, key, {"key": key})
"#;

const VIOLATING_TEXT: &str = r#""""Does everything wrong."""
from fastapi import APIRouter, Depends, HTTPException

from engines.common.identity import RequestContext, get_request_context
from engines.common.store import get_table
from engines.nexus.hardening.gate_chain import get_gate_chain

router = APIRouter(prefix="/wrong")


def find(tenant_id: str, key: str) -> dict:
    row = get_table("wrong").get(tenant_id, key)
    if row is None:
        raise HTTPException(status_code=404, detail="no such row")
    return row


def ask(ctx: RequestContext, key: str) -> None:
    get_gate_chain().run(ctx, "wrong.save", resource_kind="row")


@router.get("/{key}")
def read_row(key: str, tenant_id: str):
    return find(tenant_id, key)


@router.get("/{key}/size")
def read_size(key: str, tenant_id: str):
    if len(key) > 64:
        raise HTTPException(status_code=400, detail="the key is too long")
    return len(find(tenant_id, key))


@router.put("/{key}")
def save_row(key: str, ctx: RequestContext = Depends(get_request_context)):
    ask(ctx, key)
    return get_table("wrong").put(ctx.tenant_id, key, {"key": key})


@router.delete("/{key}")
def drop_row(key: str, ctx: RequestContext = Depends(get_request_context)):
    get_table("wrong").delete(ctx.tenant_id, key)
    get_gate_chain().run(ctx, "wrong.drop", "wrong", "row", key)
"#;

const BOTH: [&str; 2] = [COMPLIANT, VIOLATING];

fn tree() -> Scratch {
    let scratch = Scratch::copy(&engine(), &SHARED);
    scratch.write("engines/shop/__init__.py", "");
    scratch.write(COMPLIANT, COMPLIANT_TEXT);
    scratch.write(VIOLATING, VIOLATING_TEXT);
    scratch
}

/// The verdicts on the endpoints of the shop, by name: the file may be another.
fn verdicts(report: &Report) -> BTreeSet<String> {
    let endpoints = report.routers.iter().flat_map(|router| &router.endpoints);
    let shop = endpoints.filter(|endpoint| endpoint.path.starts_with("/right") || endpoint.path.starts_with("/wrong"));
    shop.map(|endpoint| {
        let verdicts = VERDICTS.map(|column| verdict(endpoint, column)).join(" ");
        format!("{} {}: {verdicts}", endpoint.methods.join(","), endpoint.path)
    })
    .collect()
}

fn fingerprints(report: &Report) -> BTreeSet<String> {
    report
        .findings
        .iter()
        .map(|finding| format!("{} {} {}", finding.rule, finding.fingerprint, finding.message))
        .collect()
}

/// Makes the changes, and compares the verdicts with those of the tree as it was.
fn same_verdicts(change: impl FnOnce(&Scratch)) -> (Report, Report) {
    let scratch = tree();
    let before = scratch.report();
    assert_eq!(verdicts(&before).len(), 6);
    change(&scratch);
    let after = scratch.report();
    assert_eq!(after.unchecked, [], "the change has to leave sound Python");
    assert_eq!(verdicts(&before), verdicts(&after));
    (before, after)
}

/// The same, where only lines moved: the findings are the same ones too.
fn same_findings(change: impl FnOnce(&Scratch)) {
    let (before, after) = same_verdicts(change);
    assert_eq!(fingerprints(&before), fingerprints(&after));
}

fn replace(scratch: &Scratch, path: &str, old: &str, new: &str) {
    assert!(scratch.read(path).contains(old), "{path} has no {old:?}");
    scratch.edit(path, |text| text.replace(old, new));
}

/// Takes a top-level block out of a file: from its first line to the next two blank lines.
fn cut(scratch: &Scratch, path: &str, start: &str) -> String {
    let text = scratch.read(path);
    let from = text.find(start).unwrap_or_else(|| panic!("{path} has no {start:?}"));
    let to = text[from..].find("\n\n\n").map_or(text.len(), |end| from + end + 3);
    scratch.write(path, format!("{}{}", &text[..from], &text[to..]));
    text[from..to].trim_end().to_owned() + "\n"
}

#[test]
fn the_two_routers_are_what_they_say() {
    let report = tree().report();
    let all: Vec<String> = verdicts(&report).into_iter().collect();
    insta::assert_snapshot!(all.join("\n"));
}
