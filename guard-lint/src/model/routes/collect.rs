//! What is registered on routers: by decorators and calls, in any scope, on a router known by any name.

use rustc_hash::FxHashMap;

use super::construct::{dependencies, text};
use super::{ExceptionHandler, Include, Route, Router, RouterId};
use crate::model::bind::bind;
use crate::model::classes::Base;
use crate::model::resolve::Entity;
use crate::model::scope::Binding;
use crate::model::types::{Ty, each_statement};
use crate::model::{FnId, ModId, Model, Place};
use crate::source::facts::{Call, Expr, Name, Stmt};
use crate::source::visit::each_call;

/// How often routers that are passed as arguments are followed from call to callee.
const ROUNDS: u32 = 6;

/// Where an expression stands.
type Where = (ModId, Option<FnId>);

/// A registration, before it is known on which routers.
struct Operation<'s> {
    receiver: &'s Expr,
    call: &'s Call,
    method: &'s str,
    /// The decorated function, or the handler given in `router.get("/x")(handler)`.
    decorated: Option<FnId>,
    at: Where,
}

/// Fills routes, includes and handlers of all routers.
pub(super) fn fill<'s>(model: &Model<'s>, routers: &mut [Router<'s>]) {
    let mut finder = Finder::new(model, routers);
    let operations = operations(model);
    finder.follow_arguments(&operations);
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
    let mut found = Vec::new();
    for index in 0..model.sources.files.len() {
        let module = ModId(index as u32);
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
            each_call(&function.body, &mut |call| {
                called(model, call, (module, Some(id)), &mut found)
            });
        }
        each_call(&facts.body, &mut |call| called(model, call, (module, None), &mut found));
        for class in &facts.classes {
            each_call(&class.body, &mut |call| called(model, call, (module, None), &mut found));
        }
    }
    found.sort_by_key(|operation| (operation.at.0, operation.call.span));
    found
}

fn called<'s>(model: &Model<'s>, call: &'s Call, at: Where, found: &mut Vec<Operation<'s>>) {
    // `router.get("/x")(handler)`
    if let Expr::Call(inner) = &call.func {
        let handler = call.position(0).and_then(|handler| function_of(model, at, handler));
        if handler.is_some() {
            found.extend(operation(model, inner, handler, at));
        }
        return;
    }
    found.extend(operation(model, call, None, at));
}

