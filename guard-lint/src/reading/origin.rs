//! Where a value comes from: the classes that it may have been made of, mode by mode.

use super::modes::Mode;
use super::{At, Reader};
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::{ClassId, FnId, ModId, Place};
use crate::source::facts::{Expr, Name, Stmt};

/// A class that a value was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The class.
    pub class: ClassId,
    /// The call that makes it.
    pub place: Place,
    /// Whether it is made where something else has failed.
    pub fallback: bool,
}

/// How many steps a value is followed.
const DEPTH: u32 = 10;

/// One search.
struct Search {
    mode: Mode,
    found: Vec<Made>,
    /// The expressions that were followed.
    seen: Vec<*const Expr>,
}

impl<'s> Reader<'_, 's> {
    /// The classes of the program that this value may have been made of in this mode.
    pub fn origins(&self, at: At, expr: &'s Expr, mode: Mode) -> Vec<Made> {
        let mut search = Search {
            mode,
            found: Vec::new(),
            seen: Vec::new(),
        };
        self.follow(at, expr, (false, DEPTH), &mut search);
        search.found
    }

    /// The classes that `object.name` may have been made of.
    pub fn attribute_origins(&self, class: ClassId, name: Name, mode: Mode) -> Vec<Made> {
        let mut search = Search {
            mode,
            found: Vec::new(),
            seen: Vec::new(),
        };
        self.follow_attribute(class, name, (false, DEPTH), &mut search);
        search.found
    }

    fn follow(&self, at: At, expr: &'s Expr, (fallback, depth): (bool, u32), search: &mut Search) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if search.seen.contains(&std::ptr::from_ref(expr)) {
            return;
        }
        search.seen.push(expr);
        let next = (fallback, depth);
        match expr {
            Expr::Await(inner) => self.follow(at, inner, next, search),
            Expr::Or(parts) => parts.iter().for_each(|part| self.follow(at, part, next, search)),
            Expr::Choice(choice) => {
                let truth = self.truth(at, &choice.test, search.mode);
                if truth != Some(false) {
                    self.follow(at, &choice.then, next, search);
                }
                if truth != Some(true) {
                    self.follow(at, &choice.otherwise, next, search);
                }
            }
            Expr::Walrus(pair) => self.follow(at, &pair.1, next, search),
            // `_STORES.setdefault(name, Store())`
            Expr::Call(call) if self.callee_name(&call.func) == "setdefault" && call.args.len() == 2 => {
                self.follow(at, &call.args[1].value, next, search);
            }
            Expr::Call(call) => {
                for ty in self.types(at, &call.func) {
                    match ty {
                        Ty::Entity(Entity::Class(class)) => {
                            let made = Made {
                                class,
                                place: self.place(at.0, call.span),
                                fallback,
                            };
                            if !search.found.contains(&made) {
                                search.found.push(made);
                            }
                        }
                        Ty::Entity(Entity::Function(function)) | Ty::Method(function) => {
                            self.follow_returns(function, next, search);
                        }
                        _ => {}
                    }
                }
            }
            Expr::Name(name, _) => self.follow_name(at, *name, next, search),
            Expr::Attr(attr) => {
                for ty in self.types(at, &attr.base) {
                    match ty {
                        Ty::Object { class, .. } => self.follow_attribute(class, attr.name, next, search),
                        Ty::Entity(Entity::Module(module)) => self.follow_global(module, attr.name, next, search),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn follow_returns(&self, function: FnId, (fallback, depth): (bool, u32), search: &mut Search) {
        let at = self.at(function);
        let mut values = Vec::new();
        self.live(
            at,
            &self.model.function(function).facts.body,
            search.mode,
            &mut |statement, caught| {
                if let Stmt::Return(Some(value), _) = statement {
                    values.push((value, caught));
                }
            },
        );
        for (value, caught) in values {
            self.follow(at, value, (fallback || caught, depth), search);
        }
    }

    /// What this function assigns to the name, or the module where it does not.
    fn follow_name(&self, at: At, name: Name, (fallback, depth): (bool, u32), search: &mut Search) {
        let mut scope = at.1;
        while let Some(function) = scope {
            let info = self.model.function(function);
            if let Some(param) = info.facts.params.iter().find(|param| param.name == name) {
                // What the framework passes comes from the provider.
                for provider in self.providers(function, param) {
                    self.follow_returns(provider, (fallback, depth), search);
                }
                return;
            }
            let assigned = self.assigned(
                self.at(function),
                &info.facts.body,
                search.mode,
                &|target| matches!(target, Expr::Name(local, _) if *local == name),
            );
            let is_global = info
                .facts
                .body
                .iter()
                .any(|statement| matches!(statement, Stmt::Global(names) if names.contains(&name)));
            if !assigned.is_empty() && !is_global {
                for (value, caught) in assigned {
                    self.follow(self.at(function), value, (fallback || caught, depth), search);
                }
                return;
            }
            scope = info.parent;
        }
        if let Some(Entity::Global(owner, name)) = self.entity(at, name) {
            self.follow_global(owner, name, (fallback, depth), search);
        }
    }

    /// A module's variable: its value, and what functions that call it `global` assign.
    fn follow_global(&self, owner: ModId, name: Name, (fallback, depth): (bool, u32), search: &mut Search) {
        let is_name = |target: &Expr| matches!(target, Expr::Name(local, _) if *local == name);
        let top = self.assigned((owner, None), &self.model.file(owner).facts.body, search.mode, &is_name);
        for (value, caught) in top {
            self.follow((owner, None), value, (fallback || caught, depth), search);
        }
        for function in self.functions_of(owner) {
            let facts = self.model.function(function).facts;
            let is_global = facts
                .body
                .iter()
                .any(|statement| matches!(statement, Stmt::Global(names) if names.contains(&name)));
            if is_global {
                for (value, caught) in self.assigned(self.at(function), &facts.body, search.mode, &is_name) {
                    self.follow(self.at(function), value, (fallback || caught, depth), search);
                }
            }
        }
    }

    fn follow_attribute(&self, class: ClassId, name: Name, (fallback, depth): (bool, u32), search: &mut Search) {
        for class in self.model.ancestry(class) {
            let info = self.model.class(class);
            let mut methods: Vec<FnId> = info
                .attributes
                .get(&name)
                .into_iter()
                .flatten()
                .map(|(method, _)| *method)
                .collect();
            methods.dedup();
            for method in methods {
                let at = self.at(method);
                let is_attribute = |target: &Expr| {
                    matches!(target, Expr::Attr(attr) if attr.name == name
                        && matches!(&attr.base, Expr::Name(base, _) if self.is_self(*base)))
                };
                let body = &self.model.function(method).facts.body;
                for (value, caught) in self.assigned(at, body, search.mode, &is_attribute) {
                    self.follow(at, value, (fallback || caught, depth), search);
                }
            }
            if let Some(property) = info
                .methods
                .get(&name)
                .filter(|method| self.model.is_decorated(**method, "property"))
            {
                self.follow_returns(*property, (fallback, depth), search);
            }
            if let Some(value) = info.fields.get(&name).and_then(|field| field.value) {
                self.follow((info.module, None), value, (fallback, depth), search);
            }
        }
    }

    /// The values that live statements assign to such a target, with whether they do so inside `except`.
    fn assigned(
        &self,
        at: At,
        body: &'s [Stmt],
        mode: Mode,
        is_target: &dyn Fn(&Expr) -> bool,
    ) -> Vec<(&'s Expr, bool)> {
        let mut values = Vec::new();
        self.live(at, body, mode, &mut |statement, caught| {
            if let Stmt::Assign(assign) = statement
                && let Some(value) = &assign.value
                && is_target(&assign.target)
            {
                values.push((value, caught));
            }
        });
        values
    }
}
