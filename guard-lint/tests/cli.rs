//! The command as its callers see it: what it prints, and what it answers.

mod common;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use common::{Ran, Scratch, guard_lint, lint, small};
use guard_lint::report::Report;

/// The output of a command over the small fixture, with its exit code in front.
fn shown(arguments: &[&str]) -> String {
    let ran = lint(&small(), arguments);
    assert!(!ran.out.contains('\u{1b}'), "there is colour in {:?}", ran.out);
    show(&ran)
}

fn show(ran: &Ran) -> String {
    let error = if ran.err.is_empty() {
        String::new()
    } else {
        format!("-- error\n{}", ran.err)
    };
    format!("exit code {}\n{}{error}", ran.code, ran.out)
}

macro_rules! snapshots {
    ($($name:ident: $arguments:expr,)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(shown(&$arguments));
        })+
    };
}

snapshots! {
    tickets: ["tickets"],
    tickets_by_status: ["tickets", "--group", "status"],
    tickets_tsv: ["tickets", "--output-format", "tsv"],
    ticket_in_detail: ["tickets", ".", "SHOP-003"],
    tickets_in_detail_in_any_case: ["tickets", ".", "shop-004", "ex-001"],
    check: ["check"],
    check_concise: ["check", "--output-format", "concise"],
    check_github: ["check", "--output-format", "github"],
    matrix: ["matrix"],
    matrix_markdown: ["matrix", "--output-format", "markdown"],
    explain_rule: ["explain", "GL301"],
    explain_rule_by_name: ["explain", "gate-unbindable"],
    explain_ticket: ["explain", "SHOP-003", "--catalog", "tickets.md"],
    explain_exemption: ["explain", "EX-001", "--catalog", "tickets.md"],
    explain_built_in_ticket: ["explain", "ENG-STD-001"],
    rules: ["rules"],
    help: ["--help"],
    help_check: ["check", "--help"],
    help_tickets: ["tickets", "--help"],
    help_matrix: ["matrix", "--help"],
    help_explain: ["explain", "--help"],
    help_rules: ["rules", "--help"],
    help_schema: ["schema", "--help"],
    wrong_flag: ["check", "--fail-one", "error"],
    wrong_severity: ["check", "--fail-on", "fatal"],
    wrong_command: ["chekc"],
    no_command: [],
    missing_path: ["check", "no-such-folder"],
    file_as_path: ["check", "shop/app.py"],
    ticket_that_nobody_has: ["tickets", ".", "SHOP-033"],
    ticket_far_from_any: ["tickets", ".", "completely-else"],
    explain_what_is_none: ["explain", "GL999"],
    explain_almost_a_name: ["explain", "gate-missin"],
    missing_configuration: ["check", "--config", "none.toml"],
    missing_catalog: ["check", "--catalog", "none.md"],
    bad_glob: ["check", "--exclude", "a["],
}

