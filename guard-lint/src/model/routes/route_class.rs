//! Route classes of the program's own: `APIRouter(route_class=EnvelopeRoute)`.

use super::finder::Finder;
use super::{Router, Where};
use crate::model::classes::last_segment;
use crate::model::resolve::Entity;
use crate::model::types::{Ty, each_statement};
use crate::model::{ClassId, FnId, Model};
use crate::source::facts::{Call, Expr, Stmt};

/// Whether the routes of a router that this call makes catch what their handlers raise.
pub(super) fn given(model: &Model<'_>, at: Where, call: &Call) -> bool {
    let class = call.keyword(model.names, "route_class");
    class.is_some_and(|class| catches(model, at, class))
}

/// Finds `router.route_class = Class`, in any scope.
pub(super) fn assigned<'s>(model: &Model<'s>, finder: &Finder<'_, 's>, routers: &mut [Router<'s>]) {
    let assigned = model.in_every_file(|model, module, found| {
        let facts = &model.file(module).facts;
        let bodies = facts.functions.iter().enumerate().map(|(local, function)| {
            let id = model.local_function(module, local as u32);
            (Some(id), function.body.as_slice())
        });
        for (function, body) in bodies.chain([(None, facts.body.as_slice())]) {
            each_statement(body, &mut |statement| {
                if let Stmt::Assign(assign) = statement
                    && let (Expr::Attr(target), Some(class)) = (&assign.target, &assign.value)
                    && model.text(target.name) == "route_class"
                {
                    found.push(((module, function), &target.base, class));
                }
            });
        }
    });
    for (at, receiver, class) in assigned {
        if catches(model, at, class) {
            for router in finder.routers(at, receiver) {
                routers[router.0 as usize].catches = true;
            }
        }
    }
}

/// Whether a route class catches errors: its handler has an `except`. One from outside may.
fn catches(model: &Model<'_>, at: Where, class: &Expr) -> bool {
    model.infer(at.0, at.1, class).all.iter().any(|ty| match *ty {
        Ty::Entity(Entity::Class(class)) => class_catches(model, class),
        Ty::Entity(Entity::External(name)) => last_segment(model.text(name)) != "APIRoute",
        _ => false,
    })
}

fn class_catches(model: &Model<'_>, class: ClassId) -> bool {
    let made = ["get_route_handler", "handle"].into_iter();
    let mut methods = made.filter_map(|name| model.method(class, model.intern(name)));
    methods.any(|method| {
        let module = model.function(method).module;
        let count = model.file(module).facts.functions.len() as u32;
        let mut functions = (0..count).map(|local| model.local_function(module, local));
        functions.any(|function| is_within(model, function, method) && has_handler(model, function))
    })
}

fn is_within(model: &Model<'_>, function: FnId, outer: FnId) -> bool {
    let mut scope = Some(function);
    while let Some(function) = scope {
        if function == outer {
            return true;
        }
        scope = model.function(function).parent;
    }
    false
}

fn has_handler(model: &Model<'_>, function: FnId) -> bool {
    let mut found = false;
    each_statement(&model.function(function).facts.body, &mut |statement| {
        found |= matches!(statement, Stmt::Try(attempt) if !attempt.handlers.is_empty());
    });
    found
}
