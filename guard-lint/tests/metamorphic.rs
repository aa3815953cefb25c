//! Two ways to write the same engine are judged the same.
//!
//! Each test changes the text of a router without changing what it does, and compares the verdicts on its endpoints; where
//! only lines moved, the fingerprints of its findings too.

mod common;

use std::collections::BTreeSet;

use common::{Scratch, VERDICTS, engine, verdict};
use guard_lint::report::Report;

/// What every router here needs.
const SHARED: [&str; 12] = [
    "engines/__init__.py",
    "engines/common",
    "engines/identity",
    "engines/nexus/__init__.py",
    "engines/nexus/hardening",
    "engines/budget",
    "engines/firearms",
    "engines/kill_switch",
    "engines/kpi",
    "engines/strategy_lock",
    "engines/temperature",
    "engines/routing",
];

/// A router whose errors are enveloped, and one that breaks everything.
const COMPLIANT: &str = "engines/shop/compliant.py";
const VIOLATING: &str = "engines/shop/violating.py";

const COMPLIANT_TEXT: &str = r#""""Does everything right."""
from fastapi import APIRouter, Depends, HTTPException

from engines.common.error_envelope import build_error_envelope, error_response
from engines.common.identity import RequestContext, get_request_context
from engines.common.store import get_table
from engines.identity.auth import AuthContext, get_auth_context, require_tenant_membership
from engines.nexus.hardening.gate_chain import get_gate_chain

router = APIRouter(prefix="/right")


def find(tenant_id: str, key: str) -> dict:
    row = get_table("right").get(tenant_id, key)
    if row is None:
        raise HTTPException(404, detail=build_error_envelope("right.unknown", "no such row", 404).model_dump())
    return row


def ask(ctx: RequestContext, key: str) -> None:
    get_gate_chain().run(ctx, "right.save", "right", "row", key)


@router.get("/{key}")
def read_row(
    key: str,
    ctx: RequestContext = Depends(get_request_context),
    auth: AuthContext = Depends(get_auth_context),
):
    require_tenant_membership(auth, ctx.tenant_id)
    return find(ctx.tenant_id, key)


@router.put("/{key}")
def save_row(
    key: str,
    ctx: RequestContext = Depends(get_request_context),
    auth: AuthContext = Depends(get_auth_context),
):
    require_tenant_membership(auth, ctx.tenant_id)
    if len(key) > 64:
        error_response("right.key", "the key is too long", status_code=400)
    ask(ctx, key)
    return get_table("right").put(ctx.tenant_id, key, {"key": key})
"#;

const VIOLATING_TEXT: &str = r#""""Does everything wrong."""
from fastapi import APIRouter, Depends, HTTPException

from engines.common.identity import RequestContext, get_request_context
from engines.common.store import get_table
from engines.nexus.hardening.gate_chain import get_gate_chain

router = APIRouter(prefix="/wrong")


def find(tenant_id: str, key: str) -> dict:
    row = get_table("wrong").get(tenant_id, key)
    if row is None:
        raise HTTPException(status_code=404, detail="no such row")
    return row


def ask(ctx: RequestContext, key: str) -> None:
    get_gate_chain().run(ctx, "wrong.save", resource_kind="row")


@router.get("/{key}")
def read_row(key: str, tenant_id: str):
    return find(tenant_id, key)


@router.get("/{key}/size")
def read_size(key: str, tenant_id: str):
    if len(key) > 64:
        raise HTTPException(status_code=400, detail="the key is too long")
    return len(find(tenant_id, key))


@router.put("/{key}")
def save_row(key: str, ctx: RequestContext = Depends(get_request_context)):
    ask(ctx, key)
    return get_table("wrong").put(ctx.tenant_id, key, {"key": key})


@router.delete("/{key}")
def drop_row(key: str, ctx: RequestContext = Depends(get_request_context)):
    get_table("wrong").delete(ctx.tenant_id, key)
    get_gate_chain().run(ctx, "wrong.drop", "wrong", "row", key)
"#;