fn operation<'s>(model: &Model<'s>, call: &'s Call, decorated: Option<FnId>, at: Where) -> Option<Operation<'s>> {
    let Expr::Attr(attr) = &call.func else { return None };
    let method = model.text(attr.name);
    let registers = match decorated {
        Some(_) => {
            verb(method).is_some()
                || matches!(
                    method,
                    "api_route" | "route" | "websocket" | "websocket_route" | "exception_handler"
                )
        }
        None => matches!(
            method,
            "include_router"
                | "mount"
                | "add_api_route"
                | "add_route"
                | "add_api_websocket_route"
                | "add_websocket_route"
                | "add_exception_handler"
        ),
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
            let child = match method {
                "mount" => call.argument(model.names, "app", 1),
                _ => call.argument(model.names, "router", 0),
            };
            let Some(child) = child else { return };
            let prefix = match method {
                "mount" => call.argument(model.names, "path", 0),
                _ => call.keyword(model.names, "prefix"),
            };
            for child in finder.routers(at, child) {
                let includes = &mut routers[receiver.0 as usize].includes;
                if child != receiver {
                    includes.push(Include {
                        child,
                        prefix: prefix.map_or_else(String::new, |prefix| text(model, at.0, prefix)),
                        dependencies: dependencies(model, at, call),
                        place,
                        mounted: method == "mount",
                    });
                }
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
    let path = call
        .argument(model.names, "path", 0)
        .map_or_else(|| "?".to_owned(), |path| text(model, at.0, path));
    let websocket = method.contains("websocket");
    let methods = match verb(method) {
        _ if websocket => Vec::new(),
        Some(verb) => vec![verb.to_owned()],
        None => methods(model, at.0, call),
    };
    Some(Route {
        handler,
        methods,
        path,
        websocket,
        dependencies: dependencies(model, at, call),
        place,
    })
}

/// `methods=[…]`, GET where none is given.
fn methods(model: &Model<'_>, module: ModId, call: &Call) -> Vec<String> {
    let list = match call.keyword(model.names, "methods") {
        Some(name @ (Expr::Name(..) | Expr::Attr(_))) => match model.expression(module, name) {
            Some(Entity::Global(owner, name)) => model.global_value(owner, name),
            _ => None,
        },
        other => other,
    };
    let Some(Expr::Seq(items)) = list else {
        return vec!["GET".to_owned()];
    };
    let mut methods: Vec<String> = items
        .iter()
        .filter_map(|item| item.as_str(model.names))
        .map(str::to_uppercase)
        .collect();
    methods.sort_unstable();
    methods.dedup();
    methods
}

/// The function that an expression means.
fn function_of(model: &Model<'_>, (module, function): Where, expr: &Expr) -> Option<FnId> {
    model.infer(module, function, expr).all.iter().find_map(|ty| match ty {
        Ty::Entity(Entity::Function(function)) | Ty::Method(function) => Some(*function),
        _ => None,
    })
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

/// Finds the routers that an expression can be.
struct Finder<'m, 's> {
    model: &'m Model<'s>,
    /// The router that a constructor call makes.
    made: FxHashMap<Place, RouterId>,
    /// The routers that reach a parameter.
    passed: FxHashMap<(FnId, Name), Vec<RouterId>>,
}

impl<'m, 's> Finder<'m, 's> {
    fn new(model: &'m Model<'s>, routers: &[Router<'s>]) -> Self {
        let made = routers
            .iter()
            .enumerate()
            .map(|(index, router)| (router.place, RouterId(index as u32)));
        Self {
            model,
            made: made.collect(),
            passed: FxHashMap::default(),
        }
    }

    /// Finds which routers reach the parameters that operations are done on: `register(app)`.
    fn follow_arguments(&mut self, operations: &[Operation<'s>]) {
        let mut wanted: Vec<(FnId, Name)> = Vec::new();
        let want = |at: Where, expr: &Expr, wanted: &mut Vec<(FnId, Name)>, model: &Model<'_>| {
            if let (Some(function), Expr::Name(name, _)) = (at.1, expr)
                && model
                    .function(function)
                    .facts
                    .params
                    .iter()
                    .any(|param| param.name == *name)
                && !wanted.contains(&(function, *name))
            {
                wanted.push((function, *name));
            }
        };
        for operation in operations {
            want(operation.at, operation.receiver, &mut wanted, self.model);
            if let Some(child) = operation
                .call
                .position(0)
                .filter(|_| operation.method == "include_router")
            {
                want(operation.at, child, &mut wanted, self.model);
            }
        }
        for _ in 0..ROUNDS {
            if wanted.is_empty() || !self.pass_arguments(&mut wanted) {
                return;
            }
        }
    }

    /// One round over all calls of the functions that want routers; whether anything new was passed.
    fn pass_arguments(&mut self, wanted: &mut Vec<(FnId, Name)>) -> bool {
        let names: Vec<Name> = wanted
            .iter()
            .map(|(function, _)| self.model.function(*function).facts.name)
            .collect();
        let mut calls: Vec<(Where, &'s Call)> = Vec::new();
        for index in 0..self.model.sources.files.len() {
            let module = ModId(index as u32);
            let facts = &self.model.file(module).facts;
            let mut keep = |at: Where, call: &'s Call| {
                let name = match &call.func {
                    Expr::Name(name, _) => *name,
                    Expr::Attr(attr) => attr.name,
                    _ => return,
                };
                // A renamed import calls it by another name; the resolution below decides.
                if names.contains(&name)
                    || matches!(self.model.scope(module).get(name), Some(Binding::From { attribute, .. }) if names.contains(&attribute))
                {
                    calls.push((at, call));
                }
            };
            each_call(&facts.body, &mut |call| keep((module, None), call));
            for (local, function) in facts.functions.iter().enumerate() {
                let id = self.model.local_function(module, local as u32);
                each_call(&function.body, &mut |call| keep((module, Some(id)), call));
            }
        }
        let mut changed = false;
        for (at, call) in calls {
            let Some(callee) = function_of(self.model, at, &call.func) else {
                continue;
            };
            let is_method = matches!(&call.func, Expr::Attr(_)) && self.model.function(callee).class.is_some();
            let Ok(bound) = bind(self.model.function(callee).facts, call, is_method) else {
                continue;
            };
            for (param, value) in self.model.function(callee).facts.params.iter().zip(bound.values) {
                let Some(value) = value.filter(|_| wanted.contains(&(callee, param.name))) else {
                    continue;
                };
                if let (Some(function), Expr::Name(name, _)) = (at.1, value)
                    && self
                        .model
                        .function(function)
                        .facts
                        .params
                        .iter()
                        .any(|param| param.name == *name)
                    && !wanted.contains(&(function, *name))
                {
                    wanted.push((function, *name));
                    changed = true;
                }
                for router in self.routers(at, value) {
                    let passed = self.passed.entry((callee, param.name)).or_default();
                    if !passed.contains(&router) {
                        passed.push(router);
                        changed = true;
                    }
                }
            }
        }
        changed
    }

    /// The routers that an expression can be, in a stable order.
    fn routers(&self, at: Where, expr: &Expr) -> Vec<RouterId> {
        let mut found = Vec::new();
        self.search(at, expr, &mut found, 12);
        found
    }

    fn search(&self, at: Where, expr: &Expr, found: &mut Vec<RouterId>, hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        match expr {
            Expr::Call(call) => {
                if let Some(router) = self.made.get(&Place {
                    module: at.0,
                    span: call.span,
                }) {
                    push(found, *router);
                } else if let Some(function) = function_of(self.model, at, &call.func) {
                    self.returned(function, found, hops);
                }
            }
            Expr::Await(inner) => self.search(at, inner, found, hops),
            Expr::Or(values) => values.iter().for_each(|value| self.search(at, value, found, hops)),
            Expr::Choice(choice) => {
                self.search(at, &choice.then, found, hops);
                self.search(at, &choice.otherwise, found, hops);
            }
            Expr::Name(name, _) => self.search_name(at, *name, found, hops),
            Expr::Attr(attr) => self.search_attribute(at, &attr.base, attr.name, expr, found, hops),
            _ => {}
        }
    }

    fn returned(&self, function: FnId, found: &mut Vec<RouterId>, hops: u32) {
        let info = self.model.function(function);
        each_statement(&info.facts.body, &mut |statement| {
            if let Stmt::Return(Some(value), _) = statement {
                self.search((info.module, Some(function)), value, found, hops);
            }
        });
    }

    fn search_name(&self, at: Where, name: Name, found: &mut Vec<RouterId>, hops: u32) {
        let mut scope = at.1;
        while let Some(function) = scope {
            let info = self.model.function(function);
            if info.facts.params.iter().any(|param| param.name == name) {
                self.passed
                    .get(&(function, name))
                    .into_iter()
                    .flatten()
                    .for_each(|router| push(found, *router));
                return;
            }
            if self.search_locals((at.0, Some(function)), &info.facts.body, name, found, hops) {
                return;
            }
            scope = info.parent;
        }
        match self.model.global(at.0, name) {
            Some(Entity::Global(owner, global)) => self.search_global(owner, global, found, hops),
            _ => {
                self.search_locals((at.0, None), &self.model.file(at.0).facts.body, name, found, hops);
            }
        }
    }

    fn search_global(&self, owner: ModId, name: Name, found: &mut Vec<RouterId>, hops: u32) {
        // All assignments count: `router = A()` in one branch, `router = B()` in the other.
        self.search_locals((owner, None), &self.model.file(owner).facts.body, name, found, hops);
    }

    /// Searches what a body assigns to a name; whether it assigns to it at all.
    fn search_locals(&self, at: Where, body: &'s [Stmt], name: Name, found: &mut Vec<RouterId>, hops: u32) -> bool {
        let mut assigned = false;
        each_statement(body, &mut |statement| match statement {
            Stmt::Assign(assign) if matches!(&assign.target, Expr::Name(target, _) if *target == name) => {
                assigned = true;
                if let Some(value) = &assign.value {
                    self.search(at, value, found, hops);
                }
            }
            Stmt::Loop(each) => {
                if let Some(target) = &each.target
                    && let Some(position) = target_position(target, name)
                {
                    assigned = true;
                    self.search_items(at, &each.head, position, found, hops);
                }
            }
            Stmt::Import(import) if at.1.is_some() => {
                for (imported, alias) in &import.names {
                    if alias.unwrap_or(*imported) == name {
                        assigned = true;
                        if let Some(Entity::Global(owner, global)) =
                            self.model.imported(at.0, import, *imported, *alias)
                        {
                            self.search_global(owner, global, found, hops);
                        }
                    }
                }
            }
            _ => {}
        });
        assigned
    }

    /// The routers in a literal list that a loop goes through, or in a constant that holds one.
    fn search_items(&self, at: Where, list: &Expr, position: Option<usize>, found: &mut Vec<RouterId>, hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        match list {
            Expr::Seq(items) => {
                for item in items {
                    let item = match (position, item) {
                        (Some(position), Expr::Seq(parts)) => parts.get(position),
                        (None, item) => Some(item),
                        _ => None,
                    };
                    if let Some(item) = item {
                        self.search(at, item, found, hops);
                    }
                }
            }
            Expr::Name(name, _) => match self.model.global(at.0, *name) {
                Some(Entity::Global(owner, global)) => {
                    if let Some(value) = self.model.global_value(owner, global) {
                        self.search_items((owner, None), value, position, found, hops);
                    }
                }
                _ => {
                    if let Some(function) = at.1 {
                        let body = &self.model.function(function).facts.body;
                        each_statement(body, &mut |statement| {
                            if let Stmt::Assign(assign) = statement
                                && matches!(&assign.target, Expr::Name(target, _) if target == name)
                                && let Some(value @ Expr::Seq(_)) = &assign.value
                            {
                                self.search_items(at, value, position, found, hops);
                            }
                        });
                    }
                }
            },
            _ => {}
        }
    }

    fn search_attribute(&self, at: Where, base: &Expr, name: Name, whole: &Expr, found: &mut Vec<RouterId>, hops: u32) {
        if let Some(Entity::Global(owner, global)) = self.model.expression(at.0, whole) {
            return self.search_global(owner, global, found, hops);
        }
        for ty in self.model.infer(at.0, at.1, base).all {
            match ty {
                Ty::Object { class, .. } | Ty::Entity(Entity::Class(class)) => {
                    self.search_member(class, name, found, hops);
                }
                Ty::Entity(entity @ (Entity::Module(_) | Entity::Namespace(_))) => {
                    if let Some(Entity::Global(owner, global)) = self.model.member(entity, name) {
                        self.search_global(owner, global, found, hops);
                    }
                }
                _ => {}
            }
        }
    }

    fn search_member(&self, class: crate::model::ClassId, name: Name, found: &mut Vec<RouterId>, hops: u32) {
        for class in self.model.ancestry(class) {
            let info = self.model.class(class);
            for (method, field) in info.attributes.get(&name).into_iter().flatten() {
                if let Some(value) = field.value {
                    self.search((info.module, Some(*method)), value, found, hops);
                }
            }
            if let Some(value) = info.fields.get(&name).and_then(|field| field.value) {
                self.search((info.module, None), value, found, hops);
            }
        }
    }
}

fn push(found: &mut Vec<RouterId>, router: RouterId) {
    if !found.contains(&router) {
        found.push(router);
    }
}

/// Whether a loop's target binds this name: whole, or at a position of a tuple.
fn target_position(target: &Expr, name: Name) -> Option<Option<usize>> {
    match target {
        Expr::Name(bound, _) if *bound == name => Some(None),
        Expr::Seq(parts) => parts
            .iter()
            .position(|part| matches!(part, Expr::Name(bound, _) if *bound == name))
            .map(Some),
        _ => None,
    }
}
