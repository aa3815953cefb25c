//! What a value can be.

use guard_lint::model::resolve::Entity;
use guard_lint::model::types::Ty;
use guard_lint::model::{ModId, Model};
use guard_lint::source::facts::Stmt;

use crate::Tree;

/// The types of what `probe` returns in a file, each as a short text.
fn types(text: &str) -> String {
    let text = format!("from fastapi import APIRouter\n{text}");
    let tree = Tree::new(&[
        ("main.py", &text),
        (
            "lib.py",
            "from http import X\nclass Remote:\n    name: X\ndef make() -> Remote: ...\n",
        ),
    ]);
    let sources = tree.sources();
    let module = ModId(
        sources
            .files
            .iter()
            .position(|file| file.path == "main.py")
            .expect("main") as u32,
    );
    let model = Model::new(&sources);
    let Some(Entity::Function(probe)) = model.global(module, model.intern("probe")) else {
        panic!("no probe")
    };
    let value = model
        .function(probe)
        .facts
        .body
        .iter()
        .rev()
        .find_map(|statement| match statement {
            Stmt::Return(Some(value), _) => Some(value),
            _ => None,
        });
    let types = model.infer(module, Some(probe), value.expect("a return"));
    let mut shown: Vec<String> = types
        .all
        .iter()
        .map(|ty| match ty {
            Ty::Object { class, exact } => {
                format!(
                    "{}{}",
                    model.text(model.class_facts(*class).name),
                    if *exact { "!" } else { "" }
                )
            }
            Ty::ExternalObject(name) => format!("outside {}", model.text(*name)),
            Ty::Entity(Entity::Class(class)) => format!("class {}", model.text(model.class_facts(*class).name)),
            Ty::Entity(Entity::Function(function)) | Ty::Method(function) => {
                format!("def {}", model.function_name(*function))
            }
            Ty::Entity(other) => format!("{other:?}"),
        })
        .collect();
    shown.extend(types.nullable.then(|| "None".to_owned()));
    shown.join(" | ")
}

#[test]
fn values_are_followed_through_names_calls_and_attributes() {
    for (text, expected) in [
        ("import http\ndef probe(x: http.X): return x", "outside http.X"),
        ("class A: ...\ndef probe(): return A()", "A!"),
        ("class A: ...\ndef probe():\n    a = A()\n    return a", "A!"),
        ("class A: ...\ndef probe(a: 'A'): return a", "A"),
        ("class A: ...\ndef probe(a: A | None): return a", "A | None"),
        (
            "from typing import Optional\nclass A: ...\ndef probe(a: Optional[A]): return a",
            "A | None",
        ),
        (
            "from typing import Annotated\nclass A: ...\nX = Annotated[A, 1]\ndef probe(a: X): return a",
            "A",
        ),
        ("from lib import make\ndef probe(): return make()", "Remote"),
        ("import lib as l\ndef probe(): return l.make().name", "outside http.X"),
        (
            "def probe():\n    from lib import Remote\n    return Remote",
            "class Remote",
        ),
        (
            "class A:\n    def __init__(self): self.b = B()\nclass B: ...\ndef probe(): return A().b",
            "B!",
        ),
        ("class A:\n    def f(self): ...\ndef probe(a: A): return a.f", "def A.f"),
        (
            "class A:\n    @property\n    def f(self) -> 'A': ...\ndef probe(a: A): return a.f",
            "A",
        ),
        (
            "class A:\n    def __call__(self): return 1\ndef probe(a: A): return a()",
            "outside int",
        ),
        (
            "class A: ...\nclass B: ...\ndef probe(x): return A() if x else B()",
            "A! | B!",
        ),
        ("class A: ...\ndef probe(x): return x or A()", "A!"),
        ("def a(): return b()\ndef b(): return a()\ndef probe(): return a()", ""),
        ("def probe(x): return x", ""),
    ] {
        assert_eq!(types(text), expected, "{text}");
    }
}