const BOTH: [&str; 2] = [COMPLIANT, VIOLATING];

fn tree() -> Scratch {
    let scratch = Scratch::copy(&engine(), &SHARED);
    scratch.write("engines/shop/__init__.py", "");
    scratch.write(COMPLIANT, COMPLIANT_TEXT);
    scratch.write(VIOLATING, VIOLATING_TEXT);
    scratch
}

/// The verdicts on the endpoints of the shop, by name: the file may be another.
fn verdicts(report: &Report) -> BTreeSet<String> {
    let endpoints = report.routers.iter().flat_map(|router| &router.endpoints);
    let shop = endpoints.filter(|endpoint| endpoint.path.starts_with("/right") || endpoint.path.starts_with("/wrong"));
    shop.map(|endpoint| {
        let verdicts = VERDICTS.map(|column| verdict(endpoint, column)).join(" ");
        format!("{} {}: {verdicts}", endpoint.methods.join(","), endpoint.path)
    })
    .collect()
}

fn fingerprints(report: &Report) -> BTreeSet<String> {
    report
        .findings
        .iter()
        .map(|finding| format!("{} {} {}", finding.rule, finding.fingerprint, finding.message))
        .collect()
}

/// Makes the changes, and compares the verdicts with those of the tree as it was.
fn same_verdicts(change: impl FnOnce(&Scratch)) -> (Report, Report) {
    let scratch = tree();
    let before = scratch.report();
    assert_eq!(verdicts(&before).len(), 6);
    change(&scratch);
    let after = scratch.report();
    assert_eq!(after.unchecked, [], "the change has to leave sound Python");
    assert_eq!(verdicts(&before), verdicts(&after));
    (before, after)
}

/// The same, where only lines moved: the findings are the same ones too.
fn same_findings(change: impl FnOnce(&Scratch)) {
    let (before, after) = same_verdicts(change);
    assert_eq!(fingerprints(&before), fingerprints(&after));
}

fn replace(scratch: &Scratch, path: &str, old: &str, new: &str) {
    assert!(scratch.read(path).contains(old), "{path} has no {old:?}");
    scratch.edit(path, |text| text.replace(old, new));
}

/// Takes a top-level block out of a file: from its first line to the next two blank lines.
fn cut(scratch: &Scratch, path: &str, start: &str) -> String {
    let text = scratch.read(path);
    let from = text.find(start).unwrap_or_else(|| panic!("{path} has no {start:?}"));
    let to = text[from..].find("\n\n\n").map_or(text.len(), |end| from + end + 3);
    scratch.write(path, format!("{}{}", &text[..from], &text[to..]));
    text[from..to].trim_end().to_owned() + "\n"
}

#[test]
fn the_two_routers_are_what_they_say() {
    let report = tree().report();
    let all: Vec<String> = verdicts(&report).into_iter().collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn comments_docstrings_and_blank_lines() {
    same_findings(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replace(
                    "\n@router",
                    "\n# raise HTTPException(400, \"in a comment\")\n\n\n@router",
                );
                let text = text.replace(
                    "):\n    ",
                    "):\n    \"\"\"Raises HTTPException(404) without identity.\"\"\"\n\n    # next\n    ",
                );
                format!("\n\n# -*- coding: utf-8 -*-\n{text}\n\n# error_response\n")
            });
        }
    });
}

#[test]
fn line_ends() {
    same_findings(|tree| {
        for path in [
            COMPLIANT,
            VIOLATING,
            "engines/common/identity.py",
            "engines/common/error_envelope.py",
        ] {
            tree.edit(path, |text| text.replace('\n', "\r\n"));
        }
    });
    same_findings(|tree| {
        for path in BOTH {
            tree.edit(path, |text| format!("\u{feff}{}", text.trim_end()));
        }
    });
}

#[test]
fn spaces_and_broken_lines() {
    same_findings(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replace("    ", "\t").replace("(ctx, ", "(\n\t\tctx,\n\t\t");
                text.replace("Depends(", "Depends( ")
                    .replace("return ", "return \\\n\t\t")
            });
        }
    });
}

