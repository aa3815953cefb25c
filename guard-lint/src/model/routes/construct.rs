//! Where routers and applications are made.

use rustc_hash::FxHashSet;

use super::constant::{Scope, UNKNOWN};
use super::{Dependency, Router, Where, arguments, middleware, route_class};
use crate::model::bind::bind;
use crate::model::classes::last_segment;
use crate::model::resolve::Entity;
use crate::model::types::{Ty, each_statement};
use crate::model::words::BUILTINS;
use crate::model::{ClassId, FnId, Model, Place};
use crate::source::facts::{ArgKind, Assign, Call, Expr, Name, ParamKind, Span, Stmt};
use crate::source::glance::Glance;
use crate::source::visit::each_call;

/// The class that a call makes an object of.
struct Kind {
    is_app: bool,
    /// Where it is a class of the program's own.
    subclass: Option<ClassId>,
}

/// Every call of a router's or application's class, in the order of their places.
pub(super) fn routers<'s>(model: &Model<'s>) -> Vec<(Router<'s>, &'s Call)> {
    let mut routers = model.in_every_file(|model, module, routers| {
        let facts = &model.file(module).facts;
        let mut look = |at: Where, body: &'s [Stmt], glance: &Glance| {
            if glance.calls(|name| may_make(model, at, name)) {
                within(model, at, body, routers);
            }
        };
        look((module, None), &facts.body, &facts.glance);
        for class in &facts.classes {
            look((module, None), &class.body, &class.glance);
        }
        for (local, function) in facts.functions.iter().enumerate() {
            let at = (module, Some(model.local_function(module, local as u32)));
            look(at, &function.body, &function.glance);
        }
    });
    routers.sort_by_key(|(router, _)| router.place);
    routers
}

/// Whether a call by this name may make a router or an application, also as `module.Name()`.
fn may_make(model: &Model<'_>, (module, function): Where, name: Name) -> bool {
    let text = model.text(name);
    if !is_capitalised(text) {
        return false;
    }
    match model.global(module, name) {
        // A class of the module's own may share the name.
        _ if CLASSES.contains(&text) => true,
        _ if function.is_some_and(|function| model.is_local(function, name)) => true,
        Some(Entity::Global(..)) => true,
        Some(entity) => kind_of(model, entity).is_some(),
        None => !BUILTINS.contains(&text),
    }
}

/// First those that a variable or the caller gets, which name them; then those inside other expressions.
fn within<'s>(model: &Model<'s>, at: Where, body: &'s [Stmt], routers: &mut Vec<(Router<'s>, &'s Call)>) {
    let mut named: FxHashSet<Span> = FxHashSet::default();
    each_statement(body, &mut |statement| {
        let (value, variable) = match statement {
            Stmt::Assign(assign) => (assign.value.as_ref(), variable(model, assign)),
            Stmt::Return(value, _) => (value.as_ref(), model.literal("<returned>")),
            _ => return,
        };
        let alternatives: &[Expr] = match value {
            Some(Expr::Or(values)) => values,
            Some(value) => std::slice::from_ref(value),
            None => return,
        };
        for value in alternatives {
            if let Expr::Call(call) = value
                && let Some(kind) = kind(model, at, call)
            {
                named.insert(call.span);
                routers.push((router(model, at, call, &kind, variable), call));
            }
        }
    });
    each_call(body, &mut |call| {
        if let Some(kind) = kind(model, at, call)
            && !named.contains(&call.span)
        {
            routers.push((router(model, at, call, &kind, model.literal("<unnamed>")), call));
        }
    });
}

fn variable(model: &Model<'_>, assign: &Assign) -> Name {
    match &assign.target {
        Expr::Name(name, _) => *name,
        Expr::Attr(attr) => attr.name,
        _ => model.literal("<unnamed>"),
    }
}

fn router<'s>(model: &Model<'s>, at: Where, call: &'s Call, kind: &Kind, variable: Name) -> Router<'s> {
    let own = kind.subclass.and_then(|class| constructor(model, class));
    let (prefix, dependencies) = match own {
        Some(init) => through_constructor(model, at, call, init),
        None => (
            prefix(model, &Scope::at(at), call),
            arguments::dependencies(model, at, call),
        ),
    };
    Router {
        module: at.0,
        function: at.1,
        variable,
        place: Place {
            module: at.0,
            span: call.span,
        },
        is_app: kind.is_app,
        prefix: if kind.is_app { String::new() } else { prefix },
        dependencies,
        routes: Vec::new(),
        includes: Vec::new(),
        handlers: arguments::handlers(model, at, call),
        middleware: middleware::listed(model, at, call),
        catches: route_class::given(model, at, call)
            || own.is_some_and(|(init, inner)| {
                route_class::given(model, (model.function(init).module, Some(init)), inner)
            }),
    }
}

