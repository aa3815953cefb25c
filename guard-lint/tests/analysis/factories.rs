//! Providers that factories give, and what runs around a handler without being named in it.

use super::check;

#[test]
fn a_factory_gives_its_inner_function() {
    check(
        r#"
from typing import Any, Callable

def require_gate(action: str) -> Callable[..., Any]:
    def ask(ctx: Scope) -> RequestContext:
        gates.run(ctx, action, "x")
        return ctx
    return ask

def gated(action: str):
    async def ask(ctx: Scope):
        gates.run(ctx, action, "x")
    return Depends(ask)

def context(required: bool) -> Callable:
    return get_request_context if required else maybe_context

def maybe_context(tenant: Optional[str] = Header(None)) -> Optional[RequestContext]:
    return RequestContext(tenant, "lab", "p") if tenant else None

class Page:
    def __class_getitem__(cls, item): return cls
    def __init__(self, ctx: Scope, limit: int = 10) -> None:
        self.ctx = ctx

Gated = Annotated[RequestContext, Depends(require_gate("save"))]
group = APIRouter(dependencies=[gated("save")])
shared = Depends(get_request_context)

@router.post("/1")
def by_closure(key: str, ctx: RequestContext = Depends(require_gate("save"))): return store.put(key, {})
@router.post("/2")
def by_alias(key: str, ctx: Gated): return store.put(key, {})
@router.post("/3", dependencies=[gated("save")])
def by_helper(key: str): return store.put(key, {})
@router.post("/4")
def by_default(key: str, _: None = gated("save")): return store.put(key, {})
@group.post("/5")
def by_router(key: str): return store.put(key, {})
@router.get("/6")
def by_variable(ctx=shared): return {}
@router.get("/7")
def by_lambda(ctx=Depends(lambda ctx=Depends(get_request_context): ctx)): return {}
@router.get("/8")
def by_generic(page: Page[int] = Depends()): return {}
@router.get("/9")
def either(ctx=Depends(context(False))): return {}
"#,
        "by_closure enforced none canonical enforced
         by_alias enforced none canonical enforced
         by_helper enforced none canonical enforced
         by_default enforced none canonical enforced
         by_variable enforced none silent not_required
         by_lambda enforced none silent not_required
         by_generic enforced none silent not_required
         either partial none silent not_required
         by_router enforced none canonical enforced",
    );
}

#[test]
fn a_manager_gates_where_it_is_entered() {
    check(
        r#"
class Gate:
    def __init__(self, ctx: RequestContext) -> None:
        self.ctx = ctx
    def __enter__(self) -> "Gate":
        gates.run(self.ctx, "save", "x")
        return self
    def __exit__(self, *exc) -> bool:
        return False

class Idle(Gate):
    async def __aenter__(self):
        return self
    def __enter__(self):
        return self

@router.post("/1")
def entered(key: str, ctx: Scope):
    with Gate(ctx):
        return store.put(key, {})
@router.post("/2")
def late(key: str, ctx: Scope):
    store.put(key, {})
    with Gate(ctx):
        return {}
@router.post("/3")
async def idle(key: str, ctx: Scope):
    async with Idle(ctx) as gate:
        return store.put(key, {})
"#,
        "entered enforced none canonical enforced
         late enforced none canonical after_write
         idle enforced none silent missing",
    );
}

#[test]
fn identity_in_middleware_is_not_decided() {
    check(
        r#"
import time
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

class Scoped(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        tenant = request.headers.get("x-tenant-id")
        if not tenant:
            return JSONResponse({}, status_code=400)
        request.state.ctx = RequestContext(tenant, "lab", "p")
        return await call_next(request)

scoped = FastAPI()
scoped.add_middleware(Scoped)
timed = FastAPI()

@timed.middleware("http")
async def timing(request: Request, call_next):
    started = time.time()
    response = await call_next(request)
    response.headers["x-time"] = str(time.time() - started)
    return response

class SecurityHeaders(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        response = await call_next(request)
        response.headers["x-frame-options"] = policy.resolve(request)
        return response

headed = FastAPI()
headed.add_middleware(SecurityHeaders)

@scoped.get("/1")
def behind(request: Request): return {"tenant": request.state.ctx.tenant_id}
@timed.get("/2")
def only_timed(request: Request): return {}
@headed.get("/4")
def only_headed(request: Request): return {}
@timed.get("/3")
def redirected(ctx: Scope):
    raise HTTPException(307, headers={"Location": "/"})
"#,
        "behind unknown none silent not_required
         only_timed missing none silent not_required
         redirected enforced none silent not_required
         only_headed missing none silent not_required",
    );
}
