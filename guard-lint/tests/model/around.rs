//! What stands around a router's handlers: route classes and middleware.

use crate::Tree;
use guard_lint::analysis::Analyzer;
use guard_lint::model::Model;
use guard_lint::model::classes::Base;
use guard_lint::model::routes::Routes;
use guard_lint::verdict::wire;
use guard_lint::vocabulary::Vocabulary;

const FILE: &str = r#"
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware

class Catching(APIRoute):
    def get_route_handler(self):
        original = super().get_route_handler()
        async def handler(request):
            try:
                return await original(request)
            except ValueError:
                return None
        return handler

class Timed(APIRoute):
    def get_route_handler(self):
        original = super().get_route_handler()
        async def handler(request):
            return await original(request)
        return handler

class Router(APIRouter):
    def __init__(self, **options):
        super().__init__(route_class=Catching, **options)

class Scoped:
    async def __call__(self, scope, receive, send): ...

given = APIRouter(route_class=Catching)
timed = APIRouter(route_class=Timed)
assigned = APIRouter()
assigned.route_class = Catching
own = Router()
plain = APIRouter()
app = FastAPI(middleware=[Middleware(AuthenticationMiddleware, backend=None)])
app.add_middleware(Scoped)

@app.middleware("http")
async def around(request, call_next): ...
"#;

#[test]
fn route_classes_that_catch_and_middleware_are_found() {
    let tree = Tree::new(&[("main.py", FILE)]);
    let sources = tree.sources();
    let model = Model::new(&sources);
    let routes = Routes::new(&model);
    let rows = routes.routers.iter().map(|router| {
        let names: Vec<&str> = router.middleware.iter().map(|middleware| middleware.name).collect();
        format!("{} {} {}", model.text(router.variable), router.catches, names.join(","))
    });
    let expected = [
        "given true ",
        "timed false ",
        "assigned true ",
        "own true ",
        "plain false ",
        "app false AuthenticationMiddleware,Scoped,around",
    ];
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}

#[test]
fn handlers_registered_from_a_table_may_be_for_any_class() {
    let with = |register: &str| {
        let text = format!(
            "from fastapi import FastAPI\n\nclass Gone(Exception): ...\n\nTABLE = {{}}\napp = FastAPI()\n{register}\n"
        );
        let tree = Tree::new(&[("main.py", &text)]);
        let sources = tree.sources();
        let model = Model::new(&sources);
        let routes = Routes::new(&model);
        let analyzer = Analyzer::new(&model, &Vocabulary::default(), std::iter::empty().collect());
        let gone = Base::External(model.intern("main.Gone"));
        let app = routes.ids().next().unwrap();
        let invalid = Base::External(model.intern("fastapi.exceptions.RequestValidationError"));
        assert!(wire::handles(&analyzer, &routes, app, invalid));
        wire::handles(&analyzer, &routes, app, gone)
    };
    assert!(with(
        "for error, handler in TABLE.items(): app.add_exception_handler(error, handler)"
    ));
    assert!(!with("app.add_exception_handler(KeyError, print)"));
    assert!(!with(""));
}
