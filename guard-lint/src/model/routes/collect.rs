//! What is registered on routers: by decorators and calls, in any scope, on a router known by any name.

use super::arguments::{dependencies, exception_handler};
use super::constant::{Scope, UNKNOWN};
use super::finder::Finder;
use super::{Include, Route, Router, RouterId, Where, middleware, route_class, table};
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::{FnId, ModId, Model, Place};
use crate::source::facts::{self, ArgKind, Call, Expr, Function};
use crate::source::glance::Glance;
use crate::source::visit::each_call;

/// The methods that register something when they are called.
const REGISTERING: [&str; 8] = [
    "add_api_route",
    "add_api_websocket_route",
    "add_exception_handler",
    "add_middleware",
    "add_route",
    "add_websocket_route",
    "include_router",
    "mount",
];

/// A registration, before it is known on which routers.
pub(super) struct Operation<'s> {
    /// What it is registered on.
    pub(super) receiver: &'s Expr,
    /// The registering call or decorator.
    pub(super) call: &'s Call,
    /// Where it stands.
    pub(super) at: Where,
    method: &'s str,
    /// The decorated function, or the handler given in `router.get("/x")(handler)`.
    decorated: Option<FnId>,
}

impl<'s> Operation<'s> {
    /// What it includes or mounts.
    pub(super) fn child(&self, model: &Model<'s>) -> Option<&'s Expr> {
        match self.method {
            "mount" => self.call.argument(model.names, "app", 1),
            "include_router" => self.call.argument(model.names, "router", 0),
            _ => None,
        }
    }
}

/// Fills routes, includes and handlers of all routers; `made` holds the calls that make them.
pub(super) fn fill<'s>(model: &Model<'s>, routers: &mut [Router<'s>], made: &[&'s Call]) {
    let operations = operations(model);
    let finder = Finder::new(model, routers, &operations);
    for (router, call) in routers.iter_mut().zip(made) {
        table::fill(model, &finder, router, call);
    }
    route_class::assigned(model, &finder, routers);
    let mut resolved: Vec<(usize, Vec<RouterId>)> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        let receivers = finder.routers(operation.at, operation.receiver);
        if !receivers.is_empty() {
            resolved.push((index, receivers));
        }
    }
    // What an operation adds is found before anything is changed: includes name other routers.
    for (index, receivers) in resolved {
        let operation = &operations[index];
        for receiver in receivers {
            apply(model, &finder, operation, receiver, routers);
        }
    }
}

/// All registrations of the program in source order: decorators at their functions, calls where they stand.
fn operations<'s>(model: &Model<'s>) -> Vec<Operation<'s>> {
    let wanted = REGISTERING.map(|method| model.names.get(method));
    let registers = |glance: &Glance| glance.calls_unnamed || glance.calls(|name| wanted.contains(&Some(name)));
    let mut found = model.in_every_file(|model, module, found| {
        let facts = &model.file(module).facts;
        for (local, function) in facts.functions.iter().enumerate() {
            let id = model.local_function(module, local as u32);
            // The innermost decorator registers first.
            for decorator in function.decorators.iter().rev() {
                if let Expr::Call(call) = decorator {
                    let at = (module, model.function(id).parent);
                    found.extend(operation(model, call, Some(id), at));
                }
            }
            if registers(&function.glance) {
                each_call(&function.body, &mut |call| {
                    called(model, call, (module, Some(id)), found)
                });
            }
        }
        if registers(&facts.glance) {
            each_call(&facts.body, &mut |call| called(model, call, (module, None), found));
        }
        for class in facts.classes.iter().filter(|class| registers(&class.glance)) {
            each_call(&class.body, &mut |call| called(model, call, (module, None), found));
        }
    });
    found.sort_by_key(|operation| (operation.at.0, operation.call.span));
    found
}

fn called<'s>(model: &Model<'s>, call: &'s Call, at: Where, found: &mut Vec<Operation<'s>>) {
    // `router.get("/x")(handler)`
    if let Expr::Call(inner) = &call.func {
        let given = call.position(0);
        let handler = given.and_then(|given| function_of(model, at, given).or_else(|| defined(model, at.0, given)));
        if handler.is_some() {
            found.extend(operation(model, inner, handler, at));
        }
        return;
    }
    found.extend(operation(model, call, None, at));
}

/// The function that a module defines by this name, where the name is bound again later: `f = router.get("/x")(f)`.
fn defined(model: &Model<'_>, module: ModId, expr: &Expr) -> Option<FnId> {
    let Expr::Name(name, _) = expr else { return None };
    let functions = &model.file(module).facts.functions;
    let is_it = |function: &Function| function.scope == facts::Scope::Module && function.name == *name;
    let local = functions.iter().position(is_it)?;
    Some(model.local_function(module, local as u32))
}

