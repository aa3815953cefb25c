//! Files that are no text, no Python, or not to be opened.

use guard_lint::report::Report;

use crate::{GOOD, HEAD, beside, functions, is_judged, is_listed, unchecked};

#[test]
fn text_that_is_not_utf8() {
    is_listed(
        &beside("latin.py", b"from fastapi import APIRouter\n# caf\xe9\n"),
        "latin.py",
        2,
    );
}

#[test]
fn a_syntax_error_leaves_the_other_functions_judged() {
    let text = format!(
        "{HEAD}{GOOD}@router.get(\"/bad\")\ndef bad():\n    return = 1\n\n\n@router.get(\"/last\")\ndef last():\n    return 2\n"
    );
    let scratch = beside("broken.py", text);
    is_listed(&scratch, "broken.py", 13);
    let functions = functions(&scratch.report());
    assert!(
        functions.contains(&"broken.py:good".to_owned()) && functions.contains(&"broken.py:last".to_owned()),
        "{functions:?}"
    );
}

#[test]
fn an_unclosed_bracket_or_string_is_listed() {
    is_listed(&beside("broken.py", format!("{HEAD}x = (1,\n{GOOD}")), "broken.py", 6);
    let report = beside("broken.py", format!("{HEAD}x = \"\"\"never closed\n{GOOD}")).report();
    assert!(
        unchecked(&report).iter().any(|(file, _)| *file == "broken.py"),
        "{:?}",
        report.unchecked
    );
}

#[test]
fn code_of_an_older_python() {
    let report = beside("old.py", format!("{HEAD}print \"hello\"\n{GOOD}")).report();
    assert!(
        unchecked(&report).iter().any(|(file, _)| *file == "old.py"),
        "{:?}",
        report.unchecked
    );
}

#[cfg(unix)]
#[test]
fn links_are_listed_and_not_followed() {
    use std::os::unix::fs::symlink;
    let scratch = beside("real/routes.py", format!("{HEAD}{GOOD}"));
    symlink(scratch.root(), scratch.root().join("real/loop")).unwrap();
    symlink("real", scratch.root().join("twin")).unwrap();
    symlink("real/routes.py", scratch.root().join("linked.py")).unwrap();
    symlink("itself.py", scratch.root().join("itself.py")).unwrap();
    symlink("nowhere", scratch.root().join("dangling")).unwrap();
    let report = scratch.report();
    assert_eq!(
        unchecked(&report),
        [("itself.py", 1), ("linked.py", 1), ("real/loop", 1), ("twin", 1)]
    );
    assert_eq!(functions(&report), ["real/routes.py:good", "sound.py:good"]);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read() {
    use std::fs::{Permissions, read_dir, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let scratch = beside("closed.py", format!("{HEAD}{GOOD}"));
    scratch.write("closed/inner.py", HEAD);
    for path in ["closed.py", "closed"] {
        set_permissions(scratch.root().join(path), Permissions::from_mode(0o000)).unwrap();
    }
    let report = scratch.report();
    // The superuser reads everything.
    if read_dir(scratch.root().join("closed")).is_err() {
        assert_eq!(unchecked(&report), [("closed", 1), ("closed.py", 1)]);
    }
    for path in ["closed.py", "closed"] {
        set_permissions(scratch.root().join(path), Permissions::from_mode(0o700)).unwrap();
    }
}

#[test]
fn odd_bytes_are_no_obstacle() {
    let plain = is_judged(&beside("odd.py", format!("{HEAD}{GOOD}")), 1);
    let others = [
        format!("\u{feff}{HEAD}{GOOD}"),
        format!("{HEAD}{GOOD}").replace('\n', "\r\n"),
        format!("{HEAD}{GOOD}").replace("return 1", "return 'größe 𝒳'"),
        format!("{HEAD}{GOOD}").trim_end().to_owned(),
        format!("{HEAD}\u{c}{GOOD}"),
    ];
    for text in others {
        let report = is_judged(&beside("odd.py", &text), 1);
        let prints = |report: &Report| -> Vec<String> {
            report
                .findings
                .iter()
                .map(|finding| finding.fingerprint.clone())
                .collect()
        };
        assert_eq!(prints(&report), prints(&plain), "{text:?}");
    }
    // A lone carriage return ends a line in Python.
    let report = beside("odd.py", format!("{HEAD}{GOOD}").replace('\n', "\r")).report();
    assert!(
        report.summary.endpoints == 2 || !report.unchecked.is_empty(),
        "{:?}",
        functions(&report)
    );
}

#[test]
fn nul_bytes() {
    let report = beside("nul.py", format!("{HEAD}x = 1\0\n{GOOD}")).report();
    assert!(
        unchecked(&report).iter().any(|(file, _)| *file == "nul.py"),
        "{:?}",
        report.unchecked
    );
    is_judged(&beside("zeros.py", "\0".repeat(1000)), 0);
}

#[test]
fn a_folder_called_like_a_file() {
    let scratch = beside("x.py/routes.py", format!("{HEAD}{GOOD}"));
    scratch.write("empty.py/__init__.py", "");
    scratch.write("a b/ü/routes.py", format!("{HEAD}{GOOD}"));
    is_judged(&scratch, 2);
}

#[test]
fn empty_files_and_files_of_comments() {
    let scratch = beside("empty.py", "");
    scratch.write("comment.py", "# APIRouter");
    scratch.write("__init__.py", "");
    is_judged(&scratch, 0);
}
