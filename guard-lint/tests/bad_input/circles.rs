//! What leads back to itself.

use crate::{HEAD, beside, is_judged};

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
fn many_modules_that_import_all_of_each_other() {
    // There are more ways to a name than can be walked.
    let count = 30;
    let others = |own: usize| -> String {
        let others = (0..count).filter(|other| *other != own);
        others.map(|other| format!("from m{other} import *\n")).collect()
    };
    let scratch = beside(
        "user.py",
        format!("{HEAD}from m0 import *\n\n\n@router.get(\"/a\")\ndef a():\n    nowhere()\n    return helper()\n"),
    );
    for own in 0..count {
        let helper = if own == count - 1 {
            "def helper():\n    raise ValueError\n"
        } else {
            ""
        };
        scratch.write(&format!("m{own}.py"), others(own) + helper);
    }
    is_judged(&scratch, 1);
}

#[test]
fn many_routers_that_include_each_other() {
    let count = 30;
    let router = |own: usize| {
        let mut text = format!("{HEAD}@router.get(\"/x{own}\")\ndef x{own}():\n    return 1\n\n\n");
        for other in (0..count).filter(|other| *other != own) {
            text.push_str(&format!("import r{other}\nrouter.include_router(r{other}.router)\n"));
        }
        text
    };
    let scratch = beside(
        "app.py",
        "from fastapi import FastAPI\nimport r0\n\napp = FastAPI()\napp.include_router(r0.router)\n",
    );
    for own in 0..count {
        scratch.write(&format!("r{own}.py"), router(own));
    }
    is_judged(&scratch, count);
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
fn many_methods_that_may_all_call_each_other() {
    // Each call of the interface may be a call of any implementation, and each raises an error of its own.
    let mut text = format!(
        "from abc import ABC, abstractmethod\n{HEAD}\nclass Step(ABC):\n    @abstractmethod\n    def run(self, left): ...\n\n\n"
    );
    for own in 0..60 {
        text.push_str(&format!(
            "class Step{own}(Step):\n    def __init__(self, inner: Step):\n        self.inner = inner\n\n    def run(self, left):\n        self.inner.run(left)\n        self.inner.run(left - 1)\n        raise ValueError({own})\n\n\n"
        ));
    }
    text.push_str("@router.post(\"/run\")\ndef run(step: Step):\n    step.run(9)\n");
    is_judged(&beside("steps.py", text), 1);
}
