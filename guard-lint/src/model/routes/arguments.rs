//! What the calls that make, register and include have in common: dependencies and exception handlers.

use super::collect::function_of;
use super::{Dependency, ExceptionHandler, Where};
use crate::model::classes::{Base, last_segment};
use crate::model::resolve::Entity;
use crate::model::types::{Ty, each_statement};
use crate::model::{FnId, ModId, Model, Place};
use crate::source::facts::{Call, Expr, Stmt};

/// The providers of `dependencies=[Depends(provider), …]`.
pub(super) fn dependencies<'s>(model: &Model<'s>, at: Where, call: &'s Call) -> Vec<Dependency<'s>> {
    let list = call.keyword(model.names, "dependencies");
    list.map_or_else(Vec::new, |list| listed(model, at, list))
}

/// The providers of a list of `Depends(provider)`.
pub(super) fn listed<'s>(model: &Model<'s>, (module, function): Where, list: &'s Expr) -> Vec<Dependency<'s>> {
    let mut found = Vec::new();
    dependencies_of(model, module, function, list, &mut found, 6);
    found
}

fn dependencies_of<'s>(
    model: &Model<'s>,
    module: ModId,
    function: Option<FnId>,
    list: &'s Expr,
    found: &mut Vec<Dependency<'s>>,
    hops: u32,
) {
    let Some(hops) = hops.checked_sub(1) else { return };
    match list {
        Expr::Seq(items) => items
            .iter()
            .for_each(|item| dependencies_of(model, module, function, item, found, hops)),
        Expr::Star(inner) => dependencies_of(model, module, function, inner, found, hops),
        Expr::Add(pair) => {
            dependencies_of(model, module, function, &pair.0, found, hops);
            dependencies_of(model, module, function, &pair.1, found, hops);
        }
        Expr::Call(_) => {
            if let Some(((module, function), Some(provider))) = depends(model, (module, function), list) {
                found.push(Dependency {
                    module,
                    function,
                    provider,
                });
            }
        }
        Expr::Name(..) | Expr::Attr(_) => {
            if let Some(Entity::Global(owner, name)) = model.expression(module, list)
                && let Some(value) = model.global_value(owner, name)
            {
                dependencies_of(model, owner, None, value, found, hops);
            }
        }
        _ => {}
    }
}

/// A dependency as declared: where it stands and its provider; none for `Depends()`, whose provider is the annotation.
pub(crate) type Declared<'s> = (Where, Option<&'s Expr>);

/// What `Depends(provider)` or `Security(provider)` depends on: directly, by the name of a variable that holds it, or as
/// what a helper of the program returns.
pub(crate) fn depends<'s>(model: &Model<'s>, at: Where, expr: &'s Expr) -> Option<Declared<'s>> {
    depends_within(model, at, expr, 4)
}

fn depends_within<'s>(model: &Model<'s>, at: Where, expr: &'s Expr, hops: u32) -> Option<Declared<'s>> {
    let hops = hops.checked_sub(1)?;
    match expr {
        Expr::Call(call) => {
            let name = match model.expression(at.0, &call.func) {
                Some(Entity::External(dotted)) => last_segment(model.text(dotted)),
                Some(Entity::Function(helper)) => return returned_depends(model, helper, hops),
                _ => match &call.func {
                    Expr::Name(name, _) => model.text(*name),
                    Expr::Attr(attr) => model.text(attr.name),
                    _ => return None,
                },
            };
            matches!(name, "Depends" | "Security").then(|| (at, call.argument(model.names, "dependency", 0)))
        }
        Expr::Name(..) | Expr::Attr(_) => match model.expression(at.0, expr)? {
            Entity::Global(owner, name) => depends_within(model, (owner, None), model.global_value(owner, name)?, hops),
            _ => None,
        },
        _ => None,
    }
}

/// `return Depends(provider)` in a helper: the provider sees the helper's names.
fn returned_depends<'s>(model: &Model<'s>, helper: FnId, hops: u32) -> Option<Declared<'s>> {
    let info = model.function(helper);
    let mut found = None;
    each_statement(&info.facts.body, &mut |statement| {
        if let Stmt::Return(Some(value @ Expr::Call(_)), _) = statement {
            found = found.or_else(|| depends_within(model, (info.module, Some(helper)), value, hops));
        }
    });
    found
}

/// `exception_handlers={Class: handler}`.
pub(super) fn handlers<'s>(model: &Model<'s>, (module, function): Where, call: &'s Call) -> Vec<ExceptionHandler> {
    let Some(Expr::Dict(dict)) = call.keyword(model.names, "exception_handlers") else {
        return Vec::new();
    };
    let place = Place {
        module,
        span: call.span,
    };
    let entries = dict
        .items
        .iter()
        .filter_map(|(key, value)| Some((key.as_ref()?, value)));
    entries
        .map(|(class, handler)| exception_handler(model, (module, function), class, Some(handler), place))
        .collect()
}

/// A handler registration.
pub(super) fn exception_handler(
    model: &Model<'_>,
    at: Where,
    class: &Expr,
    function: Option<&Expr>,
    place: Place,
) -> ExceptionHandler {
    let class = match class {
        Expr::Name(name, _) if model.infer(at.0, at.1, class).all.is_empty() => Some(Base::External(*name)),
        _ => model.infer(at.0, at.1, class).all.iter().find_map(|ty| match ty {
            Ty::Entity(Entity::Class(class)) => Some(Base::Local(*class)),
            Ty::Entity(Entity::External(name)) => Some(Base::External(*name)),
            _ => None,
        }),
    };
    ExceptionHandler {
        class,
        function: function.and_then(|function| function_of(model, at, function)),
        place,
    }
}
