//! What things are called, and where the names come from.

use crate::{BOTH, COMPLIANT, VIOLATING, replace, same_verdicts};

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
