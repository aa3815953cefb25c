//! Where a helper stands, and how it is called.

use crate::{BOTH, COMPLIANT, VIOLATING, cut, replace, same_verdicts};

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
