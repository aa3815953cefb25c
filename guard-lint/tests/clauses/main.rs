//! What a clause of a ticket says of small programs, each with the reason it should have.

#![allow(
    clippy::unwrap_used,
    reason = "helpers outside the test functions may fail a test too"
)]

#[path = "../common/mod.rs"]
mod common;
mod scope;
mod stores;
mod streams;

use common::{Scratch, word};
use guard_lint::catalog::{Catalog, LoadMode};
use guard_lint::config::Config;
use guard_lint::run::run;

/// A clause, a program, the verdict and a part of its reason.
type Case = (&'static str, &'static str, &'static str, &'static str);

/// What every program starts with.
const HEAD: &str = "\
import os
import sqlite3
from typing import Optional
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from lib import Auth, RequestContext, envelope, fail, get_auth_context, get_request_context
router = APIRouter()

def assert_context_matches(ctx: RequestContext, tenant_id=None, mode=None):
    if tenant_id and tenant_id != ctx.tenant_id:
        raise fail(\"auth.mismatch\", 403)
    if mode and mode != ctx.mode:
        raise fail(\"auth.mismatch\", 403)
";

fn check(cases: &[Case]) {
    let mut faults = Vec::new();
    for (clause, program, verdict, reason) in cases {
        let ticket = format!(
            "### ABC-001: One\n- **Router**: `main`\n- **Files**: `main.py`\n- **Scope**:\n    - [ ] {clause}.\n"
        );
        // A program without routes is none to check.
        let route = if program.contains("@router") {
            ""
        } else {
            "\n@router.get(\"/\")\ndef read(): return {}\n"
        };
        let tree = Scratch::with(&[
            ("lib.py", include_str!("../analysis/lib.py")),
            ("main.py", &format!("{HEAD}{program}{route}")),
            ("tickets.md", &ticket),
            ("guard-lint.toml", "catalog = [\"tickets.md\"]\n"),
        ]);
        let config = Config::load(tree.root(), None).unwrap();
        let catalog = Catalog::load(&config.catalog, LoadMode::Replace).unwrap();
        let report = run(tree.root(), &config, &catalog, 1).unwrap().report;
        let found = &report.tickets[0].clauses[0];
        if word(found.verdict) != *verdict || !found.reason.contains(reason) {
            faults.push(format!(
                "{clause}: {} ({}), not {verdict} ({reason}):{program}",
                word(found.verdict),
                found.reason
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
