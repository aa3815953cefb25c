//! Code that is valid and makes no sense.

use crate::common::{endpoints, verdict};
use crate::{GOOD, HEAD, beside, functions};

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
