//! What is said of documents that are wrong.

use super::*;

#[test]
fn nothing_in_them() {
    insta::assert_snapshot!("empty", errors("\u{feff}\r\n \n"));
    insta::assert_snapshot!("no_ticket", errors("# Notes\n\nAll is well.\n"));
}

#[test]
fn headings() {
    insta::assert_snapshot!("broken_headings", errors(BROKEN_HEADINGS));
}

#[test]
fn lines() {
    insta::assert_snapshot!("broken_lines", errors(BROKEN_LINES));
}

#[test]
fn hidden_text() {
    insta::assert_snapshot!("unclosed", errors("```\n### ENG-STD-001: A\n"));
}

const BROKEN_HEADINGS: &str = "\
# Broken

- **Router**: `a.b`

### ENG-STD-001: Nothing below

### ENG-STD-002 without a colon
- **Router**: `a.b`

### ENG-STD-00X: Bad number
- **Router**: `a b/c`
- **Files**: `/etc/passwd`, `../up.py`, `engines`
- **Scope**: Add Identity.

### ENG-STD-003: Fields
- a line of no field
- **Routers**: `a.b`
- **Router**: `a.c`
- **Scpoe**: misspelt
- **Scope**:
- **Acceptance**: ok
- **Reason**: stray

###ENG-STD-004: no space
- **Router**: `a.b`

### EX-003: No reason
- **Router**: `a.b`

### abc-3: In small letters
- **Router**: `a.b`
- **Scope**: Add Identity.

### Abc-4a (SECURITY): Neither
- Files: `a.py`
- Scope: Add Identity.

### Phase-2: A section
Not every heading with a number is a ticket.

### ENG-STD-003: Again
- **Router**: `a.b`
- **Class**: URGENT
- **Scope**: Add Identity.
";

const BROKEN_LINES: &str = "\
## Tasks
- PR-HARD-01 (URGENT) — Files: `a.py`. Acceptance: add audit.
- PR-HARD-02 (QUALITY) Files: `a.py`. Acceptance: add audit.
- PR-HARD-03 (QUALITY — Files: `a.py`. Acceptance: add audit.
- PR-HARD-04 (QUALITY) — Acceptance: add audit.
- PR-HARD-05 (QUALITY) — Files: `a.py`.
- PR-HARD-06 (QUALITY) — Files: . Acceptance: ;; .
  - ...
- pr-hard-07 (QUALITY) — Files: `a.py`. Acceptance: add audit.
PR-HARD-08 (QUALITY) — Files: `a.py`. Acceptance: add audit.

- abc-9 (QUALITY) — Files: `a.py`. Acceptance: add audit.
- utf-8: is no ticket
- PR-HARD-01 (QUALITY) — Files: `a.py`. Files: `b.py`. Acceptance: add audit.
- EX-004 — Router: `a.b`.
";
