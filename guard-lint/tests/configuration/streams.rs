//! The rows about streams, stores, settings and the scope.

use super::rows::Row;

pub(crate) const ROWS: &[Row] = &[
    Row {
        key: "tenant-fields",
        adds: "customer",
        column: "GL108",
        without: "none",
        with: "found",
        snippet: r#"
class Row(BaseModel):
    customer: str

@router.post("/x")
def save(row: Row, ctx: RequestContext = Depends(get_request_context)):
    if row.customer != ctx.mode:
        raise fail("x")
    return {}
"#,
    },
    Row {
        key: "mode-fields",
        adds: "tier",
        column: "GL108",
        without: "none",
        with: "found",
        snippet: r#"
class Row(BaseModel):
    tier: str

@router.post("/x")
def save(row: Row, ctx: RequestContext = Depends(get_request_context)):
    if row.tier != ctx.tenant_id:
        raise fail("x")
    return {}
"#,
    },
    Row {
        key: "project-fields",
        adds: "venture",
        column: "GL108",
        without: "none",
        with: "found",
        snippet: r#"
class Row(BaseModel):
    venture: str

@router.post("/x")
def save(row: Row, ctx: RequestContext = Depends(get_request_context)):
    if row.venture != ctx.tenant_id:
        raise fail("x")
    return {}
"#,
    },
    Row {
        key: "app-fields",
        adds: "suite",
        column: "GL108",
        without: "none",
        with: "found",
        snippet: r#"
class Row(BaseModel):
    suite: str

@router.post("/x")
def save(row: Row, ctx: RequestContext = Depends(get_request_context)):
    if row.suite != ctx.tenant_id:
        raise fail("x")
    return {}
"#,
    },
    Row {
        key: "cursor-words",
        adds: "bookmark",
        column: "GL601",
        without: "none",
        with: "found",
        snippet: r#"
from fastapi.responses import StreamingResponse

class Events:
    def __init__(self):
        self.rows = {}
    def append(self, text): self.rows[text] = text
    def list_after(self, cursor): return self.rows[cursor]

def lines(bookmark, cursor):
    for text in Events().list_after(bookmark):
        yield f"data: {text}\n\n"

@router.get("/x")
def follow(bookmark: str = Query(...), cursor: str = Query(...)):
    return StreamingResponse(lines(bookmark, cursor), media_type="text/event-stream")
"#,
    },
    Row {
        key: "volatile-words",
        adds: "wobbly",
        column: "GL601",
        without: "none",
        with: "found",
        snippet: r#"
from fastapi.responses import StreamingResponse

class WobblyEvents:
    def append(self, text): outside.keep(text)
    def list_after(self, cursor): return outside.kept(cursor)

def lines(bookmark, cursor):
    for text in WobblyEvents().list_after(cursor):
        yield f"data: {text}\n\n"

@router.get("/x")
def follow(bookmark: str = Query(...), cursor: str = Query(...)):
    return StreamingResponse(lines(bookmark, cursor), media_type="text/event-stream")
"#,
    },
    Row {
        key: "volatile-names",
        adds: "attic",
        column: "GL601",
        without: "none",
        with: "found",
        snippet: r#"
from fastapi.responses import StreamingResponse

class AtticEvents:
    def append(self, text): outside.keep(text)
    def list_after(self, cursor): return outside.kept(cursor)

def lines(bookmark, cursor):
    for text in AtticEvents().list_after(cursor):
        yield f"data: {text}\n\n"

@router.get("/x")
def follow(bookmark: str = Query(...), cursor: str = Query(...)):
    return StreamingResponse(lines(bookmark, cursor), media_type="text/event-stream")
"#,
    },
    Row {
        key: "durable-libraries",
        adds: "outside",
        column: "GL601",
        without: "found",
        with: "none",
        snippet: r#"
from fastapi.responses import StreamingResponse

class Events:
    def __init__(self):
        self.rows = {}
    def append(self, text): outside.keep(text)
    def list_after(self, cursor): return self.rows[cursor]

def lines(bookmark, cursor):
    for text in Events().list_after(cursor):
        yield f"data: {text}\n\n"

@router.get("/x")
def follow(bookmark: str = Query(...), cursor: str = Query(...)):
    return StreamingResponse(lines(bookmark, cursor), media_type="text/event-stream")
"#,
    },
    Row {
        key: "forbidden-backends",
        adds: "WrongShelf",
        column: "GL601",
        without: "found",
        with: "none",
        snippet: r#"
from fastapi.responses import StreamingResponse

class WrongShelf(Exception): pass

class Events:
    def __init__(self):
        self.rows = {}
    def append(self, text): self.rows[text] = text
    def list_after(self, cursor):
        if outside.sold():
            raise WrongShelf()
        return self.rows[cursor]

def lines(bookmark, cursor):
    for text in Events().list_after(cursor):
        yield f"data: {text}\n\n"

@router.get("/x")
def follow(bookmark: str = Query(...), cursor: str = Query(...)):
    return StreamingResponse(lines(bookmark, cursor), media_type="text/event-stream")
"#,
    },
    Row {
        key: "flag-words",
        adds: "switch",
        column: "clause",
        without: "unmet",
        with: "met",
        snippet: r#"
from fastapi import FastAPI

@router.get("/x")
def read(): return {}

app = FastAPI()
if outside.switch:
    app.include_router(router)
"#,
    },
    Row {
        key: "config-words",
        adds: "board",
        column: "GL604",
        without: "none",
        with: "found",
        snippet: r#"
from outside import board

class Uploads:
    def __init__(self):
        bucket = board.get_bucket()
        if not bucket:
            raise RuntimeError("none")

def ensure():
    bucket = board.get_bucket()
    if not bucket:
        raise fail("none")

@router.get("/x")
def read():
    uploads = Uploads()
    ensure()
    return {"uploads": uploads}
"#,
    },
    Row {
        key: "control-events",
        adds: "drumbeat",
        column: "GL603",
        without: "none",
        with: "found",
        snippet: r#"
from fastapi.responses import StreamingResponse

class Events:
    def __init__(self):
        self.rows = {}
    def append(self, text): self.rows[text] = text
    def list_after(self, cursor): return self.rows[cursor]

def lines(bookmark, cursor):
    for text in Events().list_after(cursor):
        yield f"id: {text}\nevent: drumbeat\ndata: {text}\n\n"

@router.get("/x")
def follow(bookmark: str = Query(...), cursor: str = Query(...)):
    return StreamingResponse(lines(bookmark, cursor), media_type="text/event-stream")
"#,
    },
];