/// Whether a call makes an application, a router or something else.
fn kind(model: &Model<'_>, (module, function): Where, call: &Call) -> Option<Kind> {
    let named = match &call.func {
        Expr::Name(name, _) => model.text(*name),
        Expr::Attr(attr) => model.text(attr.name),
        _ => return None,
    };
    // Cheap first.
    if !is_capitalised(named) {
        return None;
    }
    let of = |entity: Entity| kind_of(model, entity);
    let inferred = || {
        let types = model.infer(module, function, &call.func).all;
        types.iter().find_map(|ty| match ty {
            Ty::Entity(entity) => of(*entity),
            _ => None,
        })
    };
    match &call.func {
        Expr::Name(name, _) => match model.global(module, *name) {
            // A variable may hold a class that a function made.
            Some(Entity::Global(..)) => inferred(),
            Some(entity) => of(entity),
            // A built-in class, most often.
            None if function.is_none() => None,
            None => inferred(),
        },
        _ => inferred(),
    }
}

/// Only a capitalised name can be a class.
fn is_capitalised(name: &str) -> bool {
    name.trim_start_matches('_').starts_with(char::is_uppercase)
}

/// What objects of this class are.
fn kind_of(model: &Model<'_>, entity: Entity) -> Option<Kind> {
    match entity {
        Entity::External(name) => external_kind(model.text(name)).map(|is_app| Kind { is_app, subclass: None }),
        Entity::Class(class) => {
            let is_app = model.has_external_base(class, &["FastAPI"]);
            let is_router = is_app || model.has_external_base(class, &["APIRouter"]);
            is_router.then_some(Kind {
                is_app,
                subclass: Some(class),
            })
        }
        _ => None,
    }
}

/// The classes of [`external_kind`], by their last names.
const CLASSES: [&str; 4] = ["APIRouter", "FastAPI", "Starlette", "Router"];

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

fn prefix<'s>(model: &Model<'s>, scope: &Scope<'_, 's>, call: &'s Call) -> String {
    match call.keyword(model.names, "prefix") {
        Some(prefix) => scope.text(model, prefix),
        // `APIRouter(**options)`
        None if call.args.iter().any(|arg| arg.kind == ArgKind::DoubleStar) => UNKNOWN.to_owned(),
        None => String::new(),
    }
}

/// The constructor of a subclass, with its call of the framework's.
fn constructor<'s>(model: &Model<'s>, class: ClassId) -> Option<(FnId, &'s Call)> {
    let init = model.method(class, model.literal("__init__"))?;
    let mut found = None;
    each_call(&model.function(init).facts.body, &mut |call| {
        if matches!(&call.func, Expr::Attr(attr) if model.text(attr.name) == "__init__") {
            found.get_or_insert(call);
        }
    });
    Some((init, found?))
}

/// The prefix and the dependencies that a subclass's constructor passes on to the framework's.
fn through_constructor<'s>(
    model: &Model<'s>,
    at: Where,
    call: &'s Call,
    (init, inner): (FnId, &'s Call),
) -> (String, Vec<Dependency<'s>>) {
    let info = model.function(init);
    let inside = (info.module, Some(init));
    let Ok(bound) = bind(info.facts, call, true) else {
        return (UNKNOWN.to_owned(), Vec::new());
    };
    let given: Vec<_> = info
        .facts
        .params
        .iter()
        .map(|param| param.name)
        .zip(bound.values)
        .collect();
    // What `**kwargs` takes goes on unchanged, as far as the constructor passes it on.
    let passes_on = inner.args.iter().any(|arg| arg.kind == ArgKind::DoubleStar);
    let outer = Scope::at(at);
    let scope = Scope {
        at: inside,
        given: &given,
        outer: Some(&outer),
    };
    let prefix = match inner
        .keyword(model.names, "prefix")
        .or_else(|| set_option(model, init, "prefix"))
    {
        Some(own) => scope.text(model, own),
        None if passes_on => prefix(model, &outer, call),
        None => String::new(),
    };
    let mut dependencies = arguments::dependencies(model, inside, inner);
    if passes_on {
        if let Some(list) = set_option(model, init, "dependencies") {
            dependencies.extend(arguments::listed(model, inside, list));
        }
        dependencies.extend(arguments::dependencies(model, at, call));
    }
    (prefix, dependencies)
}

/// The value of `kwargs["option"] = value` in a constructor.
fn set_option<'s>(model: &Model<'s>, init: FnId, option: &str) -> Option<&'s Expr> {
    let facts = model.function(init).facts;
    let rest = facts.params.iter().find(|param| param.kind == ParamKind::Keywords)?;
    let mut found = None;
    each_statement(&facts.body, &mut |statement| {
        if let Stmt::Assign(assign) = statement
            && let Expr::Index(pair) = &assign.target
            && matches!(&pair.base, Expr::Name(name, _) if *name == rest.name)
            && pair.index.as_str(model.names) == Some(option)
        {
            found = assign.value.as_ref();
        }
    });
    found
}
