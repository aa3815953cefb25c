//! Routers as Python applications put them together.

use crate::{found, report, routes};

const APP: &str =
    "from fastapi import FastAPI\nfrom app.chat import router\napp = FastAPI()\napp.include_router(router)\n";

#[test]
fn a_function_may_make_the_routers_class() {
    let kit = |base: &str| {
        format!(
            r#"
from fastapi import APIRouter as Base

def router_class(route_class: type) -> type[Base]:
    class Own({base}):
        def __init__(self, *args, **kwargs):
            kwargs["route_class"] = route_class
            super().__init__(*args, **kwargs)
    return Own
"#
        )
    };
    let chat = "from app.routing import APIRouter\nrouter = APIRouter(prefix='/chat')\n@router.get('/a')\ndef a(): ...\n\
                from fastapi import APIRouter as Plain\nplain = Plain()\n@plain.get('/b')\ndef b(): ...\n";
    let routing = "from app.kit import router_class\nAPIRouter = router_class(dict)\n";
    for (base, expected) in [("Base", vec!["GET /chat/a a"]), ("dict", vec![])] {
        let kit = kit(base);
        let files = [
            ("app/__init__.py", ""),
            ("app/kit.py", kit.as_str()),
            ("app/routing.py", routing),
            ("app/chat.py", chat),
            ("app/main.py", APP),
        ];
        assert_eq!(routes(&report(&files)), expected, "class Own({base})");
    }
}

#[test]
fn a_folder_called_like_the_framework_is_not_the_framework() {
    let server = r#"
import fastapi
from fastapi.responses import JSONResponse
from app.server.fastapi.types import Item

class Server:
    def __init__(self):
        self.app = fastapi.FastAPI()
        self.router = fastapi.APIRouter()
        self.router.add_api_route("/items", self.items, methods=["POST"])
        self.app.include_router(self.router)
    def items(self, item: Item): ...
"#;
    let files = [
        ("app/__init__.py", ""),
        ("app/server/__init__.py", ""),
        ("app/server/fastapi/__init__.py", server),
        ("app/server/fastapi/types.py", "class Item: ...\n"),
    ];
    assert_eq!(routes(&report(&files)), ["POST /items items"]);
}

#[test]
fn an_adapter_called_like_a_package_is_not_the_package() {
    let main = |import: &str| {
        format!(
            "from fastapi import FastAPI\n{import}\napp = FastAPI()\n@app.get('/a')\ndef a():\n    return pay.charge()\n"
        )
    };
    let adapter = "from stripe.error import Failed\nfrom stripe.http_client import Client\ndef pay(): ...\n";
    for (import, expected) in [
        ("import stripe as pay", Vec::<String>::new()),
        ("import app.adapters.stripe as pay", vec!["a".to_owned()]),
    ] {
        let main = main(import);
        let files = [
            ("app/__init__.py", ""),
            ("app/adapters/stripe/__init__.py", adapter),
            ("app/adapters/api/main.py", main.as_str()),
        ];
        assert_eq!(found(&report(&files), "GL405"), expected, "{import}");
    }
}

#[test]
fn a_file_that_only_hands_a_router_on_is_read() {
    let factory = r#"
from fastapi import APIRouter, FastAPI
def create_app(router: APIRouter) -> FastAPI:
    app = FastAPI()
    app.include_router(router, prefix="/api")
    return app
"#;
    let chat = "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/a')\ndef a(): ...\n";
    let main = "from app.factory import create_app\nfrom app.chat import router\napp = create_app(router=router)\n";
    let mut files = vec![
        ("app/__init__.py", ""),
        ("app/factory.py", factory),
        ("app/chat.py", chat),
    ];
    assert_eq!(found(&report(&files), "GL402").len(), 1, "nobody calls the factory");
    files.push(("app/main.py", main));
    let report = report(&files);
    assert_eq!(routes(&report), ["GET /api/a a"]);
    assert_eq!(found(&report, "GL402"), Vec::<String>::new());
}

#[test]
fn a_mounted_application_serves_below_its_place() {
    let main = |mount: &str| {
        format!(
            r#"
from fastapi import APIRouter, FastAPI
router = APIRouter(prefix="/{{organization}}")
@router.get("/a")
def a(): ...
inner = FastAPI()
inner.include_router(router)
@inner.get("/b")
def b(): ...
outer = FastAPI()
{mount}
"#
        )
    };
    for (mount, expected) in [
        ("", ["GET /b b", "GET /{organization}/a a"]),
        (
            "outer.mount('/api/v1', inner)",
            ["GET /api/v1/b b", "GET /api/v1/{organization}/a a"],
        ),
        (
            "middle = FastAPI()\nmiddle.mount('/v1/', app=inner)\nouter.mount('/api', middle)",
            ["GET /api/v1/b b", "GET /api/v1/{organization}/a a"],
        ),
    ] {
        let main = main(mount);
        assert_eq!(routes(&report(&[("main.py", main.as_str())])), expected, "{mount}");
    }
}

#[test]
fn a_route_does_not_stand_before_itself() {
    let main = |second: &str| {
        format!(
            r#"
from fastapi import APIRouter, FastAPI
def create_app(public):
    app = FastAPI()
    docs = APIRouter()
    if not public:
        docs = APIRouter(prefix="")
    @docs.get("/docs")
    def page(): ...
    @docs.get("{second}")
    def other(): ...
    app.include_router(docs)
    return app
"#
        )
    };
    for (second, expected) in [("/other", Vec::<String>::new()), ("/docs", vec!["other".to_owned()])] {
        let main = main(second);
        let report = report(&[("main.py", main.as_str())]);
        assert_eq!(found(&report, "GL401"), expected, "{second}");
    }
}

#[test]
fn templates_are_no_source() {
    let route = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n";
    let report = report(&[
        ("main.py", route),
        ("{{name}}/main.py", "{% if x %}\nimport {{name}}\n{% endif %}\n"),
    ]);
    assert_eq!(routes(&report), ["GET /a a"]);
    let unchecked: Vec<&str> = report.unchecked.iter().map(|row| row.file.as_str()).collect();
    assert_eq!(unchecked, ["{{name}}/main.py"]);
}

#[test]
fn a_decorator_may_be_called_like_any_function() {
    let main = |name: &str| {
        format!(
            r#"
import os
from fastapi import FastAPI
app = FastAPI()
def a(): ...
if os.environ.get("OPEN"):
    {name} = app.post("/a")({name})
"#
        )
    };
    for (name, expected) in [("a", vec!["POST /a a"]), ("other", vec![])] {
        let main = main(name);
        let with = format!("{main}\n@app.get('/b')\ndef b(): ...\n");
        let mut expected = expected;
        expected.insert(0, "GET /b b");
        assert_eq!(routes(&report(&[("main.py", with.as_str())])), expected, "{name}");
    }
}
