//! Trees that no one meant to write: nothing panics, and what cannot be judged is listed and never passed over.

mod common;

use common::{Scratch, endpoints, lint, verdict};
use guard_lint::report::Report;

const HEAD: &str = "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n";
const GOOD: &str = "@router.get(\"/good\")\ndef good():\n    return 1\n\n\n";

/// A tree with a sound router beside the file in question.
fn beside(path: &str, text: impl AsRef<[u8]>) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("sound.py", format!("{HEAD}{GOOD}"));
    scratch.write(path, text);
    scratch
}

fn functions(report: &Report) -> Vec<String> {
    endpoints(report)
        .into_keys()
        .map(|key| format!("{}:{}", key[0], key[1]))
        .collect()
}

fn unchecked(report: &Report) -> Vec<(&str, u32)> {
    report
        .unchecked
        .iter()
        .map(|entry| (entry.file.as_str(), entry.line))
        .collect()
}

/// The file is listed, the one beside it is judged, and `--strict` says so.
fn is_listed(scratch: &Scratch, file: &str, line: u32) {
    let report = scratch.report();
    assert!(unchecked(&report).contains(&(file, line)), "{:?}", report.unchecked);
    assert!(functions(&report).contains(&"sound.py:good".to_owned()));
    let arguments = ["check", "--strict", "--fail-on", "never"];
    assert_eq!(lint(scratch.root(), &arguments).code, 4);
}

/// Everything is judged, with this many endpoints in the file beside.
fn is_judged(scratch: &Scratch, count: usize) -> Report {
    let report = scratch.report();
    assert_eq!(report.unchecked, []);
    assert_eq!(report.summary.endpoints, count + 1, "{:?}", functions(&report));
    report
}

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

#[test]
fn imports_in_a_circle() {
    let scratch = beside(
        "a.py",
        format!("from b import helper\n{HEAD}@router.get(\"/a\")\ndef a():\n    return helper()\n"),
    );
    scratch.write("b.py", "from c import helper\nfrom a import router\n");
    scratch.write(
        "c.py",
        "from b import *\nfrom a import *\n\n\ndef helper():\n    return a()\n",
    );
    scratch.write(
        "d/__init__.py",
        "from d import *\nfrom . import d\nfrom .d import d as d\nfrom fastapi import APIRouter\n",
    );
    scratch.write("d/d.py", "from . import *\nimport d.d as d\nfrom .d import router\n");
    scratch.write(
        "self.py",
        "import self\nfrom self import router, x as y, y as x\nfrom fastapi import APIRouter\nx = y\ny = x\n",
    );
    is_judged(&scratch, 1);
}

