//! Cursors that no store knows.

use super::check;

const CLAUSE: &str = "An unknown cursor is answered with a 410 envelope";

/// A stream whose handler and generator begin with these lines.
macro_rules! stream {
    ($code:literal, $handler:literal, $generator:literal) => {
        concat!(
            r#"
class Events:
    def __init__(self): self.file = sqlite3.connect("x.db")
    def append(self, row): self.file.execute("insert", row)
    def list_after(self, cursor): return self.file.execute("select", cursor)
    def has(self, cursor): return bool(self.file.execute("select", cursor))

events = Events()

def judge(cursor):
    if cursor and not events.has(cursor):
        raise HTTPException(410, envelope(""#,
            $code,
            r#"", 410))

def lines(cursor):
    "#,
            $generator,
            r#"
    for row in events.list_after(cursor):
        yield f"data: {row}"

@router.get("/x")
def follow(cursor: Optional[str] = Header(None, alias="Last-Event-ID")):
    "#,
            $handler,
            r#"
    return StreamingResponse(lines(cursor), media_type="text/event-stream")
"#
        )
    };
}

#[test]
fn a_cursor_is_judged_before_the_head() {
    check(&[
        (CLAUSE, stream!("x.cursor_invalid", "judge(cursor)", "pass"), "met", ""),
        (
            CLAUSE,
            stream!("x.cursor_invalid", "pass", "judge(cursor)"),
            "unmet",
            "after the response head",
        ),
        (
            CLAUSE,
            stream!("x.cursor_invalid", "pass", "pass"),
            "unmet",
            "no error answers",
        ),
        (
            CLAUSE,
            stream!("x.gone", "judge(cursor)", "pass"),
            "partial",
            "`<domain>.cursor_invalid`",
        ),
    ]);
}
