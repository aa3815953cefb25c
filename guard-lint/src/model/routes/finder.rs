//! Which routers an expression can be: through names, imports, attributes, arguments, loops and returned values.

use rustc_hash::FxHashMap;

use super::collect::{Operation, function_of};
use super::turns::binds;
use super::{Router, RouterId, Where};
use crate::model::bind::bind;
use crate::model::resolve::Entity;
use crate::model::scope::Binding;
use crate::model::types::{Ty, each_statement};
use crate::model::{ClassId, FnId, ModId, Model, Place};
use crate::source::facts::{Attr, Call, Expr, Name, Stmt};
use crate::source::visit::each_call;

/// How often routers that are passed as arguments are followed from call to callee.
const ROUNDS: u32 = 6;

/// How far names are followed.
pub(super) const HOPS: u32 = 12;

/// Finds the routers that an expression can be.
pub(super) struct Finder<'m, 's> {
    pub(super) model: &'m Model<'s>,
    /// The router that a constructor call makes.
    made: FxHashMap<Place, RouterId>,
    /// The routers that reach a parameter.
    passed: FxHashMap<(FnId, Name), Vec<RouterId>>,
}

impl<'m, 's> Finder<'m, 's> {
    /// A finder of these routers, once it has followed them into the parameters that operations are done on.
    pub(super) fn new(model: &'m Model<'s>, routers: &[Router<'s>], operations: &[Operation<'s>]) -> Self {
        let made = routers
            .iter()
            .enumerate()
            .map(|(index, router)| (router.place, RouterId(index as u32)));
        let mut finder = Self {
            model,
            made: made.collect(),
            passed: FxHashMap::default(),
        };
        finder.follow_arguments(operations);
        finder
    }

