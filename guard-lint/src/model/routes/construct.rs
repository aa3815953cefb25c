//! Where routers and applications are made.

use super::{Dependency, ExceptionHandler, Router};
use crate::model::classes::last_segment;
use crate::model::resolve::Entity;
use crate::model::types::{Ty, each_statement};
use crate::model::{FnId, ModId, Model, Place};
use crate::source::facts::{Assign, Call, Class, Expr, Name, Stmt};

/// Every call of a router's or application's class that is assigned, returned or kept in a class.
pub(super) fn routers<'s>(model: &Model<'s>) -> Vec<Router<'s>> {
    let mut routers = Vec::new();
    for index in 0..model.sources.files.len() {
        let module = ModId(index as u32);
        let facts = &model.file(module).facts;
        let mut made = |function: Option<FnId>, body: &'s [Stmt]| {
            each_statement(body, &mut |statement| {
                construct(model, module, function, statement, &mut routers)
            });
        };
        made(None, &facts.body);
        for class in &facts.classes {
            made(None, class_body(class));
        }
        for (local, function) in facts.functions.iter().enumerate() {
            made(Some(model.local_function(module, local as u32)), &function.body);
        }
    }
    routers.sort_by_key(|router: &Router<'_>| router.place);
    routers
}

fn class_body(class: &Class) -> &[Stmt] {
    &class.body
}

fn construct<'s>(
    model: &Model<'s>,
    module: ModId,
    function: Option<FnId>,
    statement: &'s Stmt,
    routers: &mut Vec<Router<'s>>,
) {
    let (value, variable) = match statement {
        Stmt::Assign(assign) => (assign.value.as_ref(), variable(model, assign)),
        Stmt::Return(value, _) => (value.as_ref(), model.intern("<returned>")),
        _ => return,
    };
    let alternatives: &[Expr] = match value {
        Some(Expr::Or(values)) => values,
        Some(value) => std::slice::from_ref(value),
        None => return,
    };
    for value in alternatives {
        let Expr::Call(call) = value else { continue };
        let Some(is_app) = kind(model, module, function, call) else {
            continue;
        };
        let scope = (module, function);
        routers.push(Router {
            module,
            function,
            variable,
            place: Place {
                module,
                span: call.span,
            },
            is_app,
            prefix: prefix(model, module, call, is_app),
            dependencies: dependencies(model, scope, call),
            routes: Vec::new(),
            includes: Vec::new(),
            handlers: handlers(model, scope, call),
        });
    }
}

fn variable(model: &Model<'_>, assign: &Assign) -> Name {
    match &assign.target {
        Expr::Name(name, _) => *name,
        Expr::Attr(attr) => attr.name,
        _ => model.intern("<unnamed>"),
    }
}

/// Whether a call makes an application (`Some(true)`), a router (`Some(false)`) or something else.
fn kind(model: &Model<'_>, module: ModId, function: Option<FnId>, call: &Call) -> Option<bool> {
    let named = match &call.func {
        Expr::Name(name, _) => model.text(*name),
        Expr::Attr(attr) => model.text(attr.name),
        _ => return None,
    };
    // Cheap first: only a capitalised name can be a class.
    if !named.trim_start_matches('_').starts_with(char::is_uppercase) {
        return None;
    }
    model
        .infer(module, function, &call.func)
        .all
        .iter()
        .find_map(|ty| match ty {
            Ty::Entity(Entity::External(name)) => external_kind(model.text(*name)),
            Ty::Entity(Entity::Class(class)) => {
                if model.has_external_base(*class, &["APIRouter"]) {
                    Some(false)
                } else {
                    model.has_external_base(*class, &["FastAPI"]).then_some(true)
                }
            }
            _ => None,
        })
}

fn external_kind(dotted: &str) -> Option<bool> {
    let framework = dotted.starts_with("fastapi.") || dotted.starts_with("starlette.");
    match last_segment(dotted) {
        "APIRouter" => Some(false),
        "FastAPI" => Some(true),
        "Starlette" if framework => Some(true),
        "Router" if dotted.starts_with("starlette.") => Some(false),
        _ => None,
    }
}

fn prefix(model: &Model<'_>, module: ModId, call: &Call, is_app: bool) -> String {
    if is_app {
        return String::new();
    }
    call.keyword(model.names, "prefix")
        .map_or_else(String::new, |prefix| text(model, module, prefix))
}

/// A constant text, or `?`.
pub(super) fn text(model: &Model<'_>, module: ModId, expr: &Expr) -> String {
    model.constant_text(module, expr).unwrap_or_else(|| "?".to_owned())
}

/// The providers of `dependencies=[Depends(provider), …]`.
pub(super) fn dependencies<'s>(
    model: &Model<'s>,
    (module, function): (ModId, Option<FnId>),
    call: &'s Call,
) -> Vec<Dependency<'s>> {
    let Some(list) = call.keyword(model.names, "dependencies") else {
        return Vec::new();
    };
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
        Expr::Call(_) => found.extend(depends(model, module, list).flatten().map(|provider| Dependency {
            module,
            function,
            provider,
        })),
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

/// What `Depends(provider)` or `Security(provider)` depends on: `Some(None)` for `Depends()` without one.
pub(crate) fn depends<'s>(model: &Model<'_>, module: ModId, expr: &'s Expr) -> Option<Option<&'s Expr>> {
    let Expr::Call(call) = expr else { return None };
    let name = match model.expression(module, &call.func) {
        Some(Entity::External(dotted)) => last_segment(model.text(dotted)),
        _ => match &call.func {
            Expr::Name(name, _) => model.text(*name),
            Expr::Attr(attr) => model.text(attr.name),
            _ => return None,
        },
    };
    matches!(name, "Depends" | "Security").then(|| call.argument(model.names, "dependency", 0))
}

/// `exception_handlers={Class: handler}`.
fn handlers<'s>(model: &Model<'s>, (module, function): (ModId, Option<FnId>), call: &'s Call) -> Vec<ExceptionHandler> {
    let Some(Expr::Dict(items, _)) = call.keyword(model.names, "exception_handlers") else {
        return Vec::new();
    };
    let place = Place {
        module,
        span: call.span,
    };
    let entries = items.iter().filter_map(|(key, value)| Some((key.as_ref()?, value)));
    entries
        .map(|(class, handler)| {
            super::collect::exception_handler(model, (module, function), class, Some(handler), place)
        })
        .collect()
}
