//! Comparison of what a request repeats with the context.

use super::check;

const CLAUSE: &str = "Hold the tenant to the context with `assert_context_matches`";

#[test]
fn every_repetition_is_compared() {
    check(&[
        (
            CLAUSE,
            r#"
class Row(BaseModel):
    tenant_id: str

@router.post("/x")
def save(row: Row, ctx: RequestContext = Depends(get_request_context)):
    assert_context_matches(ctx, tenant_id=row.tenant_id)
    return row
"#,
            "met",
            "",
        ),
        (
            CLAUSE,
            r#"
class Row(BaseModel):
    tenant_id: str

@router.post("/x")
def save(row: Optional[Row] = None, ctx: RequestContext = Depends(get_request_context)):
    if row:
        if row.tenant_id != ctx.tenant_id:
            raise fail("x", 403)
    return row
"#,
            "met",
            "",
        ),
        (
            CLAUSE,
            r#"
class Row(BaseModel):
    tenant_id: str

@router.post("/x")
def save(row: Row, ctx: RequestContext = Depends(get_request_context)):
    row.tenant_id = ctx.tenant_id
    return row
"#,
            "met",
            "",
        ),
        (
            CLAUSE,
            r#"
def check(ctx: RequestContext, wanted: str):
    if wanted != ctx.tenant_id:
        raise fail("x", 403)

@router.get("/x")
def read(tenant_id: str, ctx: RequestContext = Depends(get_request_context)):
    check(ctx, tenant_id)
    return {}
"#,
            "met",
            "",
        ),
        (
            CLAUSE,
            r#"
@router.get("/x")
def read(ctx: RequestContext = Depends(get_request_context)):
    return {}
"#,
            "met",
            "",
        ),
    ]);
}

#[test]
fn what_compares_nothing_is_seen() {
    check(&[
        (
            CLAUSE,
            r#"
@router.get("/x")
def read(tenant_id: str, ctx: RequestContext = Depends(get_request_context)):
    assert_context_matches(ctx, tenant_id=ctx.tenant_id)
    return {}
"#,
            "unmet",
            "nothing compares `tenant_id`",
        ),
        (
            CLAUSE,
            r#"
@router.get("/x")
def read(tenant_id: str, ctx: RequestContext = Depends(get_request_context)):
    if tenant_id != tenant_id:
        raise fail("x", 403)
    return {}
"#,
            "unmet",
            "nothing compares `tenant_id`",
        ),
        (
            CLAUSE,
            r#"
@router.get("/x")
def read(tenant_id: str, mode: str, ctx: RequestContext = Depends(get_request_context)):
    assert_context_matches(ctx, mode, tenant_id)
    return {}
"#,
            "unmet",
            "nothing compares `tenant_id`",
        ),
        (
            CLAUSE,
            r#"
@router.get("/x")
def read(tenant_id: str, ctx: RequestContext = Depends(get_request_context)):
    assert_context_matches(tenant_id, ctx)
    return {}
"#,
            "unmet",
            "nothing compares `tenant_id`",
        ),
        (
            CLAUSE,
            r#"
@router.get("/x")
def read(tenant_id: str, fast: bool, ctx: RequestContext = Depends(get_request_context)):
    if not fast:
        assert_context_matches(ctx, tenant_id=tenant_id)
    return {}
"#,
            "partial",
            "on some paths only",
        ),
    ]);
}
