//! Who is asking: providers, and what only looks like one.

use super::check;

#[test]
fn a_context_of_headers_counts_where_their_absence_is_refused() {
    check(
        r#"
def forwards(tenant: Optional[str] = Header(None, alias="X-Tenant-Id")) -> RequestContext:
    return RequestContext(tenant_id=tenant or "t_guest", mode="lab", project_id="p")

def demands(tenant: Optional[str] = Header(None, alias="X-Tenant-Id")) -> RequestContext:
    if not tenant:
        raise HTTPException(400, "who")
    return RequestContext(tenant_id=tenant.lower(), mode="lab", project_id="p")

def required(tenant: str = Header(..., alias="X-Tenant-Id")) -> RequestContext:
    return RequestContext(tenant, "lab", "p")

def _demand(value: Optional[str]) -> str:
    if value is None:
        raise HTTPException(400, "who")
    return value

def through_helper(tenant: Optional[str] = Header(None, alias="X-Tenant-Id")) -> RequestContext:
    return RequestContext(_demand(tenant), "lab", "p")

@router.get("/1")
def forwarded(ctx: RequestContext = Depends(forwards)): return {}
@router.get("/2")
def demanded(ctx: RequestContext = Depends(demands)): return {}
@router.get("/3")
def by_framework(ctx: RequestContext = Depends(required)): return {}
@router.get("/4")
def by_helper(ctx: RequestContext = Depends(through_helper)): return {}
"#,
        "forwarded missing none silent not_required
         demanded enforced none bare not_required
         by_framework enforced none silent not_required
         by_helper enforced none bare not_required",
    );
}

#[test]
fn a_provider_is_found_under_every_name() {
    check(
        r#"
from fastapi import Depends as Needs
import app.lib
named = getattr(app.lib, "get_request_context")

class Collected:
    def __init__(self, ctx: Scope) -> None:
        self.ctx = ctx

class Check:
    def __init__(self, surface: str) -> None:
        self.surface = surface
    def __call__(self, ctx: Scope) -> RequestContext:
        return ctx

def surfaced(surface: str, ctx: RequestContext = Depends(get_request_context)):
    return ctx

def opened(ctx: Scope):
    try:
        yield ctx
    finally:
        pass

@router.get("/1")
def annotated(ctx: Scope): return {}
@router.get("/2")
def renamed(ctx=Needs(get_request_context)): return {}
@router.get("/3")
def by_security(ctx=Security(get_request_context, scopes=["read"])): return {}
@router.get("/4")
def by_getattr(ctx=Depends(named)): return {}
@router.get("/5")
def by_class(scope: Collected = Depends()): return {}
@router.get("/6")
def by_instance(ctx=Depends(Check("x"))): return {}
@router.get("/7")
def by_partial(ctx=Depends(functools.partial(surfaced, "x"))): return {}
@router.get("/8")
def by_yield(ctx=Depends(opened)): return {}
@router.get("/9", dependencies=[Depends(get_request_context)])
def by_decorator(): return {}
@router.get("/10")
def by_nothing(ctx: RequestContext): return {}
"#,
        "annotated enforced none silent not_required
         renamed enforced none silent not_required
         by_security enforced none silent not_required
         by_getattr enforced none silent not_required
         by_class enforced none silent not_required
         by_instance enforced none silent not_required
         by_partial enforced none silent not_required
         by_yield enforced none silent not_required
         by_decorator enforced none silent not_required
         by_nothing missing none silent not_required",
    );
}

#[test]
fn what_only_running_can_tell_is_unknown() {
    check(
        r#"
context_module = importlib.import_module(os.environ["CONTEXT"])
context_provider = getattr(context_module, os.environ["PROVIDER"])
@router.get("/1")
def dynamic(ctx=Depends(context_provider)): return {}
"#,
        "dynamic unknown none silent not_required",
    );
}

#[test]
fn markers_of_the_framework_are_no_headers() {
    check(
        r#"
def leaks(tenant: Optional[str] = Header(None, alias="X-Tenant-Id")) -> RequestContext:
    return get_request_context(tenant=tenant)

def passes(
    mode: Optional[str] = Header(None, alias="X-Mode"),
    tenant: Optional[str] = Header(None, alias="X-Tenant-Id"),
    project: Optional[str] = Header(None, alias="X-Project-Id"),
) -> RequestContext:
    return get_request_context(mode, tenant, project)

@router.get("/1")
def leaked(ctx: RequestContext = Depends(leaks)): return {}
@router.get("/2")
def passed(ctx: RequestContext = Depends(passes)): return {}
@router.get("/3")
def unasked(ctx: Scope):
    auth = get_auth_context()
    return {}
"#,
        "leaked missing none silent not_required
         passed enforced none silent not_required
         unasked enforced none silent not_required",
    );
}

#[test]
fn paths_without_a_provider_make_it_partial() {
    check(
        r#"
def guest_or_scope(
    mode: Optional[str] = Header(None, alias="X-Mode"),
    tenant: Optional[str] = Header(None, alias="X-Tenant-Id"),
    project: Optional[str] = Header(None, alias="X-Project-Id"),
) -> RequestContext:
    try:
        return get_request_context(mode, tenant, project)
    except HTTPException:
        return RequestContext("t_guest", "lab", "p")

def ticket_or_scope(ticket: Optional[str] = Query(None), ctx_mode: str = Header(...), tenant: str = Header(...)) -> RequestContext:
    if ticket:
        claims = validate_ticket(ticket)
        return RequestContext(claims["tenant_id"], "lab", "p")
    return RequestContext(tenant, ctx_mode, "p")

def unverified_or_scope(ticket: Optional[str] = Query(None), tenant: str = Header(...)) -> RequestContext:
    if ticket:
        return RequestContext(ticket.split(".")[0], "lab", "p")
    return RequestContext(tenant, "lab", "p")

@router.get("/1")
def guest(ctx: RequestContext = Depends(guest_or_scope)): return {}
@router.get("/2")
def ticket(ctx: RequestContext = Depends(ticket_or_scope)): return {}
@router.get("/3")
def unverified(ctx: RequestContext = Depends(unverified_or_scope)): return {}
@router.post("/4")
def late(key: str, tenant: str = Header(...), mode: str = Header(...), project: str = Header(...)):
    store.put(key, {})
    ctx = get_request_context(mode, tenant, project)
    gates.run(ctx, "save", "x")
    return {}
"#,
        "guest partial none silent not_required
         ticket enforced optional silent not_required
         unverified partial none silent not_required
         late partial none canonical after_write",
    );
}

#[test]
fn a_context_of_the_payload_is_none() {
    check(
        r#"
def _validate_context(payload: dict) -> RequestContext:
    if not payload.get("tenant_id"):
        fail("auth.context_missing")
    return RequestContext(payload["tenant_id"], payload["mode"], "p")

@router.post("/1")
def stated(payload: dict):
    ctx = _validate_context(payload)
    gates.run(ctx, "save", "x")
    return store.put(ctx.tenant_id, payload)
"#,
        "stated missing none canonical enforced",
    );
}
