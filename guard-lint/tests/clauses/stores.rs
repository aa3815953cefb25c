//! Stores, settings, flags and refused backends.

use super::check;

#[test]
fn what_serves_in_sold_modes_lasts() {
    const CLAUSE: &str = "Keep it in a durable store, with no in-memory fallback";
    const STORES: [&str; 2] = [
        r#"
class Kept:
    def __init__(self): self.file = sqlite3.connect("x.db")
    def put(self, row): self.file.execute("insert", row)
class Held:
    def __init__(self): self.rows = []
    def put(self, row): self.rows.append(row)
def make(mode: str):
    if mode in {"saas", "enterprise"}:
        return Kept()
    return Held()
"#,
        r#"
class Kept:
    def __init__(self): self.file = sqlite3.connect("x.db")
    def put(self, row): self.file.execute("insert", row)
class Held:
    def __init__(self): self.rows = []
    def put(self, row): self.rows.append(row)
def is_sold(mode: str) -> bool:
    return mode == "saas"
def make(mode: str):
    if is_sold(mode):
        return Kept()
    return Held()
"#,
    ];
    check(&[
        (CLAUSE, STORES[0], "met", "`Kept`"),
        (CLAUSE, STORES[1], "partial", "in enterprise, `Held`"),
    ]);
}

#[test]
fn missing_settings_end_the_start() {
    const CLAUSE: &str = "Fail fast where UPLOAD_BUCKET is missing";
    check(&[
        (
            CLAUSE,
            r#"
class Uploads:
    def __init__(self):
        self.bucket = os.getenv("UPLOAD_BUCKET")
        if not self.bucket:
            raise RuntimeError("UPLOAD_BUCKET")
"#,
            "met",
            "raises without `UPLOAD_BUCKET`",
        ),
        (
            CLAUSE,
            r#"
class Uploads:
    def __init__(self):
        self.bucket = os.environ["UPLOAD_BUCKET"]
"#,
            "met",
            "",
        ),
        (
            CLAUSE,
            r#"
class Uploads:
    def __init__(self):
        self.bucket = os.getenv("UPLOAD_BUCKET")
        print(self.bucket)
"#,
            "unmet",
            "nothing ends where `UPLOAD_BUCKET` is missing",
        ),
    ]);
}

#[test]
fn a_forbidden_backend_is_answered_with_the_envelope() {
    const CLAUSE: &str = "Answer `ForbiddenBackendClass`";
    const HEAD: [&str; 3] = [
        r#"
class ForbiddenBackendClass(Exception): pass
def put(row): raise ForbiddenBackendClass(row)
@router.post("/x")
def save(row: str, ctx: RequestContext = Depends(get_request_context)):
    try:
        return put(row)
    except ForbiddenBackendClass:
        raise fail("backend_forbidden", 403)
"#,
        r#"
class ForbiddenBackendClass(Exception): pass
def put(row): raise ForbiddenBackendClass(row)
@router.post("/x")
def save(row: str, ctx: RequestContext = Depends(get_request_context)):
    try:
        return put(row)
    except ForbiddenBackendClass:
        raise HTTPException(403, "no")
"#,
        r#"
class ForbiddenBackendClass(Exception): pass
def put(row): raise ForbiddenBackendClass(row)
@router.post("/x")
def save(row: str, ctx: RequestContext = Depends(get_request_context)):
    return put(row)
"#,
    ];
    check(&[
        (CLAUSE, HEAD[0], "met", ""),
        (CLAUSE, HEAD[1], "unmet", "without the envelope"),
        (CLAUSE, HEAD[2], "unmet", "nothing catches"),
    ]);
}

#[test]
fn a_mounting_depends_on_its_flag() {
    const CLAUSE: &str = "Only behind a feature flag";
    check(&[
        (
            CLAUSE,
            r#"
app = FastAPI()
@router.get("/x")
def read(): return {}
if os.getenv("FEATURE_X") == "1":
    app.include_router(router)
"#,
            "met",
            "",
        ),
        (
            CLAUSE,
            r#"
app = FastAPI()
@router.get("/x")
def read(): return {}
app.include_router(router)
"#,
            "unmet",
            "whatever the flags say",
        ),
    ]);
}