#[test]
fn the_order_of_functions() {
    same_findings(|tree| {
        for path in BOTH {
            let helper = cut(tree, path, "def find(");
            let other = cut(tree, path, "def ask(");
            tree.edit(path, |text| format!("{}\n\n\n{other}\n\n{helper}", text.trim_end()));
        }
    });
    same_findings(|tree| {
        let route = cut(tree, VIOLATING, "@router.delete(");
        tree.edit(VIOLATING, |text| {
            text.replacen("def find(", &format!("{route}\n\ndef find("), 1)
        });
    });
}

#[test]
fn the_order_of_imports() {
    same_findings(|tree| {
        for path in BOTH {
            let gate = "from engines.nexus.hardening.gate_chain import get_gate_chain\n";
            replace(tree, path, gate, "");
            tree.edit(path, |text| {
                text.replacen("from fastapi", &format!("{gate}from fastapi"), 1)
            });
        }
    });
}

#[test]
fn the_names_of_helpers() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                text.replace("find(", "row_or_nothing(").replace("ask(", "step_one(")
            });
        }
    });
}

#[test]
fn the_names_of_parameters_and_variables() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                text.replace("ctx", "who")
                    .replace("row =", "found =")
                    .replace("row is", "found is")
                    .replace("return row\n", "return found\n")
            });
        }
    });
}

#[test]
fn the_name_of_the_router() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                text.replace("router", "endpoints")
                    .replace("APIRouter", "Routes")
                    .replacen("import Routes", "import APIRouter as Routes", 1)
            });
        }
    });
}

#[test]
fn names_of_the_framework() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replace(
                    "from fastapi import APIRouter, Depends, HTTPException\n",
                    "import fastapi\nimport fastapi as f\n",
                );
                text.replace(" APIRouter(", " fastapi.APIRouter(")
                    .replace(" Depends(", " f.Depends(")
                    .replace("raise HTTPException(", "raise fastapi.HTTPException(")
            });
        }
    });
}

#[test]
fn annotated_parameters() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replace(
                    "RequestContext = Depends(get_request_context)",
                    "Annotated[RequestContext, Depends(get_request_context)]",
                );
                let text = text.replace(
                    "AuthContext = Depends(get_auth_context)",
                    "Annotated[AuthContext, Depends(get_auth_context)]",
                );
                text.replacen("from fastapi", "from typing import Annotated\n\nfrom fastapi", 1)
            });
        }
    });
}

#[test]
fn coroutines() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text
                    .replace("\ndef ", "\nasync def ")
                    .replace(" find(", " await find(")
                    .replace("(find(", "(await find(")
                    .replace("    ask(", "    await ask(");
                text.replace("async def await ", "async def ")
            });
        }
    });
}

#[test]
fn a_raise_moved_into_a_helper() {
    same_verdicts(|tree| {
        let raised = "raise HTTPException(status_code=400, detail=\"the key is too long\")";
        replace(tree, VIOLATING, raised, "too_long()");
        tree.edit(VIOLATING, |text| format!("{text}\n\ndef too_long():\n    {raised}\n"));
        let raised = "error_response(\"right.key\", \"the key is too long\", status_code=400)";
        replace(tree, COMPLIANT, raised, "return too_long()");
        tree.edit(COMPLIANT, |text| format!("{text}\n\ndef too_long():\n    {raised}\n"));
    });
}

#[test]
fn a_helper_written_out() {
    same_verdicts(|tree| {
        for (path, action) in [
            (COMPLIANT, "\"right.save\", \"right\", \"row\", key"),
            (VIOLATING, "\"wrong.save\", resource_kind=\"row\""),
        ] {
            cut(tree, path, "def ask(");
            replace(
                tree,
                path,
                "    ask(ctx, key)\n",
                &format!("    chain = get_gate_chain()\n    chain.run(ctx, {action})\n"),
            );
        }
    });
}

