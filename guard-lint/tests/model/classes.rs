//! Bases, implementations and which exception is which.

use guard_lint::model::classes::{Base, Relation};
use guard_lint::model::resolve::Entity;
use guard_lint::model::{ClassId, ModId, Model};

use crate::Tree;

fn class(model: &Model<'_>, name: &str) -> ClassId {
    match model.global(ModId(0), model.intern(name)) {
        Some(Entity::Class(class)) => class,
        other => panic!("{name} is {other:?}"),
    }
}

const SEED: &str = "from fastapi import APIRouter, HTTPException\n";

#[test]
fn exceptions_are_related_as_python_relates_them() {
    let text = format!(
        "{SEED}import other\nclass Own(HTTPException): ...\nclass Sub(Own): ...\nclass Plain(Exception): ...\nclass Far(other.Base): ...\n\
         class Ring(Loop): ...\nclass Loop(Ring): ...\nclass Odd(make()): ...\n"
    );
    let tree = Tree::new(&[("main.py", &text)]);
    let sources = tree.sources();
    let model = Model::new(&sources);
    let outside = |name: &str| Base::External(model.intern(name));
    let local = |name: &str| Base::Local(class(&model, name));
    for (class, ancestor, expected) in [
        (local("Sub"), local("Own"), Relation::Yes),
        (local("Own"), local("Sub"), Relation::No),
        (local("Sub"), outside("fastapi.HTTPException"), Relation::Yes),
        (
            local("Sub"),
            outside("starlette.exceptions.HTTPException"),
            Relation::Yes,
        ),
        (local("Sub"), outside("Exception"), Relation::Yes),
        (local("Plain"), outside("fastapi.HTTPException"), Relation::No),
        (local("Far"), outside("fastapi.HTTPException"), Relation::Unknown),
        (local("Ring"), local("Plain"), Relation::No),
        (local("Odd"), local("Plain"), Relation::Unknown),
        (outside("KeyError"), outside("LookupError"), Relation::Yes),
        (outside("KeyError"), outside("ValueError"), Relation::No),
        (outside("asyncio.CancelledError"), outside("Exception"), Relation::No),
        (outside("json.JSONDecodeError"), outside("ValueError"), Relation::Yes),
    ] {
        assert_eq!(
            model.is_subclass(class, ancestor),
            expected,
            "{class:?} under {ancestor:?}"
        );
    }
}

#[test]
fn a_protocol_is_implemented_by_what_looks_like_it() {
    let text = format!(
        "{SEED}from typing import Protocol\nclass Store(Protocol):\n    def put(self): ...\n    def get(self): ...\n\
         class Memory:\n    def put(self): return 1\n    def get(self): return 1\n\
         class Half:\n    def put(self): return 2\n"
    );
    let tree = Tree::new(&[("main.py", &text)]);
    let sources = tree.sources();
    let model = Model::new(&sources);
    let found = model.implementations(class(&model, "Store"), model.intern("put"));
    assert_eq!(
        found.iter().map(|id| model.function_name(*id)).collect::<Vec<_>>(),
        ["Memory.put"]
    );
}

#[test]
fn a_method_is_the_nearest_one() {
    let text =
        format!("{SEED}class A:\n    def f(self): ...\nclass B(A): ...\nclass C(B):\n    def f(self): return 1\n");
    let tree = Tree::new(&[("main.py", &text)]);
    let sources = tree.sources();
    let model = Model::new(&sources);
    let name =
        |class_name: &str| model.function_name(model.method(class(&model, class_name), model.intern("f")).expect("f"));
    assert_eq!((name("B"), name("C")), ("A.f".to_owned(), "C.f".to_owned()));
}