#[test]
fn the_version_is_the_crates() {
    let ran = lint(&small(), &["--version"]);
    assert_eq!(
        (ran.code, ran.out),
        (0, format!("guard-lint {}\n", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn json_is_the_report_for_check_and_tickets() {
    let check = lint(&small(), &["check", "--output-format", "json", "--fail-on", "never"]);
    let tickets = lint(&small(), &["tickets", "--output-format", "json"]);
    assert_eq!((check.code, tickets.code), (0, 0));
    assert!(check.out == tickets.out);
    let report: Report = serde_json::from_str(&check.out).unwrap();
    assert_eq!((report.root.as_str(), report.summary.suppressed), (".", 1));
}

#[test]
fn the_schema_is_the_one_that_is_checked_in() {
    let held = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/report-v1.schema.json")).unwrap();
    assert!(lint(&small(), &["schema"]).out == held);
}

#[test]
fn the_rules_as_markdown_name_every_rule() {
    let text = lint(&small(), &["rules", "--output-format", "markdown"]).out;
    for rule in guard_lint::rules::RULES {
        assert!(
            text.contains(rule.meta().code) && text.contains(rule.meta().name),
            "{}",
            rule.meta().code
        );
    }
}

#[test]
fn the_same_report_from_anywhere() {
    let inside = lint(&small(), &["check", "--output-format", "concise"]);
    let outside = lint(
        small().parent().unwrap(),
        &["check", "small-py", "--output-format", "concise"],
    );
    // Only the hints name the folder, and the small fixture's own catalog is found from both.
    assert_eq!(inside.out, outside.out);
}

/// An endpoint with one finding: the error named, or none.
const HEAD: &str = "from fastapi import APIRouter, Depends\nfrom common.context import get_request_context\n\nrouter = APIRouter()\n\n\n";
const PROVIDER: &str = "from fastapi import Header, HTTPException\n\n\nclass RequestContext:\n    def __init__(self, tenant_id):\n        \
    self.tenant_id = tenant_id\n\n\ndef get_request_context(tenant: str = Header(default=None, alias=\"X-Tenant-Id\")) -> RequestContext:\n    \
    if not tenant:\n        raise HTTPException(401, \"who are you?\")\n    return RequestContext(tenant_id=tenant)\n";
const CATALOG: &str = "### ABC-001: Routes\n- **Router**: `routes`\n- **Scope**:\n    - [ ] Establish the caller's identity in every handler.\n";

fn tree(route: &str) -> Scratch {
    let scratch = Scratch::with(&[
        ("common/__init__.py", ""),
        ("common/context.py", PROVIDER),
        ("tickets.md", CATALOG),
    ]);
    scratch.write("routes.py", format!("{HEAD}{route}"));
    scratch.write("guard-lint.toml", "catalog = [\"tickets.md\"]\n");
    scratch
}

const OPEN: &str = "@router.get(\"/a\")\ndef read():\n    return 1\n";
const GUARDED: &str = "@router.get(\"/a\")\ndef read(ctx=Depends(get_request_context)):\n    return 1\n";

fn code(scratch: &Scratch, arguments: &[&str]) -> i32 {
    lint(scratch.root(), arguments).code
}

#[test]
fn exit_codes_follow_fail_on() {
    let open = tree(OPEN);
    assert_eq!(code(&open, &["check"]), 1);
    assert_eq!(code(&open, &["check", "--fail-on", "error"]), 1);
    assert_eq!(code(&open, &["check", "--fail-on", "never"]), 0);
    assert_eq!(code(&open, &["tickets"]), 0);
    assert_eq!(code(&open, &["tickets", "--fail-on", "error"]), 1);
    assert_eq!(code(&open, &["matrix"]), 0);
    // Guarded, the endpoint has warnings (no credential, a bare provider) and its router a note (nothing mounts it).
    let guarded = tree(GUARDED);
    assert_eq!(code(&guarded, &["check"]), 0);
    assert_eq!(code(&guarded, &["check", "--fail-on", "warning"]), 1);
    guarded.write(
        "guard-lint.toml",
        "catalog = [\"tickets.md\"]\n[rules]\nGL103 = \"off\"\nGL207 = \"off\"\n",
    );
    assert_eq!(code(&guarded, &["check", "--fail-on", "warning"]), 0);
    assert_eq!(code(&guarded, &["check", "--fail-on", "note"]), 1);
    guarded.write(
        "guard-lint.toml",
        "catalog = [\"tickets.md\"]\n[rules]\ncredential-not-required = \"off\"\nGL207 = \"off\"\nGL402 = \"off\"\n",
    );
    assert_eq!(code(&guarded, &["check", "--fail-on", "note"]), 0);
    guarded.write(
        "guard-lint.toml",
        "catalog = [\"tickets.md\"]\n[rules]\nGL103 = \"error\"\n",
    );
    assert_eq!(code(&guarded, &["check"]), 1);
}

#[test]
fn strict_asks_that_everything_was_checked() {
    let scratch = tree(GUARDED);
    assert_eq!(code(&scratch, &["check", "--strict"]), 0);
    scratch.write("broken.py", "from fastapi import APIRouter\n\ndef broken(:\n");
    for command in ["check", "tickets", "matrix"] {
        assert_eq!(code(&scratch, &[command]), 0, "{command}");
        assert_eq!(code(&scratch, &[command, "--strict"]), 4, "{command}");
    }
    // Findings come first.
    assert_eq!(code(&scratch, &["check", "--strict", "--fail-on", "note"]), 1);
}

#[test]
fn nothing_to_check_is_no_success() {
    let empty = Scratch::new();
    insta::assert_snapshot!("empty_folder", show(&lint(empty.root(), &["check"])));
    let plain = Scratch::with(&[("a.py", "x = 1\n"), ("b/routes.py", "def read():\n    return 1\n")]);
    insta::assert_snapshot!("no_routers", show(&lint(plain.root(), &["tickets"])));
    let tests = Scratch::with(&[("tests/test_a.py", &format!("{HEAD}{OPEN}"))]);
    insta::assert_snapshot!("only_tests", show(&lint(tests.root(), &["check"])));
    let broken = Scratch::new();
    broken.write("routes.py", b"from fastapi import APIRouter\n# \xff\n");
    insta::assert_snapshot!("nothing_readable", show(&lint(broken.root(), &["check"])));
}

#[test]
fn a_broken_catalog_points_at_each_line() {
    let scratch = tree(OPEN);
    let broken = "### ABC-001: One\n- **Router**: `not a module`\n- **Scope**:\n    - [ ] Something.\n\n### ABC-001: Two\n\
        - **Wishes**: none\n- **Files**: `routes.py`\n\n### abc-3: Three\n- **Files**: `routes.py`\n";
    scratch.write("tickets.md", broken);
    insta::assert_snapshot!("broken_catalog", show(&lint(scratch.root(), &["tickets"])));
    scratch.write("tickets.md", "");
    insta::assert_snapshot!("empty_catalog", show(&lint(scratch.root(), &["tickets"])));
    scratch.write("tickets.md", "# Nothing here\n\nOnly words.\n");
    insta::assert_snapshot!("catalog_without_tickets", show(&lint(scratch.root(), &["tickets"])));
    scratch.write("tickets.md", b"### ABC-001: \xff\n");
    insta::assert_snapshot!("catalog_not_utf8", show(&lint(scratch.root(), &["tickets"])));
}

#[test]
fn a_wrong_configuration_is_shown_with_its_place() {
    let scratch = tree(OPEN);
    let shown = |text: &str| {
        scratch.write("guard-lint.toml", text);
        show(&lint(scratch.root(), &["check"]))
    };
    insta::assert_snapshot!("unknown_key", shown("exclude = []\nexcludes = []\n"));
    insta::assert_snapshot!(
        "unknown_rule",
        shown("# GL999 is no more\n[rules]\nGL101 = \"off\"\nGL999 = \"off\"\n")
    );
    insta::assert_snapshot!("unknown_level", shown("[rules]\nGL101 = \"fatal\"\n"));
    insta::assert_snapshot!("unknown_vocabulary", shown("[vocabulary]\ngates = [\"x\"]\n"));
    insta::assert_snapshot!("not_toml", shown("exclude = [\n"));
}

#[test]
fn a_catalog_is_found_from_its_configuration() {
    let scratch = tree(OPEN);
    fs::remove_file(scratch.root().join("guard-lint.toml")).unwrap();
    scratch.write("settings/lint.toml", "catalog = [\"../tickets.md\"]\n");
    let ran = lint(
        scratch.root(),
        &["tickets", ".", "ABC-001", "--config", "settings/lint.toml"],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("ABC-001  open"), "{}", ran.out);
    // The command line's own is relative to where the command runs, and wins.
    scratch.write("other.md", CATALOG.replace("ABC-001", "XYZ-001"));
    let ran = lint(
        &scratch.root().join("settings"),
        &[
            "tickets",
            "..",
            "XYZ-001",
            "--config",
            "lint.toml",
            "--catalog",
            "../other.md",
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn what_is_excluded_is_not_read() {
    let scratch = tree(OPEN);
    scratch.write("old/more.py", format!("{HEAD}{OPEN}"));
    let files = |arguments: &[&str]| -> Vec<String> {
        let mut all = vec!["check", "--output-format", "json"];
        all.extend(arguments);
        let report: Report = serde_json::from_str(&lint(scratch.root(), &all).out).unwrap();
        report.routers.into_iter().map(|router| router.file).collect()
    };
    assert_eq!(files(&[]), ["old/more.py", "routes.py"]);
    assert_eq!(files(&["--exclude", "old"]), ["routes.py"]);
    assert_eq!(files(&["--exclude", "**/more.py"]), ["routes.py"]);
    scratch.write("guard-lint.toml", "exclude = [\"old/\"]\n");
    assert_eq!(files(&[]), ["routes.py"]);
    let ran = lint(scratch.root(), &["check", "--exclude", "routes.py"]);
    assert_eq!(
        ran.code, 3,
        "the configuration's exclusions stay beside the command line's"
    );
}

#[test]
fn a_suppression_needs_a_rule_a_reason_and_a_date_to_come() {
    let suppressed = |comment: &str| {
        let scratch = tree(&format!(
            "@router.get(\"/a\")\n# guard-lint: {comment}\ndef read():\n    return 1\n"
        ));
        code(&scratch, &["check"]) == 0
    };
    assert!(suppressed("ignore[GL101] open on purpose"));
    assert!(suppressed("ignore[identity-missing] open on purpose"));
    assert!(suppressed("ignore[GL301, GL101] open on purpose"));
    assert!(suppressed(
        "ignore[GL101] open on purpose (ticket=ABC-001, expires=2999-12-31)"
    ));
    assert!(!suppressed("ignore[GL101] open on purpose (expires=2001-01-01)"));
    for never in ["soon", "", "31.12.2999", "2999-1-1", "2999-12-31T00:00"] {
        let comment = format!("ignore[GL101] open on purpose (expires={never})");
        assert!(!suppressed(&comment), "{never:?} is no date");
    }
    assert!(!suppressed("ignore[GL101]"));
    assert!(!suppressed("ignore[GL101]   "));
    assert!(!suppressed("ignore[GL102] another rule"));
    assert!(!suppressed("ignore[GL999] no rule"));
    assert!(!suppressed("ignore all of it"));
    let trailing =
        tree("@router.get(\"/a\")\ndef read():  # guard-lint: ignore[GL101] open on purpose\n    return 1\n");
    assert_eq!(code(&trailing, &["check"]), 0);
    let far = tree("# guard-lint: ignore[GL101] too far above\n\n@router.get(\"/a\")\ndef read():\n    return 1\n");
    assert_eq!(code(&far, &["check"]), 1);
    let text = tree("@router.get(\"/a\")\ndef read(): x = \"# guard-lint: ignore[GL101] in a string\"\n");
    assert_eq!(code(&text, &["check"]), 1);
}

#[test]
fn a_suppressed_finding_still_holds_its_ticket_open() {
    let scratch = tree("@router.get(\"/a\")\ndef read():  # guard-lint: ignore[GL101] later\n    return 1\n");
    let report: Report =
        serde_json::from_str(&lint(scratch.root(), &["check", "--output-format", "json"]).out).unwrap();
    assert_eq!((report.summary.suppressed, report.summary.findings.error), (1, 0));
    assert_eq!((report.summary.tickets.open, report.summary.tickets.done), (1, 0));
    let finding = report.findings.iter().find(|finding| finding.rule == "GL101").unwrap();
    assert_eq!(finding.suppressed.as_ref().unwrap().reason, "later");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut command = guard_lint(&common::engine());
    let mut child = command
        .args(["check"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut first = [0; 16];
    out.read_exact(&mut first).unwrap();
    drop(out);
    let ran = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(ran.stderr).unwrap(), "");
    assert_eq!(ran.status.code(), Some(1));
}

#[test]
fn colour_is_asked_for_or_not_there() {
    let colour = |command: &mut std::process::Command| {
        let out = command.args(["check"]).output().unwrap().stdout;
        out.contains(&0x1b)
    };
    let here = small();
    assert!(!colour(&mut guard_lint(&here)), "a pipe is no terminal");
    assert!(colour(guard_lint(&here).args(["--color", "always"])));
    assert!(
        colour(guard_lint(&here).args(["--color", "always"]).env("NO_COLOR", "1")),
        "the argument is nearer"
    );
    assert!(!colour(guard_lint(&here).args(["--color", "never"])));
    assert!(!colour(guard_lint(&here).env("NO_COLOR", "1")));
    let plain = lint(&here, &["check"]).out;
    let painted = lint(&here, &["check", "--color", "always"]).out;
    assert_eq!(without_colour(&painted), plain, "colour changes nothing else");
}

/// The text without its `ESC [ … m`.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        out + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}

#[test]
fn a_plain_locale_gets_plain_signs() {
    for command in ["check", "tickets"] {
        let ran: Ran = guard_lint(&small())
            .env("LANG", "C")
            .arg(command)
            .output()
            .unwrap()
            .into();
        let foreign: Vec<&str> = ran
            .out
            .lines()
            .filter(|line| !line.is_ascii() && !line.contains("größe"))
            .collect();
        assert!(foreign.is_empty(), "{command}: {foreign:#?}");
    }
}

#[test]
fn lines_fit_the_terminal() {
    for columns in [60, 80, 120] {
        for command in [
            &["check"][..],
            &["tickets"],
            &["tickets", ".", "SHOP-003"],
            &["explain", "GL301"],
            &["rules"],
        ] {
            let ran: Ran = guard_lint(&small())
                .env("COLUMNS", columns.to_string())
                .args(command)
                .output()
                .unwrap()
                .into();
            let longest = ran
                .out
                .lines()
                .max_by_key(|line| line.chars().count())
                .unwrap_or_default();
            assert!(
                longest.chars().count() <= columns,
                "{command:?} at {columns}: {longest}"
            );
        }
    }
}
