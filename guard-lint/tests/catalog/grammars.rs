//! What the two grammars accept, and what they make of it.

use guard_lint::report::model::Family;

use super::*;

const HEADING: &str = "## Part\n\n### ENG-STD-900: A title\n- **Router**: `engines.a.routes`\n- **Files**: `engines/a/routes.py`, `server.py`\n- **Scope**:\n    - [ ] Add Identity.\n    - [x] Wrap errors in the\n      `ErrorEnvelope`.\n- **Acceptance**:\n    - Endpoint returns 422 if headers missing.\n";
const LINE: &str = "- PR-HARD-90 (SECURITY) — Preconditions: one thing. Files: `engines/a/routes.py`, `server.py`. Acceptance: wrap errors in `ErrorEnvelope`; tests cover\n  missing headers. Unblocks: another thing.\n";

#[test]
fn headings() {
    insta::assert_debug_snapshot!(parse(HEADING).tickets);
}

#[test]
fn a_line() {
    insta::assert_debug_snapshot!(parse(LINE).tickets);
}

#[test]
fn both_in_one_document() {
    let parsed = parse(&format!("{HEADING}{LINE}\n{}", LINE.replace("-90", "-91")));
    let ids: Vec<_> = parsed
        .tickets
        .iter()
        .map(|ticket| (ticket.id.as_str(), ticket.line))
        .collect();
    assert_eq!(
        ids,
        [("ENG-STD-900", 3), ("PR-HARD-90", 12), ("PR-HARD-91", 15)]
    );
}

#[test]
fn spelling_does_not_matter() {
    let plain = parse(&format!("{HEADING}{LINE}"));
    let variants = [
        format!("\u{feff}{HEADING}{LINE}"),
        format!("{HEADING}{LINE}").replace('\n', "\r\n"),
        format!("{HEADING}{LINE}").trim_end().to_owned(),
        format!("{HEADING}{LINE}").replace("- ", "* "),
        format!("{HEADING}{LINE}").replace(" — ", " – "),
        format!("{HEADING}{LINE}").replace(" — ", " - "),
        format!("{HEADING}{LINE}").replace("    -", "\t-"),
        format!("{HEADING}{LINE}").replace("- **", "\n\n- **"),
        format!("{HEADING}{LINE}").replace("**:", ":**"),
        format!("{HEADING}{LINE}").replace("**", ""),
        format!("{HEADING}{LINE}")
            .replace("- **", "**")
            .replace("    -", "-"),
        format!("{HEADING}{LINE}")
            .replace("Files: ", "**Files**: ")
            .replace("- PR-HARD-90", "- **PR-HARD-90**"),
        format!("{HEADING}{LINE}").replace("[ ]", "[X]"),
        format!("{HEADING}{LINE}").replace(
            "`engines/a/routes.py`, `server.py`",
            "engines/a/routes.py, ./engines/a/server.py",
        ),
        format!("<!-- ### ENG-STD-1\n-->\n```\n- PR-HARD-90\n```\n{HEADING}{LINE}"),
    ];
    for variant in variants {
        let parsed = parse(&variant);
        assert_eq!(parsed.tickets.len(), 2, "{variant}");
        for (ticket, plain) in parsed.tickets.iter().zip(&plain.tickets) {
            assert_eq!(essence(ticket), essence(plain), "{variant}");
            assert_eq!(ticket.title, plain.title, "{variant}");
        }
    }
}

#[test]
fn fields_may_follow_a_line() {
    let parsed = parse(
        "- SEC-7 (QUALITY) — Own title. Files: `a/b.py`\n  - **Acceptance**:\n    - Frobnicate.\n- SEC-8: Files: `c.py` Acceptance: add gate_chain\n",
    );
    let [first, second] = parsed.tickets.as_slice() else {
        panic!("{parsed:?}")
    };
    assert_eq!(
        (first.title.as_str(), first.family),
        ("Own title", Family::Other)
    );
    assert_eq!(first.clauses[0].checks, []);
    assert_eq!(second.clauses[0].checks, [Check::Gate]);
}

#[test]
fn a_list_item_is_no_ticket_for_looking_like_one() {
    let parsed = parse(&format!(
        "- UTF-8: all files\n- X: y\n\n{HEADING}        - ENG-STD-901: not here\n"
    ));
    assert_eq!(parsed.tickets.len(), 1);
}