    /// Finds which routers reach the parameters that operations are done on: `register(app)`.
    fn follow_arguments(&mut self, operations: &[Operation<'s>]) {
        let mut wanted: Vec<(FnId, Name)> = Vec::new();
        for operation in operations {
            self.want(operation.at, operation.receiver, &mut wanted);
            if let Some(child) = operation.child(self.model) {
                self.want(operation.at, child, &mut wanted);
            }
        }
        for _ in 0..ROUNDS {
            if wanted.is_empty() || !self.pass_arguments(&mut wanted) {
                return;
            }
        }
    }

    /// Notes that it matters what reaches this expression, where it is a parameter, or the `router` or an item of one;
    /// whether that is new.
    fn want(&self, at: Where, expr: &Expr, wanted: &mut Vec<(FnId, Name)>) -> bool {
        match expr {
            Expr::Attr(attr) if self.model.text(attr.name) == "router" => self.want(at, &attr.base, wanted),
            Expr::Name(name, _) => {
                let mut scope = at.1;
                while let Some(function) = scope {
                    let info = self.model.function(function);
                    if info.facts.params.iter().any(|param| param.name == *name) {
                        let new = !wanted.contains(&(function, *name));
                        if new {
                            wanted.push((function, *name));
                        }
                        return new;
                    }
                    scope = info.parent;
                }
                false
            }
            _ => false,
        }
    }

    /// One round over all calls of the functions that want routers; whether anything new was passed.
    fn pass_arguments(&mut self, wanted: &mut Vec<(FnId, Name)>) -> bool {
        let mut changed = false;
        for (at, call) in self.calls_of(wanted) {
            let Some(callee) = function_of(self.model, at, &call.func) else {
                continue;
            };
            let info = self.model.function(callee);
            let is_method = matches!(&call.func, Expr::Attr(_)) && info.class.is_some();
            let Ok(bound) = bind(info.facts, call, is_method) else {
                continue;
            };
            for (param, value) in info.facts.params.iter().zip(bound.values) {
                let Some(value) = value.filter(|_| wanted.contains(&(callee, param.name))) else {
                    continue;
                };
                changed |= self.want(at, value, wanted);
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

    /// The calls that may be of these functions, by name. A renamed import calls a function by another name.
    fn calls_of(&self, wanted: &[(FnId, Name)]) -> Vec<(Where, &'s Call)> {
        let names: Vec<Name> = wanted
            .iter()
            .map(|(function, _)| self.model.function(*function).facts.name)
            .collect();
        self.model.in_every_file(|model, module, calls| {
            let facts = &model.file(module).facts;
            let renamed = |name: Name| match model.scope(module).get(name) {
                Some(Binding::From { attribute, .. }) => names.contains(&attribute),
                _ => false,
            };
            let may_be = |name: Name| names.contains(&name) || renamed(name);
            let mut keep = |at: Where, call: &'s Call| {
                let name = match &call.func {
                    Expr::Name(name, _) => *name,
                    Expr::Attr(attr) => attr.name,
                    _ => return,
                };
                if may_be(name) {
                    calls.push((at, call));
                }
            };
            if facts.glance.calls(may_be) {
                each_call(&facts.body, &mut |call| keep((module, None), call));
            }
            for (local, function) in facts.functions.iter().enumerate() {
                if function.glance.calls(may_be) {
                    let id = model.local_function(module, local as u32);
                    each_call(&function.body, &mut |call| keep((module, Some(id)), call));
                }
            }
        })
    }

    /// The routers that an expression can be, in a stable order.
    pub(super) fn routers(&self, at: Where, expr: &'s Expr) -> Vec<RouterId> {
        let mut found = Vec::new();
        self.search(at, expr, &mut found, HOPS);
        found
    }

    fn search(&self, at: Where, expr: &'s Expr, found: &mut Vec<RouterId>, hops: u32) {
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
            Expr::Walrus(pair) => self.search(at, &pair.1, found, hops),
            Expr::Or(values) => values.iter().for_each(|value| self.search(at, value, found, hops)),
            Expr::Choice(choice) => {
                self.search(at, &choice.then, found, hops);
                self.search(at, &choice.otherwise, found, hops);
            }
            Expr::Name(name, _) => self.search_name(at, *name, found, hops),
            Expr::Attr(attr) => self.search_attribute(at, attr, expr, found, hops),
            Expr::Index(pair) => self.search_index(at, &pair.base, &pair.index, found, hops),
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
            if self.search_locals((at.0, Some(function)), name, found, hops) {
                return;
            }
            scope = info.parent;
        }
        match self.model.global(at.0, name) {
            Some(Entity::Global(owner, global)) => self.search_global(owner, global, found, hops),
            _ => {
                self.search_locals((at.0, None), name, found, hops);
            }
        }
    }

    fn search_global(&self, owner: ModId, name: Name, found: &mut Vec<RouterId>, hops: u32) {
        // All assignments count: `router = A()` in one branch, `router = B()` in the other.
        self.search_locals((owner, None), name, found, hops);
    }

    /// The statements of a function or module.
    pub(super) fn body(&self, at: Where) -> &'s [Stmt] {
        match at.1 {
            Some(function) => &self.model.function(function).facts.body,
            None => &self.model.file(at.0).facts.body,
        }
    }

    /// Searches what a body assigns to a name; whether it assigns to it at all.
    fn search_locals(&self, at: Where, name: Name, found: &mut Vec<RouterId>, hops: u32) -> bool {
        let mut assigned = false;
        each_statement(self.body(at), &mut |statement| match statement {
            Stmt::Assign(assign) if matches!(&assign.target, Expr::Name(target, _) if *target == name) => {
                assigned = true;
                if let Some(value) = &assign.value {
                    self.search(at, value, found, hops);
                }
            }
            Stmt::Loop(each) if binds(each, name) => {
                assigned = true;
                for (at, value) in self.looped(at, each, name, hops) {
                    self.search(at, value, found, hops);
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

    /// The calls that a list display holds, with where they stand.
    pub(super) fn calls_in(&self, at: Where, list: &'s Expr) -> Vec<(Where, &'s Call)> {
        let mut calls = Vec::new();
        self.gather_calls(at, list, &mut calls, HOPS);
        calls
    }

    fn gather_calls(&self, at: Where, list: &'s Expr, calls: &mut Vec<(Where, &'s Call)>, hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        let mut displays = Vec::new();
        self.displays(at, list, &mut displays, hops);
        for (at, display) in displays {
            let Expr::Seq(items) = display else { continue };
            for item in items {
                match item {
                    Expr::Call(call) => calls.push((at, call)),
                    Expr::Star(inner) => self.gather_calls(at, inner, calls, hops),
                    _ => {}
                }
            }
        }
    }

    /// The list or dict display that an expression is, or that the names in it were assigned, with where it stands.
    pub(super) fn displays(&self, at: Where, expr: &'s Expr, found: &mut Vec<(Where, &'s Expr)>, hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        match expr {
            Expr::Seq(_) | Expr::Dict(..) => found.push((at, expr)),
            Expr::Call(call) if is_copy(self.model, call) => {
                call.position(0)
                    .iter()
                    .for_each(|inner| self.displays(at, inner, found, hops));
            }
            Expr::Add(pair) | Expr::Pipe(pair) => {
                self.displays(at, &pair.0, found, hops);
                self.displays(at, &pair.1, found, hops);
            }
            Expr::Name(name, _) => {
                let mut scope = at.1;
                while let Some(function) = scope {
                    let info = self.model.function(function);
                    let values = assigned_displays(&info.facts.body, *name);
                    if !values.is_empty() {
                        let at = (at.0, scope);
                        return values
                            .into_iter()
                            .for_each(|value| self.displays(at, value, found, hops));
                    }
                    scope = info.parent;
                }
                self.global_display(at.0, expr, found, hops);
            }
            Expr::Attr(_) => self.global_display(at.0, expr, found, hops),
            _ => {}
        }
    }

    fn global_display(&self, module: ModId, expr: &'s Expr, found: &mut Vec<(Where, &'s Expr)>, hops: u32) {
        if let Some(Entity::Global(owner, global)) = self.model.expression(module, expr)
            && let Some(value) = self.model.global_value(owner, global)
        {
            self.displays((owner, None), value, found, hops);
        }
    }

    /// `ROUTERS["chat"]`: the value of the literal key, or all values where the key is not literal.
    fn search_index(&self, at: Where, base: &'s Expr, index: &Expr, found: &mut Vec<RouterId>, hops: u32) {
        let mut displays = Vec::new();
        self.displays(at, base, &mut displays, hops);
        for (at, display) in displays {
            match (display, index) {
                (Expr::Seq(items), Expr::Int(index)) => {
                    let item = usize::try_from(*index).ok().and_then(|index| items.get(index));
                    item.iter().for_each(|item| self.search(at, item, found, hops));
                }
                (Expr::Seq(items), _) => items.iter().for_each(|item| self.search(at, item, found, hops)),
                (Expr::Dict(dict), _) => {
                    for (key, value) in &dict.items {
                        let differs =
                            matches!((key, index), (Some(Expr::Str(key, _)), Expr::Str(index, _)) if key != index);
                        if !differs {
                            self.search(at, value, found, hops);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn search_attribute(&self, at: Where, attr: &'s Attr, whole: &'s Expr, found: &mut Vec<RouterId>, hops: u32) {
        if let Some(Entity::Global(owner, global)) = self.model.expression(at.0, whole) {
            return self.search_global(owner, global, found, hops);
        }
        let before = found.len();
        self.search_attribute_of(at, &attr.base, attr.name, found, hops);
        // `for part in (admin, carts): app.include_router(part.router)`
        if let Expr::Name(name, _) = &attr.base
            && found.len() == before
        {
            each_statement(self.body(at), &mut |statement| {
                if let Stmt::Loop(each) = statement {
                    for (at, value) in self.looped(at, each, *name, hops) {
                        self.search_attribute_of(at, value, attr.name, found, hops);
                    }
                }
            });
        }
        // What is added to `app.router` is added to the application.
        if found.len() == before && self.model.text(attr.name) == "router" {
            self.search(at, &attr.base, found, hops);
        }
    }

    /// The routers that an attribute of this value can be.
    pub(super) fn attribute(&self, at: Where, base: &'s Expr, name: Name) -> Vec<RouterId> {
        let mut found = Vec::new();
        self.search_attribute_of(at, base, name, &mut found, HOPS);
        found
    }

    fn search_attribute_of(&self, at: Where, base: &'s Expr, name: Name, found: &mut Vec<RouterId>, hops: u32) {
        for ty in self.model.infer(at.0, at.1, base).all {
            self.search_typed(ty, name, found, hops);
        }
    }

    /// The routers that an attribute of a value of this type can be.
    fn search_typed(&self, ty: Ty, name: Name, found: &mut Vec<RouterId>, hops: u32) {
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

    fn search_member(&self, class: ClassId, name: Name, found: &mut Vec<RouterId>, hops: u32) {
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

/// Whether a call is `list(x)` or another that keeps the items.
pub(super) fn is_copy(model: &Model<'_>, call: &Call) -> bool {
    const COPIES: [&str; 7] = ["list", "tuple", "set", "frozenset", "sorted", "reversed", "dict"];
    matches!(&call.func, Expr::Name(name, _) if COPIES.contains(&model.text(*name)))
}

fn assigned_displays(body: &[Stmt], name: Name) -> Vec<&Expr> {
    let mut values = Vec::new();
    each_statement(body, &mut |statement| {
        if let Stmt::Assign(assign) = statement
            && matches!(&assign.target, Expr::Name(target, _) if *target == name)
            && let Some(value @ (Expr::Seq(_) | Expr::Dict(..))) = &assign.value
        {
            values.push(value);
        }
    });
    values
}
