//! What must not move a verdict, and what must.

use super::{HEAD, verdicts, verdicts_of};

const ROUTE: &str = r#"
def load(key: str):
    row = store.get(key)
    if row is None:
        raise HTTPException(404, detail=envelope("row.unknown", 404))
    return row


def check(ctx: RequestContext) -> None:
    gates.run(ctx, "save", "x")


@router.post("/{key}")
def save(key: str, ctx: RequestContext = Depends(get_request_context), auth: Auth = Depends(get_auth_context)):
    load(key)
    check(ctx)
    return store.put(key, {})
"#;

const VERDICT: &str = "save enforced required canonical enforced\n";

fn changed(from: &str, to: &str) -> String {
    assert!(ROUTE.contains(from), "{from}");
    verdicts(&ROUTE.replace(from, to))
}

#[test]
fn renaming_moving_reordering_and_inlining_keep_verdicts() {
    assert_eq!(verdicts(ROUTE), VERDICT);
    assert_eq!(
        verdicts(&ROUTE.replace("load(", "obtain(").replace("check(", "confirm(")),
        VERDICT,
        "renamed"
    );
    let (helpers, route) = ROUTE.split_at(ROUTE.find("@router").unwrap());
    assert_eq!(verdicts(&format!("{route}\n\n{helpers}")), VERDICT, "reordered");
    let moved = format!("{HEAD}{helpers}");
    let importing = format!("{HEAD}from app.helpers import check, load\n{route}");
    assert_eq!(
        verdicts_of(&[("helpers.py", &moved), ("routes.py", &importing)]),
        VERDICT,
        "moved"
    );
    let aliased = format!(
        "{HEAD}from app import helpers as h\n{}",
        route.replace("load(", "h.load(").replace("check(", "h.check(")
    );
    assert_eq!(
        verdicts_of(&[("helpers.py", &moved), ("routes.py", &aliased)]),
        VERDICT,
        "moved and aliased"
    );
    assert_eq!(
        changed("    check(ctx)\n", "    gates.run(ctx, \"save\", \"x\")\n"),
        VERDICT,
        "gate inlined"
    );
    let raiser = "def missing(code: str):\n    raise HTTPException(404, detail=envelope(code, 404))\n";
    let text = ROUTE.replace(
        "        raise HTTPException(404, detail=envelope(\"row.unknown\", 404))",
        "        missing(\"row.unknown\")",
    );
    assert_eq!(verdicts(&format!("{raiser}{text}")), VERDICT, "raise extracted");
}

#[test]
fn deleting_what_holds_a_verdict_turns_it() {
    for (from, to, expected) in [
        ("    check(ctx)\n", "", "save enforced required canonical missing\n"),
        (
            "    check(ctx)\n    return store.put(key, {})",
            "    row = store.put(key, {})\n    check(ctx)\n    return row",
            "save enforced required canonical after_write\n",
        ),
        (
            "gates.run(ctx, \"save\", \"x\")",
            "gates.run(ctx, \"save\", kind=\"x\")",
            "save enforced required canonical unbindable\n",
        ),
        (
            "ctx: RequestContext = Depends(get_request_context)",
            "ctx: RequestContext",
            "save missing required canonical enforced\n",
        ),
        (
            ", auth: Auth = Depends(get_auth_context)",
            "",
            "save enforced none canonical enforced\n",
        ),
        (
            "envelope(\"row.unknown\", 404)",
            "\"row.unknown\"",
            "save enforced required mixed enforced\n",
        ),
    ] {
        assert_eq!(changed(from, to), expected, "{from} -> {to}");
    }
}