#[test]
fn a_condition_turned_around() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let start = text.find("    if row is None:\n").unwrap();
                let end = start + text[start..].find("    return row\n").unwrap();
                let raise = &text[start + "    if row is None:\n".len()..end];
                format!(
                    "{}    if row is not None:\n        return row\n    else:\n{raise}{}",
                    &text[..start],
                    &text[end + "    return row\n".len()..]
                )
            });
        }
    });
}

/// Moves the helper `find` of both routers to another module, and imports it like this.
fn moved(module: &str, import: &str, call: &str) {
    same_verdicts(|tree| {
        for (path, name) in [(COMPLIANT, "right"), (VIOLATING, "wrong")] {
            let helper = cut(tree, path, "def find(");
            let head = "from fastapi import HTTPException\n\nfrom engines.common.error_envelope import build_error_envelope\n\
                from engines.common.store import get_table\n\n\n";
            let module = module.replace("NAME", name);
            tree.write(&format!("engines/{module}.py"), format!("{head}{helper}"));
            let import = import.replace("NAME", name);
            tree.edit(path, |text| {
                let text = text.replace("find(", &format!("{}(", call.replace("NAME", name)));
                text.replacen("\nrouter = ", &format!("{import}\n\nrouter = "), 1)
            });
        }
    });
}

#[test]
fn a_helper_in_another_module() {
    moved("shop/rows_NAME", "from engines.shop.rows_NAME import find", "find");
    moved("shop/rows_NAME", "from .rows_NAME import find", "find");
    moved(
        "shop/rows_NAME",
        "import engines.shop.rows_NAME",
        "engines.shop.rows_NAME.find",
    );
}

#[test]
fn a_helper_under_another_name() {
    moved("shop/rows_NAME", "from .rows_NAME import find as seek", "seek");
    moved("shop/rows_NAME", "from . import rows_NAME as rows", "rows.find");
    moved("shop/rows_NAME", "import engines.shop.rows_NAME as rows", "rows.find");
    moved(
        "common/rows_NAME",
        "from ..common import rows_NAME as rows\n\nseek = rows.find",
        "seek",
    );
    moved("common/rows_NAME", "from ..common.rows_NAME import *", "find");
}

#[test]
fn a_helper_imported_where_it_is_used() {
    same_verdicts(|tree| {
        for path in BOTH {
            let import = "from engines.common.store import get_table\n";
            replace(tree, path, import, "");
            tree.edit(path, |text| {
                text.replace("    row = get_table", &format!("    {import}    row = get_table"))
                    .replace("    return get_table", &format!("    {import}    return get_table"))
                    .replace("    get_table", &format!("    {import}    get_table"))
            });
        }
    });
}

#[test]
fn a_package_that_passes_names_on() {
    same_verdicts(|tree| {
        tree.write("engines/facade/__init__.py", "from .inner import *\nfrom .inner import get_table as get_table\n__all__ = [\"RequestContext\", \"get_request_context\", \"get_gate_chain\", \"get_table\"]\n");
        tree.write(
            "engines/facade/inner.py",
            "from engines.common.identity import RequestContext, get_request_context as original\n\
             from engines.common.store import get_table\nfrom engines.nexus.hardening import gate_chain\n\n\
             get_request_context = original\nget_gate_chain = gate_chain.get_gate_chain\n",
        );
        for path in BOTH {
            replace(
                tree,
                path,
                "from engines.common.identity import",
                "from engines.facade import",
            );
            replace(
                tree,
                path,
                "from engines.common.store import",
                "from engines.facade import",
            );
            replace(
                tree,
                path,
                "from engines.nexus.hardening.gate_chain import",
                "from engines.facade import",
            );
        }
    });
}

#[test]
fn a_router_passed_on_by_a_package() {
    same_verdicts(|tree| {
        for (path, name) in [(COMPLIANT, "right"), (VIOLATING, "wrong")] {
            let text = tree.read(path);
            std::fs::remove_file(tree.root().join(path)).unwrap();
            tree.write(
                &format!("engines/shop/{name}/__init__.py"),
                "from .impl.routes import router\n",
            );
            tree.write(
                &format!("engines/shop/{name}/impl/__init__.py"),
                "from . import routes\n",
            );
            tree.write(&format!("engines/shop/{name}/impl/routes.py"), text);
        }
    });
}