fn operation<'s>(model: &Model<'s>, call: &'s Call, decorated: Option<FnId>, at: Where) -> Option<Operation<'s>> {
    let Expr::Attr(attr) = &call.func else { return None };
    let method = model.text(attr.name);
    let registers = match decorated {
        Some(_) => {
            verb(method).is_some()
                || matches!(
                    method,
                    "api_route" | "route" | "websocket" | "websocket_route" | "exception_handler" | "middleware"
                )
        }
        None => REGISTERING.contains(&method),
    };
    registers.then_some(Operation {
        receiver: &attr.base,
        call,
        method,
        decorated,
        at,
    })
}

/// The upper-case HTTP method that a decorator's name means.
fn verb(method: &str) -> Option<&'static str> {
    Some(match method {
        "get" => "GET",
        "post" => "POST",
        "put" => "PUT",
        "patch" => "PATCH",
        "delete" => "DELETE",
        "head" => "HEAD",
        "options" => "OPTIONS",
        "trace" => "TRACE",
        _ => return None,
    })
}

fn apply<'s>(
    model: &Model<'s>,
    finder: &Finder<'_, 's>,
    operation: &Operation<'s>,
    receiver: RouterId,
    routers: &mut [Router<'s>],
) {
    let Operation { call, at, method, .. } = *operation;
    let place = Place {
        module: at.0,
        span: call.span,
    };
    match method {
        "include_router" | "mount" => {
            let Some(child) = operation.child(model) else { return };
            let prefix = match method {
                "mount" => call.argument(model.names, "path", 0),
                _ => call.keyword(model.names, "prefix"),
            };
            // `include_router(router, **options)`
            let open = call.args.iter().any(|arg| arg.kind == ArgKind::DoubleStar);
            for turn in finder.turns_around(at, call) {
                let children = turn.routers(finder, at, child).into_iter();
                let includes = children.filter(|child| *child != receiver).map(|child| Include {
                    child,
                    prefix: match prefix {
                        Some(prefix) => turn.text(finder, at, prefix),
                        None => if open { UNKNOWN } else { "" }.to_owned(),
                    },
                    dependencies: turn.dependencies(finder, at, call),
                    place,
                    mounted: method == "mount",
                });
                routers[receiver.0 as usize].includes.extend(includes);
            }
        }
        "exception_handler" => {
            let Some(class) = call.argument(model.names, "exc_class_or_status_code", 0) else {
                return;
            };
            let mut handler = exception_handler(model, at, class, None, place);
            handler.function = operation.decorated;
            routers[receiver.0 as usize].handlers.push(handler);
        }
        "add_exception_handler" => {
            let Some(class) = call.argument(model.names, "exc_class_or_status_code", 0) else {
                return;
            };
            let function = call.argument(model.names, "handler", 1);
            routers[receiver.0 as usize]
                .handlers
                .push(exception_handler(model, at, class, function, place));
        }
        "middleware" | "add_middleware" => {
            let class = || call.argument(model.names, "middleware_class", 0);
            let found = match operation.decorated {
                Some(function) => Some(middleware::of_function(model, function, place)),
                None => class().and_then(|class| middleware::of_class(model, at, class, call)),
            };
            routers[receiver.0 as usize].middleware.extend(found);
        }
        _ => {
            if let Some(route) = route(model, operation, place) {
                routers[receiver.0 as usize].routes.push(route);
            }
        }
    }
}

fn route<'s>(model: &Model<'s>, operation: &Operation<'s>, place: Place) -> Option<Route<'s>> {
    let Operation {
        call,
        at,
        method,
        decorated,
        ..
    } = *operation;
    let handler = match decorated {
        Some(function) => function,
        None => {
            let given = call
                .keyword(model.names, "endpoint")
                .or_else(|| call.argument(model.names, "route", 1))?;
            function_of(model, at, given)?
        }
    };
    let path = call.argument(model.names, "path", 0);
    let path = path.map_or_else(|| UNKNOWN.to_owned(), |path| Scope::at(at).text(model, path));
    let websocket = method.contains("websocket");
    let methods = match verb(method) {
        _ if websocket => Vec::new(),
        Some(verb) => vec![verb.to_owned()],
        None => methods(model, at, call),
    };
    Some(Route {
        handler,
        methods,
        path,
        websocket,
        status: call.keyword(model.names, "status_code"),
        dependencies: dependencies(model, at, call),
        place,
    })
}

/// `methods=[…]`, GET where none is given.
pub(super) fn methods<'s>(model: &Model<'s>, at: Where, call: &'s Call) -> Vec<String> {
    match call.keyword(model.names, "methods") {
        None | Some(Expr::None) => vec!["GET".to_owned()],
        Some(list) => {
            let mut methods = Scope::at(at).texts(model, list);
            methods.iter_mut().for_each(|method| method.make_ascii_uppercase());
            methods.sort_unstable();
            methods.dedup();
            methods
        }
    }
}

/// The function that an expression means.
pub(super) fn function_of(model: &Model<'_>, (module, function): Where, expr: &Expr) -> Option<FnId> {
    model.infer(module, function, expr).all.iter().find_map(|ty| match ty {
        Ty::Entity(Entity::Function(function)) | Ty::Method(function) => Some(*function),
        _ => None,
    })
}
