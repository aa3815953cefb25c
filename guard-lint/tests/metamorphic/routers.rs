//! How routers, routes and dependencies are declared.

use crate::{BOTH, COMPLIANT, VIOLATING, replace, same_verdicts};

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