#[test]
fn identity_given_to_the_router() {
    same_verdicts(|tree| {
        replace(
            tree,
            COMPLIANT,
            "APIRouter(prefix=\"/right\")",
            "APIRouter(prefix=\"/right\", dependencies=[Depends(get_request_context), Depends(get_auth_context)])",
        );
    });
}

#[test]
fn a_tree_that_stands_deeper() {
    let before = tree().report();
    let deeper = Scratch::new();
    let shallow = tree();
    std::fs::create_dir_all(deeper.root().join("backend/src")).unwrap();
    std::fs::rename(
        shallow.root().join("engines"),
        deeper.root().join("backend/src/engines"),
    )
    .unwrap();
    let after = deeper.report();
    assert_eq!(verdicts(&before), verdicts(&after));
    assert_eq!(fingerprints(&before), fingerprints(&after));
}

#[test]
fn neighbours_change_nothing() {
    same_findings(|tree| {
        tree.write(
            "engines/shop/other.py",
            "from fastapi import HTTPException\n\n\ndef find():\n    raise HTTPException(418)\n",
        );
        tree.write("engines/shop/tests/test_wrong.py", VIOLATING_TEXT);
        tree.write("notes/engines.md", "# APIRouter\n");
    });
}

#[test]
fn imports_for_the_type_checker() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replacen(
                    "from fastapi",
                    "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\nfrom fastapi",
                    1,
                );
                let text = text.replace(
                    "import RequestContext, get_request_context\n",
                    "import get_request_context\n",
                );
                text.replacen(
                    "\nrouter = ",
                    "if TYPE_CHECKING:\n    from engines.common.identity import RequestContext\n\nrouter = ",
                    1,
                )
            });
        }
    });
}

#[test]
fn an_import_with_another_to_fall_back_on() {
    same_verdicts(|tree| {
        for path in BOTH {
            let import = "from engines.common.store import get_table\n";
            let fallback =
                "try:\n    from engines.common.store import get_table\nexcept ImportError:\n    get_table = None\n";
            replace(tree, path, import, fallback);
        }
    });
}

#[test]
fn a_helper_as_a_static_method() {
    same_verdicts(|tree| {
        for path in BOTH {
            let helper = cut(tree, path, "def find(").replace('\n', "\n    ");
            tree.edit(path, |text| {
                let text = text.replace("find(", "Rows.find(");
                text.replacen(
                    "def ask(",
                    &format!(
                        "class Rows:\n    @staticmethod\n    {}\n\n\ndef ask(",
                        helper.trim_end()
                    ),
                    1,
                )
            });
        }
    });
}

#[test]
fn a_helper_as_a_method_of_an_instance() {
    same_verdicts(|tree| {
        for path in BOTH {
            let helper = cut(tree, path, "def find(")
                .replace('\n', "\n    ")
                .replace("find(", "find(self, ");
            tree.edit(path, |text| {
                let text = text.replace("find(", "rows.find(");
                let class = format!(
                    "class Rows:\n    {}\n\n\nrows = Rows()\n\n\ndef ask(",
                    helper.trim_end()
                );
                text.replacen("def ask(", &class, 1)
            });
        }
    });
}

#[test]
fn a_helper_inside_the_handler() {
    same_verdicts(|tree| {
        for path in BOTH {
            let helper = cut(tree, path, "def ask(").replace('\n', "\n    ");
            let inner = format!("    {}\n\n    ask(ctx, key)\n", helper.trim_end());
            replace(tree, path, "    ask(ctx, key)\n", &inner);
        }
    });
}

