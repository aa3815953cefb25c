//! A project's own decorators between the route and the function.

use super::check;

#[test]
fn what_a_decorator_does_counts() {
    check(
        r#"
def gated(action: str):
    def decorate(function):
        @functools.wraps(function)
        def inner(*args, ctx: RequestContext, **kwargs):
            gates.run(ctx, action, "x")
            return function(*args, ctx=ctx, **kwargs)
        return inner
    return decorate

def counted(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner

def enveloped(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except HTTPException as exc:
            raise HTTPException(exc.status_code, detail=envelope("x", 400)) from exc
    return inner

@router.post("/1")
@gated("save")
def save_gated(key: str, ctx: Scope):
    return store.put(key, {})
@router.post("/2")
@counted
def save_counted(key: str, ctx: Scope):
    return store.put(key, {})
@router.get("/3")
@enveloped
def wrapped(key: str, ctx: Scope):
    raise HTTPException(404, "none")
@router.post("/4")
@counted
@gated("save")
def save_twice_wrapped(key: str, ctx: Scope):
    return store.put(key, {})
"#,
        "save_gated enforced none canonical enforced
         save_counted enforced none silent missing
         wrapped enforced none canonical not_required
         save_twice_wrapped enforced none canonical enforced",
    );
}

#[test]
fn decorators_catch_demand_and_refuse() {
    check(
        r#"
def quiet(function):
    async def inner(*args, **kwargs):
        try:
            return await function(*args, **kwargs)
        except HTTPException:
            return {}
    return inner

def refusing(function):
    def inner(*args, **kwargs):
        if not kwargs.get("key"):
            raise HTTPException(400, "no key")
        return function(*args, **kwargs)
    return inner

def same(function):
    return function

@router.get("/1")
@quiet
async def swallowed(key: str):
    raise HTTPException(404, "none")
@router.get("/2")
@refusing
def refused(key: str):
    return {}
@router.get("/3")
@same
def untouched(key: str, ctx: Scope):
    raise fail("x")
@router.get("/4")
@functools.lru_cache
def outside(key: str, ctx: Scope):
    raise fail("x")
"#,
        "swallowed missing none silent not_required
         refused missing none bare not_required
         untouched enforced none canonical not_required
         outside enforced none canonical not_required",
    );
}
