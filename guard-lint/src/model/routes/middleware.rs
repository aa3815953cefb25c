//! Middleware: what runs around every request of an application.

use super::Where;
use crate::model::classes::last_segment;
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::{FnId, Model, Place};
use crate::source::facts::{Call, Expr};

/// One middleware of an application.
#[derive(Debug, Clone, Copy)]
pub struct Middleware<'s> {
    /// What it runs; none where its class is outside the program.
    pub function: Option<FnId>,
    /// Its name: of the function, or of the class.
    pub name: &'s str,
    /// Its registration.
    pub place: Place,
}

/// `middleware=[Middleware(Class, …)]` of an application's constructor.
pub(super) fn listed<'s>(model: &Model<'s>, at: Where, call: &'s Call) -> Vec<Middleware<'s>> {
    let Some(Expr::Seq(items)) = call.keyword(model.names, "middleware") else {
        return Vec::new();
    };
    let rows = items.iter().filter_map(|item| match item {
        Expr::Call(row) => of_class(model, at, row.position(0)?, row),
        _ => None,
    });
    rows.collect()
}

/// The middleware that a class is: its `dispatch`, or else its `__call__`.
pub(super) fn of_class<'s>(model: &Model<'s>, at: Where, class: &'s Expr, call: &'s Call) -> Option<Middleware<'s>> {
    let place = Place {
        module: at.0,
        span: call.span,
    };
    model.infer(at.0, at.1, class).all.iter().find_map(|ty| match *ty {
        Ty::Entity(Entity::Class(class)) => Some(Middleware {
            function: ["dispatch", "__call__"]
                .into_iter()
                .find_map(|name| model.method(class, model.intern(name))),
            name: model.text(model.class_facts(class).name),
            place,
        }),
        Ty::Entity(Entity::External(name)) => Some(Middleware {
            function: None,
            name: last_segment(model.text(name)),
            place,
        }),
        _ => None,
    })
}

/// `@app.middleware("http")` over this function.
pub(super) fn of_function<'s>(model: &Model<'s>, function: FnId, place: Place) -> Middleware<'s> {
    Middleware {
        function: Some(function),
        name: model.text(model.function(function).facts.name),
        place,
    }
}