#[test]
fn a_helper_in_a_decorator_that_passes_it_on() {
    same_verdicts(|tree| {
        let wrapper = "def traced(function):\n    @functools.wraps(function)\n    def wrapper(*args, **kwargs):\n        \
            return function(*args, **kwargs)\n\n    return wrapper\n\n\n@traced\ndef find(";
        for path in BOTH {
            replace(tree, path, "def find(", wrapper);
            tree.edit(path, |text| {
                text.replacen("from fastapi", "import functools\n\nfrom fastapi", 1)
            });
        }
    });
}

#[test]
fn work_inside_blocks_that_change_nothing() {
    for (open, close) in [
        ("if True:\n", ""),
        ("try:\n", "    finally:\n        print(key)\n"),
        ("try:\n", "    except HTTPException:\n        raise\n"),
        ("with open(\"log\") as log:\n", ""),
        ("for _ in range(1):\n", ""),
        ("while True:\n", ""),
    ] {
        same_verdicts(|tree| {
            for (path, name) in [(COMPLIANT, "right"), (VIOLATING, "wrong")] {
                let save = format!("    return get_table(\"{name}\").put(ctx.tenant_id, key, {{\"key\": key}})\n");
                let body = format!("    ask(ctx, key)\n{save}");
                let inner = format!("    {open}        ask(ctx, key)\n    {save}{close}");
                replace(tree, path, &body, &inner);
            }
        });
    }
}

#[test]
fn a_dependency_that_depends_on_the_provider() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replace("Depends(get_request_context)", "Depends(scope)");
                let wrapper = "def scope(ctx: RequestContext = Depends(get_request_context)) -> RequestContext:\n    return ctx\n\n\n";
                text.replacen("def find(", &format!("{wrapper}def find("), 1)
            });
        }
    });
}

#[test]
fn an_assignment_inside_the_condition() {
    same_verdicts(|tree| {
        for (path, name) in [(COMPLIANT, "right"), (VIOLATING, "wrong")] {
            let old = format!("    row = get_table(\"{name}\").get(tenant_id, key)\n    if row is None:\n");
            let new = format!("    if (row := get_table(\"{name}\").get(tenant_id, key)) is None:\n");
            replace(tree, path, &old, &new);
        }
    });
}

#[test]
fn a_route_registered_by_a_call() {
    same_verdicts(|tree| {
        for path in BOTH {
            replace(tree, path, "@router.get(\"/{key}\")\n", "");
            tree.edit(path, |text| {
                format!("{text}\n\nrouter.add_api_route(\"/{{key}}\", read_row, methods=[\"GET\"])\n")
            });
        }
    });
}

#[test]
fn a_router_made_by_a_factory() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let start = text.find("router = ").unwrap();
                let end = start + text[start..].find('\n').unwrap();
                let made = text[start..end].replacen("router = ", "return ", 1);
                format!(
                    "{}def make():\n    {made}\n\n\nrouter = make(){}",
                    &text[..start],
                    &text[end..]
                )
            });
        }
    });
}

#[test]
fn an_error_kept_in_a_variable() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                text.replacen("        raise HTTPException(", "        problem = HTTPException(", 1)
                    .replacen("\n    return row\n", "\n        raise problem\n    return row\n", 1)
            });
        }
    });
}

#[test]
fn a_subclass_of_the_exception() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replace("raise HTTPException(", "raise Refused(");
                text.replacen("def find(", "class Refused(HTTPException):\n    pass\n\n\ndef find(", 1)
            });
        }
    });
}

#[test]
fn details_and_statuses_under_a_name() {
    same_verdicts(|tree| {
        replace(
            tree,
            VIOLATING,
            "status_code=404",
            "status_code=status.HTTP_404_NOT_FOUND",
        );
        replace(tree, VIOLATING, "import APIRouter, ", "import status, APIRouter, ");
        replace(tree, COMPLIANT, "404, detail=", "MISSING, detail=");
        replace(tree, COMPLIANT, "\nrouter = ", "\nMISSING = 404\nrouter = ");
        replace(
            tree,
            COMPLIANT,
            "build_error_envelope(\"right.unknown\", \"no such row\", 404).model_dump()",
            "dict(**build_error_envelope(\"right.unknown\", \"no such row\", 404).model_dump())",
        );
    });
}
