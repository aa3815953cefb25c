//! Routers in the shapes that engines give them.

use crate::{Tree, routes_of};

#[test]
fn stacked_decorators_register_from_the_innermost_on() {
    let routes = routes_of(
        r#"
from fastapi import APIRouter as R
r = R(prefix="/v1")

@r.get("/b")
@r.post(path="/a")
async def both(): ...
"#,
    );
    assert_eq!(routes, ["both GET /v1/b", "both POST /v1/a"]);
}

#[test]
fn a_router_is_found_by_whatever_its_class_is_called() {
    for (head, made) in [
        ("import fastapi\nclass APIRouter: ...\n", "fastapi.APIRouter()"),
        ("import fastapi\nMade = fastapi.APIRouter\n", "Made()"),
        ("from fastapi import APIRouter\nclass Mine(APIRouter): ...\n", "Mine()"),
    ] {
        let at_module = format!("{head}router = {made}\n\n@router.get('/x')\ndef x(): ...\n");
        assert_eq!(routes_of(&at_module), ["x GET /x"], "{at_module}");
    }
    let inside = "def build():\n    from fastapi import APIRouter as R\n    router = R()\n    @router.get('/x')\n    def x(): ...\n    return router\n";
    assert_eq!(routes_of(inside), ["x GET /x"]);
}

#[test]
fn methods_may_be_any_constant_list() {
    let routes = routes_of(
        r#"
from fastapi import APIRouter
router = APIRouter()
CHANGING = ["PUT", "DELETE"]

@router.api_route("/star", methods=["GET", *CHANGING])
def star(): ...
@router.api_route("/copy", methods=list(CHANGING))
def copy(): ...
@router.api_route("/sum", methods=CHANGING + ["post"])
def total(): ...
@router.api_route("/unknown", methods=load())
def unknown(): ...
@router.api_route("/none")
def none(): ...
"#,
    );
    let expected = [
        "star DELETE,GET,PUT /star",
        "copy DELETE,PUT /copy",
        "total DELETE,POST,PUT /sum",
        "unknown ? /unknown",
        "none GET /none",
    ];
    assert_eq!(routes, expected);
}

#[test]
fn only_the_unknown_part_of_a_path_is_unknown() {
    let tree = Tree::new(&[
        (
            "paths.py",
            "BASE = '/api'\nUSERS = f'{BASE}/users'\nclass Paths:\n    JOBS = '/jobs'\n",
        ),
        (
            "main.py",
            r#"
from fastapi import APIRouter
from paths import USERS, Paths
import paths as p
from settings import settings
router = APIRouter(prefix=settings.PREFIX)
plain = APIRouter()

@router.get("/x")
def x(): ...
@plain.get(USERS + "/{id}")
def user(): ...
@plain.get(f"{p.BASE}/{settings.VERSION}/end")
def part(): ...
@plain.get(Paths.JOBS)
def jobs(): ...
"#,
        ),
    ]);
    let expected = [
        "main.py x GET ?/x",
        "main.py user GET /api/users/{id}",
        "main.py part GET /api/?/end",
        "main.py jobs GET /jobs",
    ];
    assert_eq!(tree.routes(), expected);
}

