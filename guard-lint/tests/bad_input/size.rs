//! Files that are too long or too deep, and those just below the limits.

use guard_lint::report::Report;

use crate::common::{Scratch, lint};
use crate::{GOOD, HEAD, beside, functions, is_judged, is_listed, unchecked};

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

/// What is stored rests on value upon value: none of them may be followed on the stack of those before it without end.
#[test]
fn a_chain_of_values_that_wait_for_each_other() {
    let links = "    x = x + make(x)\n".repeat(21_000);
    let chain = format!(
        "{HEAD}{GOOD}def make(x):\n    return x.strip()\n\n\ndef keep(x):\n{links}    create_artifact(meta={{'pipeline_hash': x}})\n"
    );
    is_judged(&beside("chain.py", chain), 1);
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
