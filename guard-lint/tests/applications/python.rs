//! What handlers in Python do.

use crate::{found, report};

fn main_py(body: &str) -> String {
    format!("from fastapi import FastAPI, HTTPException\nfrom typing import Self, cast\napp = FastAPI()\n{body}")
}

#[test]
fn type_parameters_and_aliases_are_bound() {
    let body = |name: &str| {
        main_py(&format!(
            r#"
from kit import Rows, Service
service = Service()
@app.get("/a")
def a(rows: Rows):
    return service.read({name})
"#
        ))
    };
    let kit = "from typing import cast\ntype Rows[T] = list[T]\nclass Service[P]:\n    def read[Q](self, value):\n        return cast(P, cast(Q, value))\n    def use(self): ...\n";
    for (name, expected) in [("1", Vec::<String>::new()), ("T", vec!["a".to_owned()])] {
        let main = body(name);
        let report = report(&[("main.py", main.as_str()), ("kit.py", kit)]);
        assert_eq!(found(&report, "GL404"), expected, "{name}");
        assert_eq!(found(&report, "GL406"), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_class_method_of_a_base_makes_an_object_of_the_class_it_is_called_on() {
    let main = |argument: &str| {
        main_py(&format!(
            r#"
class Base:
    @classmethod
    def of(cls, session) -> Self:
        return cls()
    def rows(self): ...
class Soft:
    def rows(self, *, deleted=False): ...
class Users(Soft, Base): ...

@app.get("/a")
def a(session: str):
    return Users.of(session).rows({argument}=True)
"#
        ))
    };
    for (argument, expected) in [("deleted", Vec::<String>::new()), ("removed", vec!["a".to_owned()])] {
        let main = main(argument);
        assert_eq!(
            found(&report(&[("main.py", main.as_str())]), "GL403"),
            expected,
            "{argument}"
        );
    }
}

#[test]
fn what_a_property_gives_is_called_and_not_the_property() {
    let main = |decorator: &str| {
        main_py(&format!(
            r#"
class Row:
    def __init__(self, name=""): ...
class Database:
    {decorator}
    def row(self) -> type[Row]:
        return Row

@app.get("/a")
def a(database: Database):
    return database.row(name="x")
"#
        ))
    };
    for (decorator, expected) in [("@property", Vec::<String>::new()), ("", vec!["a".to_owned()])] {
        let main = main(decorator);
        assert_eq!(
            found(&report(&[("main.py", main.as_str())]), "GL403"),
            expected,
            "{decorator}"
        );
    }
}

#[test]
fn applying_an_order_to_a_query_writes_nothing() {
    let main = |method: &str| {
        main_py(&format!(
            r#"
@app.get("/a")
def a(repository: "Repository"):
    return repository.{method}(1)
"#
        ))
    };
    for (method, expected) in [
        ("apply_sorting", Vec::<String>::new()),
        ("apply_patch", vec!["a".to_owned()]),
    ] {
        let main = main(method);
        assert_eq!(
            found(&report(&[("main.py", main.as_str())]), "GL301"),
            expected,
            "{method}"
        );
    }
}

#[test]
fn an_error_with_a_handler_of_its_own_is_no_500() {
    let main = |class: &str| {
        main_py(&format!(
            r#"
from fastapi.responses import JSONResponse
class Refused(Exception): ...
class Other(Exception): ...
@app.exception_handler({class})
def answer(request, error):
    return JSONResponse({{"detail": "no"}}, status_code=409)

@app.get("/a")
def a():
    raise Refused()
"#
        ))
    };
    for (class, expected) in [
        (
            "Refused",
            "`a` lets `Refused` out, and the application's handler for it answers without the envelope",
        ),
        ("Other", "`a` lets `Refused` out: a 500 without the envelope"),
    ] {
        let main = main(class);
        let report = report(&[("main.py", main.as_str())]);
        let messages: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.rule == "GL205")
            .map(|finding| finding.message.as_str())
            .collect();
        assert_eq!(messages, [expected], "{class}");
    }
}
