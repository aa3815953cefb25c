//! Whether a call binds to a signature, as Python decides it.

use guard_lint::model::bind::bind;
use guard_lint::model::resolve::Entity;
use guard_lint::model::{ModId, Model};
use guard_lint::source::visit::each_call;

use crate::Tree;

#[test]
fn calls_bind_as_python_binds_them() {
    for (signature, call, problem) in [
        ("a, b", "f(1, 2)", None),
        ("a, b", "f(1, b=2)", None),
        ("a, b", "f(1)", Some("is not given `b`")),
        ("a", "f(1, 2)", Some("takes 1 positional arguments, and 2 are given")),
        ("a", "f(1, a=2)", Some("is given `a` twice")),
        ("a", "f(b=1)", Some("has no parameter `b`")),
        ("a, /, b", "f(a=1, b=2)", Some("has no parameter `a`")),
        ("a, /, **rest", "f(1, a=2)", None),
        ("*, a", "f(1)", Some("takes 0 positional arguments, and 1 are given")),
        ("*, a, b=1", "f(a=1)", None),
        ("*args, a", "f(1, 2, 3, a=4)", None),
        ("a, b", "f(*x)", None),
        ("a, b", "f(**x)", None),
        ("a, b", "f(1, 2, *x)", None),
        ("a, b", "f(*x, c=1)", Some("has no parameter `c`")),
        ("a=1, *args, **kwargs", "f()", None),
    ] {
        let text = format!("from fastapi import APIRouter\ndef f({signature}): ...\n{call}\n");
        let tree = Tree::new(&[("main.py", &text)]);
        let sources = tree.sources();
        let model = Model::new(&sources);
        let Some(Entity::Function(function)) = model.global(ModId(0), model.intern("f")) else {
            panic!("no f")
        };
        let mut found = None;
        each_call(&model.file(ModId(0)).facts.body, &mut |call| {
            found = bind(model.function(function).facts, call, false)
                .err()
                .map(|error| error.describe(&model));
        });
        assert_eq!(found.as_deref(), problem, "def f({signature}) called {call}");
    }
}