#[test]
fn a_subclass_gives_its_prefix_in_its_constructor() {
    let routes = routes_of(
        r#"
from fastapi import APIRouter
class Tagged(APIRouter):
    def __init__(self, name, version="v1", **options):
        super().__init__(prefix=f"/{version}/{name}", **options)
class Open(APIRouter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
class Plain(APIRouter):
    pass
class Late(APIRouter):
    def __init__(self, **kwargs):
        kwargs["prefix"] = "/late"
        super().__init__(**kwargs)
a = Tagged("toys")
b = Open(prefix="/open")
c = Plain(prefix="/plain")
d = APIRouter(**load())
e = Late()
for_all = [a, b, c, d]

@a.get("/1")
def one(): ...
@b.get("/2")
def two(): ...
@c.get("/3")
def three(): ...
@d.get("/4")
def four(): ...
@e.get("/5")
def five(): ...
"#,
    );
    assert_eq!(
        routes,
        [
            "one GET /v1/toys/1",
            "two GET /open/2",
            "three GET /plain/3",
            "four GET ?/4",
            "five GET /late/5"
        ]
    );
}

#[test]
fn a_handler_belongs_to_its_own_file() {
    let tree = Tree::new(&[
        (
            "pkg/__init__.py",
            "from fastapi import APIRouter\nrouter = APIRouter(prefix='/split')\nfrom . import reads\n",
        ),
        (
            "pkg/reads.py",
            "from pkg import router\n@router.get('/a')\ndef read(): ...\n",
        ),
        (
            "pkg/deep/writes.py",
            "from .. import router as r\n@r.put('/b')\ndef write(): ...\n",
        ),
        (
            "pkg/deep/stars.py",
            "from pkg.reads import *\n@router.post('/c')\ndef star(): ...\n",
        ),
    ]);
    let mut routes = tree.routes();
    routes.sort();
    let expected = [
        "pkg/deep/stars.py star POST /split/c",
        "pkg/deep/writes.py write PUT /split/b",
        "pkg/reads.py read GET /split/a",
    ];
    assert_eq!(routes, expected);
}

#[test]
fn one_application_under_two_names_is_one() {
    let tree = Tree::new(&[
        ("first.py", "from fastapi import FastAPI\napp = FastAPI()\n"),
        (
            "second.py",
            "from first import app as http_app\napp = http_app\nother = app\n@other.get('/x')\ndef x(): ...\n",
        ),
    ]);
    assert_eq!(tree.routes(), ["second.py x GET /x"]);
    assert_eq!(tree.served(), ["app /x"]);
}

#[test]
fn routers_are_followed_through_lists_dicts_arguments_and_attributes() {
    let tree = Tree::new(&[(
        "main.py",
        r#"
from fastapi import APIRouter, FastAPI
app = FastAPI()
def made(path):
    router = APIRouter()
    router.add_api_route(path, handler)
    return router
def handler(): ...
a, b = APIRouter(), APIRouter()
a = APIRouter()
b = APIRouter()
c = APIRouter()
d = APIRouter()
@a.get("/a")
def in_list(): ...
@b.get("/b")
def in_dict(): ...
@c.get("/c")
def passed(): ...
@d.get("/d")
def kept(): ...
ROUTERS = [a]
BY_NAME = {"b": b}
class Holder:
    def __init__(self):
        self.router = d
def register(target, router):
    target.include_router(router, prefix="/passed")
for index, each in enumerate(ROUTERS):
    app.include_router(each)
for name, named in BY_NAME.items():
    app.include_router(named, prefix=f"/{name}")
app.include_router(BY_NAME["b"], prefix="/again")
register(app, c)
app.include_router(Holder().router, **options)
app.router.add_api_route("/own", handler)
app.include_router(made("/local"), prefix="/made")
"#,
    )]);
    let expected = [
        "app /?/b",
        "app /a",
        "app /again/b",
        "app /made?",
        "app /own",
        "app /passed/c",
        "app ?/d",
    ];
    assert_eq!(tree.served(), expected);
}

#[test]
fn loops_are_read_turn_by_turn() {
    let tree = Tree::new(&[
        (
            "parts.py",
            "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/part')\ndef part(): ...\n",
        ),
        (
            "main.py",
            r#"
from fastapi import APIRouter, FastAPI
import parts
app = FastAPI()
a = APIRouter()
b = APIRouter()
c = APIRouter()
@a.get("/a")
def in_pair(): ...
@b.get("/b")
def in_dict(): ...
@c.get("/c")
def in_comprehension(): ...
for prefix, each in [("/one", a), ("/two", a)]:
    app.include_router(each, prefix=prefix)
for prefix, each in {"/key": b}.items():
    app.include_router(each, prefix=prefix)
for index, (each, prefix) in enumerate([(c, "/numbered")]):
    app.include_router(each, prefix=prefix)
MEMBERS = (parts,)
def mount(target):
    members = [parts]
    for member in members:
        target.include_router(member.router, prefix="/local")
    for member in MEMBERS:
        target.include_router(member.router, prefix="/global")
mount(app)
[app.include_router(each, prefix="/listed") for each in (b, c)]
{app.include_router(each, prefix="/tested") for each in (c,) if each}
"#,
        ),
    ]);
    let expected = [
        "app /global/part",
        "app /key/b",
        "app /listed/b",
        "app /listed/c",
        "app /local/part",
        "app /numbered/c",
        "app /one/a",
        "app /tested/c",
        "app /two/a",
    ];
    assert_eq!(tree.served(), expected);
}

#[test]
fn tables_list_routes_sockets_and_mounts() {
    let tree = Tree::new(&[(
        "main.py",
        r#"
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Mount, Route, WebSocketRoute
from fastapi import FastAPI
async def home(request): ...
async def socket(ws): ...
class Item(HTTPEndpoint):
    async def get(self, request): ...
    async def delete(self, request): ...
ROUTES = [Route("/item", Item), WebSocketRoute("/ws", socket)]
sub = FastAPI()
@sub.get("/inner")
def inner(): ...
app = Starlette(routes=[
    Route("/", home, methods=["POST"]),
    Mount("/deep", routes=[*ROUTES]),
    Mount("/sub", app=sub),
])
"#,
    )]);
    let expected = [
        "main.py inner GET /inner",
        "main.py home POST /",
        "main.py delete DELETE /deep/item",
        "main.py get GET /deep/item",
        "main.py socket WEBSOCKET /deep/ws",
    ];
    assert_eq!(tree.routes(), expected);
}

#[test]
fn what_is_no_router_is_left_alone() {
    let routes = routes_of(
        r#"
from flask import Blueprint
from functools import partial
from fastapi import APIRouter
blueprint = Blueprint("x", __name__)
router = APIRouter()
get = partial(router.get, tags=["x"])

@blueprint.route("/flask")
def flask(): ...
@get("/partial")
def curried(): ...
@client.get("/client")
def client_call(): ...
"#,
    );
    assert_eq!(routes, Vec::<String>::new());
}

#[test]
fn either_branch_may_bind_the_router() {
    let tree = Tree::new(&[
        (
            "real.py",
            "from fastapi import APIRouter\nrouter = APIRouter(prefix='/real')\n",
        ),
        (
            "main.py",
            "from fastapi import APIRouter\ntry:\n    from real import router\nexcept ImportError:\n    router = APIRouter()\n@router.get('/x')\ndef x(): ...\n",
        ),
    ]);
    assert_eq!(tree.routes(), ["main.py x GET /real/x"]);
}

#[test]
fn methods_of_classes_are_handlers_too() {
    let routes = routes_of(
        r#"
from fastapi import APIRouter
router = APIRouter()
class View:
    @router.get("/decorated")
    def decorated(self): ...
    def __init__(self):
        self.router = APIRouter(prefix="/own")
        self.router.add_api_route("/bound", self.bound, methods=["PATCH"])
    def bound(self): ...
"#,
    );
    assert_eq!(routes, ["decorated GET /decorated", "bound PATCH /own/bound"]);
}
