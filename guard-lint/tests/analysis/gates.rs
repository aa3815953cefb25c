//! Gates that hold, and gates that are only named.

use super::check;

#[test]
fn a_refusal_that_is_caught_gates_only_where_nothing_is_written_after_it() {
    check(
        r#"
def quietly(ctx: RequestContext) -> bool:
    try:
        gates.run(ctx, "save", "x")
        return True
    except HTTPException:
        return False

@router.post("/1")
def passed_over(key: str, ctx: Scope):
    try:
        gates.run(ctx, "save", "x")
    except Exception:
        pass
    return store.put(key, {})
@router.post("/2")
def suppressed(key: str, ctx: Scope):
    with contextlib.suppress(HTTPException):
        gates.run(ctx, "save", "x")
    return store.put(key, {})
@router.post("/3")
def given_up(key: str, ctx: Scope):
    try:
        gates.run(ctx, "save", "x")
    except HTTPException:
        return {"saved": False}
    return store.put(key, {})
@router.post("/4")
def ignored(key: str, ctx: Scope):
    quietly(ctx)
    return store.put(key, {})
@router.post("/5")
def heeded(key: str, ctx: Scope):
    if not quietly(ctx):
        return {"saved": False}
    return store.put(key, {})
@router.post("/6")
def named(key: str, ctx: Scope):
    allowed = quietly(ctx)
    if allowed:
        store.put(key, {})
    return {}
@router.post("/7")
def by_flag(key: str, ctx: Scope):
    allowed = True
    try:
        gates.run(ctx, "save", "x")
    except HTTPException:
        allowed = False
    if allowed:
        store.put(key, {})
    return {}
@router.post("/8")
def by_walrus(key: str, ctx: Scope):
    if ok := quietly(ctx):
        store.put(key, {})
    return {}
@router.post("/9")
def in_finally(key: str, ctx: Scope):
    try:
        gates.run(ctx, "save", "x")
    finally:
        return store.put(key, {})
"#,
        "passed_over enforced none silent swallowed
         suppressed enforced none silent swallowed
         given_up enforced none silent enforced
         ignored enforced none silent swallowed
         heeded enforced none silent enforced
         named enforced none silent enforced
         by_flag enforced none silent enforced
         by_walrus enforced none silent enforced
         in_finally enforced none silent swallowed",
    );
}

#[test]
fn a_call_must_bind_and_reach_a_gate() {
    check(
        r#"
class Pipeline:
    def run(self, *args) -> None:
        self.last = args

class GateChain:
    def run(self, *args) -> None:
        return None

def ask(ctx: RequestContext, action: str) -> None:
    gates.run(ctx, action=action, resource="row")

@router.post("/1")
def unbindable(key: str, ctx: Scope):
    gates.run(ctx, "save", resource_kind="row")
    return store.put(key, {})
@router.post("/2")
def mixed(key: str, ctx: Scope):
    gates.run(ctx, subject=key, action="save", surface="x")
    return store.put(key, {})
@router.post("/3")
def through_helper(key: str, ctx: Scope):
    ask(ctx, "save")
    return store.put(key, {})
@router.post("/4")
def namesake(key: str, ctx: Scope):
    GateChain().run(ctx, "save", "x")
    return store.put(key, {})
@router.post("/5")
def other_run(key: str, ctx: Scope):
    Pipeline().run(ctx, "save", "x")
    return store.put(key, {})
@router.post("/6")
def by_partial(key: str, ctx: Scope):
    ask_now = functools.partial(gates.run, ctx, "save")
    ask_now("x")
    return store.put(key, {})
@router.post("/7")
def by_name(key: str, ctx: Scope):
    getattr(gates, "run")(ctx, "save", "x")
    return store.put(key, {})
@router.post("/8")
def dynamic(key: str, ctx: Scope):
    ask = getattr(importlib.import_module(os.environ["GATE"]), os.environ["ASK"])
    ask(ctx, "save", "x")
    return store.put(key, {})
"#,
        "unbindable enforced none silent unbindable
         mixed enforced none canonical enforced
         through_helper enforced none silent unbindable
         namesake enforced none silent missing
         other_run enforced none silent missing
         by_partial enforced none canonical enforced
         by_name enforced none canonical enforced
         dynamic enforced none silent unknown",
    );
}

#[test]
fn half_a_gate_and_a_late_one() {
    check(
        r#"
@router.post("/1")
def half(kind: str, ctx: Scope):
    if kind == "add":
        gates.run(ctx, "save", "x")
        return store.put(kind, {})
    return store.put("other", {})
@router.post("/2")
def late(key: str, ctx: Scope):
    row = store.put(key, {})
    gates.run(ctx, "save", "x")
    return row
@router.post("/3")
def by_match(kind: str, ctx: Scope):
    match kind:
        case "add":
            gates.run(ctx, "save", "x")
        case _:
            gates.run(ctx, "drop", "x")
    return store.put(kind, {})
@router.post("/4")
def by_match_half(kind: str, ctx: Scope):
    match kind:
        case "add":
            gates.run(ctx, "save", "x")
    return store.put(kind, {})
@router.post("/5")
def search(words: dict, ctx: Scope):
    return store.get(words["key"])
@router.get("/6")
def visit(key: str, ctx: Scope):
    return store.put(key, {})
"#,
        "half enforced none canonical missing
         late enforced none canonical after_write
         by_match enforced none canonical enforced
         by_match_half enforced none canonical missing
         search enforced none silent not_required
         visit enforced none silent missing",
    );
}

#[test]
fn all_kinds_of_gates_are_the_chain() {
    let services = ["KillSwitch", "Firearms", "StrategyLock", "Budget", "Kpi", "Temperature"];
    let mut snippet = String::new();
    for service in services {
        snippet += &format!(
            "class {service}Service:\n    def ensure_allowed(self, ctx) -> None:\n        if ctx.mode == 'x':\n            fail('no', 403)\n\n"
        );
    }
    let asks = |services: &[&str]| {
        services
            .iter()
            .map(|name| format!("    {name}Service().ensure_allowed(ctx)\n"))
            .collect::<String>()
    };
    snippet += &format!(
        "@router.post('/1')\ndef all_six(key: str, ctx: Scope):\n{}    return store.put(key, {{}})\n\n",
        asks(&services)
    );
    snippet += &format!(
        "@router.post('/2')\ndef five(key: str, ctx: Scope):\n{}    return store.put(key, {{}})\n",
        asks(&services[1..])
    );
    check(
        &snippet,
        "all_six enforced none canonical enforced\nfive enforced none canonical missing",
    );
}
