//! Circles of imports: those that break, and those that work. What is true CPython says, where it is there to be asked.

use std::fmt::Write;
use std::process::Command;

use guard_lint::model::{ModId, Model};

use super::Tree;

/// The file that the program begins at, and the circle's modules, in a package.
type Files = Vec<(String, String)>;

/// What a circle does, whether it breaks, and its modules.
type Case<'c> = (&'c str, bool, &'c [(&'c str, &'c str)]);

/// Whether `app.py` cannot be imported, by the tool.
fn breaks(files: &Files) -> bool {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let tree = Tree::new(&files);
    let sources = tree.sources();
    let model = Model::new(&sources);
    let all: Vec<ModId> = (0..sources.files.len() as u32).map(ModId).collect();
    !model.failures(&all).is_empty()
}

/// What CPython says of each tree: whether `app.py` cannot be imported. None where there is no `python3`.
fn truth(trees: &[Files]) -> Option<Vec<bool>> {
    const SCRIPT: &str = r#"
import importlib, sys, types
fastapi = types.ModuleType("fastapi")
fastapi.FastAPI = type("FastAPI", (), {})
sys.modules["fastapi"] = fastapi
sys.dont_write_bytecode = True
known = set(sys.modules)
for folder in sys.argv[1:]:
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        importlib.import_module("app")
        print("works")
    except (ImportError, AttributeError):
        print("breaks")
    sys.path.pop(0)
    for name in set(sys.modules) - known:
        if name.split(".")[0] in ("app", "pkg", "shim", "real"):
            del sys.modules[name]
"#;
    let written: Vec<Tree> = trees
        .iter()
        .map(|files| {
            let files: Vec<(&str, &str)> = files
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str()))
                .collect();
            Tree::new(&files)
        })
        .collect();
    let mut command = Command::new("python3");
    command.arg("-c").arg(SCRIPT).args(written.iter().map(Tree::path));
    let output = command.output().ok()?;
    let said = String::from_utf8(output.stdout).expect("text");
    let said: Vec<bool> = said.lines().map(|line| line == "breaks").collect();
    assert_eq!(said.len(), trees.len(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(said)
}

fn tree(files: &[(&str, &str)]) -> Files {
    let app = (
        "app.py".to_owned(),
        "from fastapi import FastAPI\n\nimport pkg.a\n\napp = FastAPI()\n".to_owned(),
    );
    let package = ("pkg/__init__.py".to_owned(), String::new());
    let own = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    [app, package].into_iter().chain(own).collect()
}

#[test]
fn circles_break_where_a_name_is_asked_for_too_early() {
    let cases: [Case<'_>; 14] = [
        (
            "the name is bound after the import",
            true,
            &[
                ("pkg/a.py", "from pkg.b import y\nx = 1\n"),
                ("pkg/b.py", "from pkg.a import x\ny = 2\n"),
            ],
        ),
        (
            "the name is bound before it",
            false,
            &[
                ("pkg/a.py", "x = 1\nfrom pkg.b import y\n"),
                ("pkg/b.py", "from pkg.a import x\ny = 2\n"),
            ],
        ),
        (
            "the import stands in a function",
            false,
            &[
                ("pkg/a.py", "from pkg.b import y\nx = 1\n"),
                ("pkg/b.py", "def f():\n    from pkg.a import x\n    return x\ny = 2\n"),
            ],
        ),
        (
            "the attribute is read later",
            false,
            &[
                ("pkg/a.py", "from pkg.b import y\nx = 1\n"),
                ("pkg/b.py", "import pkg.a as a\ndef f():\n    return a.x\ny = 2\n"),
            ],
        ),
        (
            "the attribute is read at once",
            true,
            &[
                ("pkg/a.py", "from pkg.b import y\nx = 1\n"),
                ("pkg/b.py", "import pkg.a as a\ny = a.x\n"),
            ],
        ),
        (
            "the attribute is a default",
            true,
            &[
                ("pkg/a.py", "from pkg.b import y\nx = 1\n"),
                ("pkg/b.py", "import pkg.a as a\ndef y(z=a.x):\n    return z\n"),
            ],
        ),
        (
            "the attribute is a base",
            true,
            &[
                ("pkg/a.py", "from pkg.b import Y\nclass X:\n    pass\n"),
                ("pkg/b.py", "import pkg.a as a\nclass Y(a.X):\n    pass\n"),
            ],
        ),
        (
            "only a type checker imports",
            false,
            &[
                ("pkg/a.py", "from pkg.b import y\nx = 1\n"),
                (
                    "pkg/b.py",
                    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pkg.a import x\ny = 2\n",
                ),
            ],
        ),
        (
            "a submodule is taken from its package",
            false,
            &[
                ("pkg/a.py", "from pkg import b\nx = 1\n"),
                ("pkg/b.py", "from pkg import a\ny = 2\n"),
            ],
        ),
        (
            "a submodule is read from its package too early",
            true,
            &[
                ("pkg/a.py", "import pkg.b\nx = 1\n"),
                ("pkg/b.py", "import pkg.a\ny = pkg.a\n"),
            ],
        ),
        (
            "three modules",
            true,
            &[
                ("pkg/a.py", "from pkg.b import y\nx = 1\n"),
                ("pkg/b.py", "from .c import z\ny = 2\n"),
                ("pkg/c.py", "from .a import x\nz = 3\n"),
            ],
        ),
        (
            "a star takes what is there",
            false,
            &[
                ("pkg/a.py", "from pkg.b import y\nx = 1\n"),
                ("pkg/b.py", "from pkg.a import *\ny = 2\n"),
            ],
        ),
        (
            "a package that another module replaces, asked before it is",
            true,
            &[
                ("pkg/a.py", "import shim\n"),
                (
                    "shim/__init__.py",
                    "import sys\nimport real\nsys.modules[__name__] = real\n",
                ),
                ("real/__init__.py", "from pkg.user import y\nx = 1\n"),
                ("pkg/user.py", "from shim import x\ny = 2\n"),
            ],
        ),
        (
            "a package that another module replaces, asked after it is",
            false,
            &[
                ("pkg/a.py", "import shim\nfrom pkg.user import y\n"),
                (
                    "shim/__init__.py",
                    "import sys\nimport real\nsys.modules[__name__] = real\n",
                ),
                ("real/__init__.py", "x = 1\n"),
                ("pkg/user.py", "from shim import x\ny = 2\n"),
            ],
        ),
    ];
    let trees: Vec<Files> = cases.iter().map(|(_, _, files)| tree(files)).collect();
    for ((name, expected, _), files) in cases.iter().zip(&trees) {
        assert_eq!(breaks(files), *expected, "{name}");
    }
    if let Some(said) = truth(&trees) {
        let expected: Vec<bool> = cases.iter().map(|(_, expected, _)| *expected).collect();
        assert_eq!(said, expected, "the table is not what CPython does");
    }
}

/// A tree of modules that import each other in ways that a number chooses.
fn generated(seed: u64) -> Files {
    let mut mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |limit: u64| {
        mixed ^= mixed << 13;
        mixed ^= mixed >> 7;
        mixed ^= mixed << 17;
        mixed % limit
    };
    let names = ["a", "b", "c", "d", "e"];
    let count = 3 + below(3) as usize;
    let mut files = Vec::new();
    for own in &names[..count] {
        let mut text = "from typing import TYPE_CHECKING\n".to_owned();
        let (lines, mut bound) = (1 + below(4), false);
        for line in 0..lines {
            if !bound && below(2) == 0 {
                bound = true;
                let _ = writeln!(text, "v_{own} = 1");
            }
            let other = names[below(count as u64) as usize];
            if other == *own {
                continue;
            }
            let _ = match below(9) {
                0 => writeln!(text, "from pkg.{other} import v_{other}"),
                1 => writeln!(text, "from .{other} import v_{other} as w{line}"),
                2 => writeln!(text, "import pkg.{other} as m{line}\nu{line} = m{line}.v_{other}"),
                3 => writeln!(
                    text,
                    "import pkg.{other} as m{line}\ndef f{line}():\n    return m{line}.v_{other}"
                ),
                4 => writeln!(text, "from pkg import {other}\nu{line} = {other}.v_{other}"),
                5 => writeln!(text, "from pkg import {other}"),
                6 => writeln!(
                    text,
                    "def f{line}():\n    from pkg.{other} import v_{other}\n    return v_{other}"
                ),
                7 => writeln!(text, "if TYPE_CHECKING:\n    from pkg.{other} import v_{other}"),
                _ => writeln!(
                    text,
                    "try:\n    from pkg.{other} import v_{other}\nexcept ImportError:\n    v_{other} = None"
                ),
            };
        }
        if !bound {
            let _ = writeln!(text, "v_{own} = 1");
        }
        files.push((format!("pkg/{own}.py"), text));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    tree(&files)
}

#[test]
fn no_circle_that_works_is_reported() {
    let trees: Vec<Files> = (1..=150).map(generated).collect();
    let said: Vec<bool> = trees.iter().map(breaks).collect();
    let found = said.iter().filter(|says| **says).count();
    assert!(found > 10, "{found} circles are reported");
    let Some(truth) = truth(&trees) else { return };
    let (mut broken, mut missed) = (0, 0);
    for ((files, says), truth) in trees.iter().zip(&said).zip(&truth) {
        assert!(!says || *truth, "CPython imports this: {files:#?}");
        broken += usize::from(*truth);
        missed += usize::from(*truth && !says);
    }
    // What is imported in a `try` says nothing.
    assert!(missed * 2 < broken, "{missed} of {broken} broken circles are missed");
}
