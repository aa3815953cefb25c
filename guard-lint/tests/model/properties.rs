//! No text makes the front end or the model panic.

use guard_lint::model::Model;
use guard_lint::model::routes::Routes;
use guard_lint::source::facts::Names;
use guard_lint::source::names::Recent;
use guard_lint::source::python;
use proptest::prelude::*;

use crate::Tree;

const SEED: &str = r#"
from fastapi import APIRouter, Depends, FastAPI
from . import other as o
app = FastAPI(exception_handlers={ValueError: handle})
ROUTERS = {"a": APIRouter(prefix=f"/{PREFIX}")}
class Sub(APIRouter):
    def __init__(self, name, *args, **kwargs):
        super().__init__(prefix="/" + name, **kwargs)
router = Sub("x")
@router.api_route("/{id}", methods=["GET", *MORE], dependencies=[Depends(check)])
async def get(id: int, *, ctx: Context | None = Depends()) -> dict:
    match id:
        case [1, *rest] if rest: return {"a": [x async for x in rest]}
        case Point(x=0) | {"k": v, **others}: raise HTTPException(404, detail=f"{id!r:>{width}}") from None
    try:
        async with store.lock as lock, other: await lock.put(id, key=lambda v=1: v)
    except* (KeyError, ValueError) as error: pass
    else: yield (y := 1)
    finally: del router
    return id if not id < 2 <= 3 else ~id
for name, each in ROUTERS.items(): app.include_router(each, prefix=name)
"#;

fn model_of(text: &str) {
    let tree = Tree::new(&[("pkg/main.py", text), ("pkg/other.py", SEED), ("pkg/__init__.py", "")]);
    let sources = tree.sources();
    let model = Model::new(&sources);
    Routes::new(&model);
    for file in &sources.files {
        for function in &file.facts.functions {
            file.position(function.span.start);
        }
    }
}

/// The seed with pieces cut out, doubled, swapped in from elsewhere or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (
        0..SEED.len(),
        0..40_usize,
        0..SEED.len(),
        "[(){}\\[\\]:=.,@*'\"\\\\\n\tx1 ]{0,4}",
    );
    prop::collection::vec(edit, 1..6).prop_map(|edits| {
        let mut text = SEED.to_owned();
        for (at, length, from, insert) in edits {
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            let piece = SEED[from..(from + length / 2).min(SEED.len())].to_owned();
            text.replace_range(at..end, &(insert + &piece));
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_facts(text in any::<String>()) {
        let _ = python::facts(&text, &Recent::new(&Names::default()));
    }

    #[test]
    fn mutated_python_has_a_model(text in mutated()) {
        model_of(&text);
    }
}
