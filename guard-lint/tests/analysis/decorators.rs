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
