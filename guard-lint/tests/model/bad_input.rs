//! What cannot be read is listed with its place, and the rest is judged.

use std::fs;

use guard_lint::model::Model;
use guard_lint::model::routes::Routes;
use guard_lint::source::Sources;

use crate::Tree;

const HEAD: &str = "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/ok')\ndef ok(): ...\n";

#[test]
fn no_folder_is_an_error_or_unchecked_and_an_empty_one_is_empty() {
    let tree = Tree::new(&[]);
    assert!(tree.unchecked().is_empty() && tree.routes().is_empty());
    let missing = Sources::load(&tree.path().join("missing"), &[], []);
    assert!(missing.is_err() || missing.is_ok_and(|sources| !sources.unchecked.is_empty()));
}

#[test]
fn a_syntax_error_leaves_the_other_functions() {
    let text =
        format!("{HEAD}@router.get('/broken')\ndef broken(:\n    return 1\n@router.get('/after')\ndef after(): ...\n");
    let tree = Tree::new(&[("main.py", &text)]);
    let routes = tree.routes();
    assert!(
        routes.contains(&"main.py ok GET /ok".to_owned()) && routes.contains(&"main.py after GET /after".to_owned())
    );
    assert!(
        tree.unchecked()[0].starts_with("main.py:6 syntax error"),
        "{:?}",
        tree.unchecked()
    );
}

#[test]
fn files_that_are_no_text_are_listed() {
    let tree = Tree::new(&[("main.py", HEAD)]);
    tree.write("latin.py", &[HEAD.as_bytes(), b"# caf\xe9\n"].concat());
    tree.write("big.py", &[HEAD.as_bytes(), "x".repeat(20 << 20).as_bytes()].concat());
    let unchecked = tree.unchecked();
    assert_eq!(unchecked.len(), 2, "{unchecked:?}");
    assert!(unchecked[0].starts_with("big.py:1 "), "{unchecked:?}");
    assert!(unchecked[1].starts_with("latin.py:5 not UTF-8"), "{unchecked:?}");
    assert_eq!(tree.routes(), ["main.py ok GET /ok"]);
}

#[test]
fn every_line_end_and_mark_that_python_reads_is_read() {
    let plain = format!("{HEAD}@router.get('/é')\ndef naïve(): ...\n");
    for (name, text) in [
        ("crlf", plain.replace('\n', "\r\n")),
        ("cr", plain.replace('\n', "\r")),
        ("mark", format!("\u{feff}{plain}")),
        ("form feed", plain.replace("@router", "\x0c@router")),
        ("tabs", plain.replace("): ...", "):\n\treturn 1")),
    ] {
        let tree = Tree::new(&[("main.py", &text)]);
        assert_eq!(tree.routes(), ["main.py ok GET /ok", "main.py naïve GET /é"], "{name}");
        assert!(tree.unchecked().is_empty(), "{name}: {:?}", tree.unchecked());
        let sources = tree.sources();
        let function = &sources.files[0].facts.functions[0];
        assert_eq!(sources.files[0].line(function.span.start), 4, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_listed_and_not_followed() {
    let tree = Tree::new(&[("main.py", HEAD), ("pkg/a.py", "x = 1\n")]);
    std::os::unix::fs::symlink(tree.path(), tree.path().join("pkg/loop")).expect("a link");
    std::os::unix::fs::symlink("main.py", tree.path().join("again.py")).expect("a link");
    std::os::unix::fs::symlink("nowhere.py", tree.path().join("dangling.py")).expect("a link");
    let unchecked = tree.unchecked();
    let listed: Vec<&str> = unchecked.iter().filter_map(|row| row.split(':').next()).collect();
    assert_eq!(listed, ["again.py", "dangling.py", "pkg/loop"]);
    assert_eq!(tree.routes(), ["main.py ok GET /ok"]);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_opened_is_listed() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new(&[("main.py", HEAD), ("closed.py", HEAD)]);
    let closed = tree.path().join("closed.py");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("permissions");
    // Whoever may open everything sees an ordinary file.
    let expected = if fs::File::open(&closed).is_ok() { 0 } else { 1 };
    assert_eq!(tree.unchecked().len(), expected);
}

/// The test runner's threads have 2 MB of stack, like those that parse.
#[test]
fn no_nesting_exhausts_the_stack() {
    let wrap = |open: &str, inner: &str, close: &str, count: usize| {
        format!("return {}{inner}{}", open.repeat(count), close.repeat(count))
    };
    let elif = |count: usize| format!("if x:\n    y = 1\n{}", "elif x:\n    y = 2\n".repeat(count));
    let blocks = |word: &str, count: usize| {
        let lines: String = (0..count)
            .map(|depth| format!("{}{word}:\n", " ".repeat(depth)))
            .collect();
        format!("{lines}{}pass", " ".repeat(count))
    };
    // What is shorter than 32 KiB is parsed before it is judged too deep.
    for count in [90, 195, 290, 590, 3_000, 8_000, 15_000, 50_000] {
        for body in [
            wrap("(", "x", ")", count),
            wrap("[", "", "]", count),
            wrap("{1:", "1", "}", count),
            wrap("f(", "x", ")", count),
            wrap("not ", "x", "", count),
            wrap("-", "x", "", count),
            wrap("x+", "x", "", count),
            wrap("x**", "x", "", count),
            wrap("", "x", ".a", count),
            wrap("", "x", ".a()", count),
            wrap("", "x", "()", count),
            wrap("", "x", "[0]", count),
            wrap("lambda: ", "x", "", count),
            wrap("lambda a=", "x", ": x", count),
            wrap("x if x else ", "x", "", count),
            wrap("await ", "x", "", count),
            wrap("(yield ", "x", ")", count),
            wrap("*", "x", "", count),
            wrap("f(*", "x", ")", count),
            wrap("f(a=", "x", ")", count),
            wrap("{**", "x", "}", count),
            wrap("x[x:", "x", "]", count),
            wrap("x if ", "x", "", count),
            wrap("x:=", "x", "", count),
            wrap("async ", "pass", "", count),
            wrap("f'{x:{", "x", "}}'", count),
            wrap("yield ", "x", "", count),
            wrap("[x for x in ", "y", "]", count),
            wrap("(y:=", "x", ")", count),
            wrap("x<", "x", "", count),
            wrap("x and ", "x", "", count),
            wrap("f'{", "x", "}'", count),
            wrap("\"a\" ", "'b'", "", count),
            wrap("'a'+", "'b'", "", count),
            elif(count),
            blocks("if x", count.min(2_000)),
            blocks("def f()", count.min(2_000)),
            blocks("class C", count.min(2_000)),
            format!(
                "match x:\n    case {}a{}:\n        pass",
                "[".repeat(count),
                "]".repeat(count)
            ),
            format!("match x:\n    case {}2:\n        pass", "1|".repeat(count)),
            format!("x = {}", "(".repeat(count)),
            format!("x = {}", "f\"{".repeat(count)),
            "x = 1;".repeat(count),
        ] {
            let indented: String = body.lines().map(|line| format!("    {line}\n")).collect();
            let tree = Tree::new(&[(
                "main.py",
                &format!("{HEAD}@router.post('/deep')\nasync def deep(x):\n{indented}"),
            )]);
            let sources = tree.sources();
            let model = Model::new(&sources);
            let routes = Routes::new(&model);
            let judged = routes.routers.iter().any(|router| !router.routes.is_empty());
            assert!(
                judged || !sources.unchecked.is_empty(),
                "{}",
                &body[..body.len().min(40)]
            );
        }
    }
}
