//! One row for each list of the vocabulary: a snippet whose verdict the added name changes.

/// A list, what is added to it, and what a column says of the snippet without that and with it.
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) adds: &'static str,
    pub(crate) column: &'static str,
    pub(crate) without: &'static str,
    pub(crate) with: &'static str,
    pub(crate) snippet: &'static str,
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        key: "contexts",
        adds: "Caller",
        column: "identity",
        without: "missing",
        with: "enforced",
        snippet: r#"
class Caller:
    def __init__(self, tenant_id: str):
        self.tenant_id = tenant_id

def current(tenant: str = Header(...)) -> Caller:
    return Caller(tenant)

@router.get("/x")
def read(caller: Caller = Depends(current)): return {}
"#,
    },
    Row {
        key: "identity-providers",
        adds: "current_caller",
        column: "identity",
        without: "missing",
        with: "enforced",
        snippet: r#"
@router.get("/x")
def read(caller=Depends(outside.current_caller)): return {}
"#,
    },
    Row {
        key: "identity-words",
        adds: "caller",
        column: "identity",
        without: "missing",
        with: "unknown",
        snippet: r#"
@router.get("/x")
def read(caller=Depends(outside.current_caller)): return {}
"#,
    },
    Row {
        key: "credential-providers",
        adds: "current_badge",
        column: "credential",
        without: "none",
        with: "required",
        snippet: r#"
@router.get("/x")
def read(badge=Depends(outside.current_badge)): return {}
"#,
    },
    Row {
        key: "verifiers",
        adds: "read_badge",
        column: "credential",
        without: "none",
        with: "required",
        snippet: r#"
@router.get("/x")
def read(badge: str = Header(...)):
    outside.read_badge(badge)
    return {}
"#,
    },
    Row {
        key: "verifying-methods",
        adds: "inspect",
        column: "credential",
        without: "none",
        with: "required",
        snippet: r#"
@router.get("/x")
def read(token: str = Header(...), verifier=Depends(outside.make)):
    verifier.inspect(token)
    return {}
"#,
    },
    Row {
        key: "credential-words",
        adds: "badge",
        column: "credential",
        without: "none",
        with: "required",
        snippet: r#"
@router.get("/x")
def read(value: str = Header(...), badge_reader=Depends(outside.make)):
    badge_reader.verify(value)
    return {}
"#,
    },
    Row {
        key: "ticket-words",
        adds: "boarding",
        column: "credential",
        without: "optional",
        with: "required",
        snippet: r#"
@router.get("/x")
def read(boarding: str = Query(None)):
    if boarding:
        outside.validate_ticket(boarding)
    if boarding is None:
        fail("auth.missing", 401)
    return {}
"#,
    },
    Row {
        key: "comparisons",
        adds: "same_scope",
        column: "GL107",
        without: "found",
        with: "none",
        snippet: r#"
@router.get("/x")
def read(tenant_id: str, ctx: RequestContext = Depends(get_request_context)):
    outside.same_scope(ctx, tenant_id)
    return {}
"#,
    },
    Row {
        key: "envelopes",
        adds: "Problem",
        column: "envelope",
        without: "bare",
        with: "canonical",
        snippet: r#"
@router.get("/x")
def read():
    raise HTTPException(404, detail=outside.Problem(code="x").model_dump())
"#,
    },
    Row {
        key: "envelope-raisers",
        adds: "refuse",
        column: "envelope",
        without: "silent",
        with: "canonical",
        snippet: r#"
@router.get("/x")
def read():
    outside.refuse("x", status_code=404)
"#,
    },
    Row {
        key: "envelope-builders",
        adds: "problem",
        column: "envelope",
        without: "bare",
        with: "canonical",
        snippet: r#"
@router.get("/x")
def read():
    raise HTTPException(404, detail=outside.problem("x"))
"#,
    },
    Row {
        key: "gate-words",
        adds: "bouncer",
        column: "gate",
        without: "missing",
        with: "enforced",
        snippet: r#"
@router.post("/x")
def save(row: dict, bouncer=Depends(outside.make), store=Depends(outside.make)):
    bouncer.check("save")
    store.put(row)
"#,
    },
    Row {
        key: "gate-methods",
        adds: "admit",
        column: "gate",
        without: "missing",
        with: "enforced",
        snippet: r#"
@router.post("/x")
def save(row: dict, gate=Depends(outside.make), store=Depends(outside.make)):
    gate.admit("save")
    store.put(row)
"#,
    },
    Row {
        key: "gate-kinds",
        adds: "quota",
        column: "gate",
        without: "enforced",
        with: "missing",
        snippet: r#"
def check_kill_switch(action: str):
    if action == "forbidden":
        fail("gate.refused", 403)
def check_firearms(action: str):
    if action == "forbidden":
        fail("gate.refused", 403)
def check_strategy_lock(action: str):
    if action == "forbidden":
        fail("gate.refused", 403)
def check_budget(action: str):
    if action == "forbidden":
        fail("gate.refused", 403)
def check_kpi(action: str):
    if action == "forbidden":
        fail("gate.refused", 403)
def check_temperature(action: str):
    if action == "forbidden":
        fail("gate.refused", 403)

@router.post("/x")
def save(row: dict, store=Depends(outside.make)):
    check_kill_switch("save")
    check_firearms("save")
    check_strategy_lock("save")
    check_budget("save")
    check_kpi("save")
    check_temperature("save")
    store.put(row)
"#,
    },
    Row {
        key: "gate-equivalents",
        adds: "admit_all",
        column: "gate",
        without: "missing",
        with: "enforced",
        snippet: r#"
def admit_all(action: str):
    if action == "forbidden":
        fail("policy.refused", 403)

@router.post("/x")
def save(row: dict, store=Depends(outside.make)):
    admit_all("save")
    store.put(row)
"#,
    },
    Row {
        key: "write-verbs",
        adds: "enshrine",
        column: "gate",
        without: "not_required",
        with: "missing",
        snippet: r#"
@router.get("/x")
def read(row: str, store=Depends(outside.make)):
    store.enshrine_row(row)
"#,
    },
    Row {
        key: "store-words",
        adds: "shelf",
        column: "gate",
        without: "not_required",
        with: "missing",
        snippet: r#"
@router.get("/x")
def read(row: str, shelf=Depends(outside.make)):
    shelf.put(row)
"#,
    },
    Row {
        key: "writes",
        adds: "enshrine",
        column: "gate",
        without: "not_required",
        with: "missing",
        snippet: r#"
@router.get("/x")
def read(row: str, thing=Depends(outside.make)):
    thing.enshrine(row)
"#,
    },
    Row {
        key: "aside-words",
        adds: "journal",
        column: "gate",
        without: "missing",
        with: "not_required",
        snippet: r#"
@router.get("/x")
def read(row: str, journal_store=Depends(outside.make)):
    journal_store.put(row)
"#,
    },
    Row {
        key: "read-verbs",
        adds: "peruse",
        column: "gate",
        without: "missing",
        with: "not_required",
        snippet: r#"
@router.post("/x")
def peruse_rows(row: str):
    return outside.whatever(row)
"#,
    },
    Row {
        key: "identity-layers",
        adds: "Turnstile",
        column: "identity",
        without: "missing",
        with: "enforced",
        snippet: r#"
fn app() -> axum::Router {
    axum::Router::new().route("/x", axum::routing::get(read)).layer(outside::Turnstile::new())
}
async fn read() {}
"#,
    },
    Row {
        key: "identity-extractors",
        adds: "Visitor",
        column: "identity",
        without: "missing",
        with: "enforced",
        snippet: r#"
use outside::Visitor;
fn app() -> axum::Router {
    axum::Router::new().route("/x", axum::routing::get(read))
}
async fn read(_: Visitor) {}
"#,
    },
];