#[test]
fn modules_that_replace_each_other() {
    let swap = |other: &str| {
        format!("import sys\nfrom fastapi import APIRouter\nimport {other}\nsys.modules[__name__] = {other}\n")
    };
    let scratch = beside("p/__init__.py", swap("q"));
    scratch.write("q/__init__.py", swap("p"));
    scratch.write(
        "user.py",
        format!("from p import helper\n{HEAD}@router.get(\"/u\")\ndef u():\n    return helper()\n"),
    );
    is_judged(&scratch, 1);
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
fn one_line_of_twenty_megabytes() {
    is_listed(
        &beside(
            "huge.py",
            format!("from fastapi import APIRouter; x = [{}]\n", "1,".repeat(10 << 20)),
        ),
        "huge.py",
        1,
    );
}

#[test]
fn a_long_line_below_the_limit() {
    is_judged(
        &beside("long.py", format!("{HEAD}x = [{}]\n{GOOD}", "1, ".repeat(100_000))),
        1,
    );
}

#[test]
fn nesting_without_end() {
    let deep = 5_000;
    let nested = [
        ("brackets", format!("x = {}{}\n", "(".repeat(deep), ")".repeat(deep))),
        ("lists", format!("x = {}{}\n", "[".repeat(deep), "]".repeat(deep))),
        ("unclosed", format!("x = {}\n", "[".repeat(deep))),
        ("calls", format!("x = {}{}\n", "f(".repeat(deep), ")".repeat(deep))),
        ("following_calls", format!("x = f{}\n", "()".repeat(deep))),
        ("subscripts", format!("x = f{}\n", "[0]".repeat(deep))),
        ("sign", format!("x = {}1\n", "-".repeat(deep))),
        ("negation", format!("x = {}y\n", "not ".repeat(deep))),
        (
            "awaiting",
            format!("async def f():\n    x = {}y\n", "await ".repeat(deep)),
        ),
        ("sum", format!("x = 1{}\n", " + 1".repeat(deep))),
        ("power", format!("x = 1{}\n", " ** 1".repeat(deep))),
        ("strings", format!("x = ''{}\n", " ''".repeat(deep))),
        ("either", format!("x = a{}\n", " or a".repeat(deep))),
        ("comparison", format!("x = a{}\n", " < a".repeat(deep))),
        ("attribute", format!("x = a{}\n", ".a".repeat(deep))),
        ("condition", format!("x = {}a\n", "a if b else ".repeat(deep))),
        ("lambdas", format!("x = {}a\n", "lambda: ".repeat(deep))),
        (
            "walrus",
            format!("x = {}a{}\n", "(a := ".repeat(deep), ")".repeat(deep)),
        ),
        (
            "formatted",
            format!("x = {}a{}\n", "f'{".repeat(deep), "}'".repeat(deep)),
        ),
        (
            "elif_",
            format!("if a:\n    pass\n{}", "elif a:\n    pass\n".repeat(deep)),
        ),
        ("assignment", format!("{}1\n", "a = ".repeat(deep))),
        ("many_elses", "for a in b:\n    pass\nelse:\n    pass\n".repeat(deep)),
        (
            "indent",
            (0..deep)
                .map(|level| format!("{}if a:\n", " ".repeat(level)))
                .collect::<String>(),
        ),
        (
            "functions",
            (0..500)
                .map(|level| format!("{}def f():\n", " ".repeat(level)))
                .collect::<String>(),
        ),
        (
            "classes",
            (0..90)
                .map(|level| format!("{}class C:\n", " ".repeat(level)))
                .collect::<String>(),
        ),
        (
            "tries",
            (0..90)
                .map(|level| format!("{}try:\n", " ".repeat(level)))
                .collect::<String>(),
        ),
        (
            "match_",
            format!(
                "match a:\n    case {}b{}:\n        pass\n",
                "[".repeat(deep),
                "]".repeat(deep)
            ),
        ),
        ("decorators", format!("{}def f():\n    pass\n", "@f\n".repeat(deep))),
        (
            "types",
            format!(
                "def f(x: {}int{}):\n    pass\n",
                "Optional[".repeat(deep),
                "]".repeat(deep)
            ),
        ),
        ("dots", format!("from {} import a\n", ".".repeat(deep))),
        (
            "parameters",
            format!(
                "def f({}):\n    pass\n",
                (0..deep).map(|n| format!("a{n}, ")).collect::<String>()
            ),
        ),
    ];
    let scratch = Scratch::new();
    scratch.write("sound.py", format!("{HEAD}{GOOD}"));
    for (name, text) in &nested {
        scratch.write(&format!("{name}.py"), format!("{HEAD}{GOOD}{text}"));
    }
    // In a process of its own: a stack that overflows takes everything with it.
    let ran = lint(
        scratch.root(),
        &["check", "--output-format", "json", "--fail-on", "never"],
    );
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let report: Report = serde_json::from_str(&ran.out).unwrap();
    let judged = functions(&report);
    let listed = unchecked(&report);
    for (name, _) in &nested {
        let file = format!("{name}.py");
        let is_judged = judged.contains(&format!("{file}:good"));
        assert!(
            is_judged || listed.iter().any(|(listed, _)| *listed == file),
            "{name} is neither judged nor listed"
        );
    }
    assert!(judged.contains(&"sound.py:good".to_owned()));
}

#[test]
fn nesting_below_the_limit_is_judged() {
    let text = format!(
        "{HEAD}{GOOD}x = {}{}\ny = 1{}\n",
        "(".repeat(150),
        ")".repeat(150),
        " + 1".repeat(400)
    );
    let report = beside("deep.py", text).report();
    assert!(
        functions(&report).contains(&"deep.py:good".to_owned()),
        "{:?}",
        report.unchecked
    );
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

#[test]
fn twenty_thousand_functions() {
    let mut text = HEAD.to_owned();
    for number in 0..20_000 {
        text.push_str(&format!("def f{number}(x):\n    return f{}(x)\n\n\n", number + 1));
    }
    text.push_str("def f20000(x):\n    return f0(x)\n\n\n@router.get(\"/f\")\ndef start():\n    return f0(1)\n");
    is_judged(&beside("many.py", text), 1);
}

#[test]
fn three_thousand_routes() {
    let mut text = HEAD.to_owned();
    for number in 0..3_000 {
        text.push_str(&format!(
            "@router.get(\"/r/{number}\")\ndef r{number}():\n    return {number}\n\n\n"
        ));
    }
    is_judged(&beside("many.py", text), 3_000);
}

#[test]
fn calls_in_a_circle() {
    let text = format!(
        "{HEAD}def even(n):\n    return True if n == 0 else odd(n - 1)\n\n\ndef odd(n):\n    return False if n == 0 else even(n - 1)\n\n\n\
         def itself(f=None):\n    return itself(itself)(itself)\n\n\nclass A:\n    def m(self):\n        return B().m()\n\n\n\
         class B:\n    def m(self):\n        return A().m()\n\n\n@router.get(\"/a\")\ndef a():\n    a()\n    A().m()\n    itself()\n    return even(3)\n"
    );
    is_judged(&beside("circle.py", text), 1);
}

#[test]
fn many_functions_that_call_each_other() {
    // Every function calls every other: what is computed for one must not be computed again for each way there.
    let count = 40;
    let mut text = HEAD.to_owned();
    for number in 0..count {
        text.push_str(&format!("def f{number}(x):\n"));
        for other in 0..count {
            text.push_str(&format!("    if x == {other}:\n        f{other}(x)\n"));
        }
        text.push_str("    return x\n\n\n");
    }
    text.push_str("@router.get(\"/f\")\ndef start():\n    return f0(1)\n");
    is_judged(&beside("clique.py", text), 1);
}

#[test]
fn classes_that_are_their_own_ancestors() {
    let text = format!(
        "{HEAD}class Own(Own):\n    pass\n\n\nclass Left(Right):\n    pass\n\n\nclass Right(Left):\n    pass\n\n\n\
         @router.get(\"/a\")\ndef a(own: Own):\n    own.anything()\n    raise Left()\n\n\n@router.get(\"/b\")\ndef b():\n    \
         try:\n        raise Right(1)\n    except Own as own:\n        raise own\n"
    );
    is_judged(&beside("own.py", text), 2);
}

#[test]
fn dependencies_in_a_circle() {
    let text = "from fastapi import APIRouter, Depends\n\nrouter = APIRouter()\nrouter.include_router(router)\n\n\n\
        def one(x=Depends(lambda: two)):\n    return x\n\n\ndef two(x=Depends(one)):\n    return x\n\n\n\
        def own(x=Depends(own)):\n    return x\n\n\n@router.get(\"/a\", dependencies=[Depends(two), Depends(), Depends(None), Depends(*[])])\n\
        def a(x=Depends(one), y=Depends(a), z=Depends(own)):\n    return x\n";
    is_judged(&beside("circle.py", text), 1);
}

#[test]
fn routers_that_include_each_other() {
    let text = "from fastapi import APIRouter, FastAPI\n\none = APIRouter()\ntwo = APIRouter()\napp = FastAPI()\n\
        one.include_router(two, prefix=\"/two\")\ntwo.include_router(one, prefix=\"/one\")\napp.include_router(one)\napp.mount(\"/app\", app)\n\n\n\
        @one.get(\"/a\")\ndef a():\n    return 1\n\n\n@two.get(\"/b\")\ndef b():\n    return 1\n";
    is_judged(&beside("circle.py", text), 2);
}

#[test]
fn decorators_that_are_anything() {
    let odd = [
        "@1",
        "@\"text\"",
        "@(yield)",
        "@lambda f: f",
        "@x[0]",
        "@x if y else z",
        "@(f := g)",
        "@[]",
        "@{}",
        "@...",
        "@not x",
        "@await x",
        "@f\"{x}\"",
        "@router",
        "@router()",
        "@router.get",
        "@router.get()",
        "@router.get(path=1)",
        "@router.get(*a, **b)",
        "@router.get(\"/x\", methods=3)",
        "@router.api_route(\"/y\", methods=[])",
        "@router.api_route(\"/z\", methods=[*a, 1])",
        "@router.websocket",
        "@(router.get)(\"/p\")",
        "@router.get(\"/{unclosed\")",
        "@router.get(\"}{\")",
        "@router.get(\"{:}\")",
        "@router.get(\"\")",
        "@router.get(b\"/bytes\")",
        "@a.b.c.d.router.get(\"/deep\")",
        "@getattr(router, \"get\")(\"/g\")",
    ];
    let mut text = HEAD.to_owned();
    for (number, decorator) in odd.iter().enumerate() {
        text.push_str(&format!(
            "{decorator}\ndef f{number}():\n    return 1\n\n\n{decorator}\nclass C{number}:\n    pass\n\n\n"
        ));
    }
    text.push_str(GOOD);
    let report = beside("odd.py", text).report();
    assert!(
        functions(&report).contains(&"odd.py:good".to_owned()),
        "{:?}",
        report.unchecked
    );
    assert!(functions(&report).contains(&"sound.py:good".to_owned()));
}

#[test]
fn statements_that_are_anything() {
    let text = format!(
        "{HEAD}@router.post(\"/a\")\nasync def a(x, /, y=1, *rest, z: \"not a type(\" = 2, **more):\n    global router\n    nonlocal y\n    \
         del router, x[0], y.z\n    async with a as (b, [c, *d]), e: pass\n    async for x.y in z: break\n    while True: continue\n    \
         match x:\n        case {{\"a\": [1, *_], **rest}} | A(b=1) if x: raise\n        case _: raise x from y\n    \
         try:\n        raise\n    except* (A, B): pass\n    x: int\n    x @= y\n    type T[U: int] = U\n    (yield), (yield from x), await x\n    \
         return\n    raise\n"
    );
    let report = beside("odd.py", text).report();
    let found = endpoints(&report);
    let endpoint = found.iter().find(|(key, _)| key[1] == "a").unwrap();
    assert_eq!(verdict(endpoint.1, "identity"), "missing");
}
