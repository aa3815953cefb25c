//! What catches: `except` clauses, and context managers that do the same.

use super::flow::Frame;
use crate::model::classes::{Base, Relation};
use crate::model::resolve::Entity;
use crate::model::types::{Ty, each_statement};
use crate::model::{FnId, ModId};
use crate::source::facts::{Expr, Handler, Name, Stmt};
use crate::source::visit::each_expr;

/// Something that catches errors of some classes.
pub(super) struct Catcher<'s> {
    /// Where the classes are named.
    pub(super) at: (ModId, Option<FnId>),
    /// The classes; empty for all.
    pub(super) classes: Vec<&'s Expr>,
    /// The name that the error is bound to.
    pub(super) name: Option<Name>,
    /// What runs then.
    pub(super) body: &'s [Stmt],
    /// Whether nothing goes on after it: it raises something else elsewhere.
    pub(super) ends: bool,
}

/// How far names of tuples of classes are followed.
const HOPS: u32 = 4;

impl<'s> Frame<'_, 's> {
    pub(super) fn catcher(&self, handler: &'s Handler) -> Catcher<'s> {
        Catcher {
            at: (self.module, Some(self.function)),
            classes: handler.classes.iter().collect(),
            name: handler.name,
            body: &handler.body,
            ends: false,
        }
    }

    /// What a context manager catches of its body: `contextlib.suppress(…)`, a generator with `try: yield`, a class whose
    /// `__exit__` gives `True`.
    pub(super) fn manager_catchers(&self, manager: &'s Expr) -> Vec<Catcher<'s>> {
        let Expr::Call(call) = manager.awaited() else {
            return Vec::new();
        };
        let at = (self.module, Some(self.function));
        for ty in self.model.infer(self.module, Some(self.function), &call.func).all {
            match ty {
                Ty::Entity(Entity::External(name)) if self.text(name) == "contextlib.suppress" => {
                    let classes = call.args.iter().map(|arg| &arg.value).collect();
                    return vec![Catcher {
                        at,
                        classes,
                        name: None,
                        body: &[],
                        ends: false,
                    }];
                }
                Ty::Entity(Entity::Function(function)) | Ty::Method(function) => {
                    return self.generator_catchers(function);
                }
                Ty::Entity(Entity::Class(class)) => {
                    let exit = ["__exit__", "__aexit__"].map(|name| self.model.method(class, self.model.intern(name)));
                    let swallows = exit.into_iter().flatten().any(|exit| self.gives_true(exit));
                    return if swallows {
                        vec![Catcher {
                            at,
                            classes: Vec::new(),
                            name: None,
                            body: &[],
                            ends: false,
                        }]
                    } else {
                        Vec::new()
                    };
                }
                _ => {}
            }
        }
        Vec::new()
    }

    fn gives_true(&self, function: FnId) -> bool {
        let mut found = false;
        each_statement(&self.model.function(function).facts.body, &mut |statement| {
            found |= matches!(statement, Stmt::Return(Some(Expr::Bool(true)), _));
        });
        found
    }

    /// The handlers around the `yield` of a context manager. What they raise instead leaves the manager's own call.
    fn generator_catchers(&self, function: FnId) -> Vec<Catcher<'s>> {
        let info = self.model.function(function);
        if !info.facts.is_generator {
            return Vec::new();
        }
        let mut catchers = Vec::new();
        each_statement(&info.facts.body, &mut |statement| {
            let Stmt::Try(attempt) = statement else { return };
            let mut yields = false;
            each_expr(&attempt.body, &mut |expr| yields |= matches!(expr, Expr::Yield(_)));
            if !yields {
                return;
            }
            for handler in &attempt.handlers {
                let again = handler
                    .body
                    .iter()
                    .any(|statement| matches!(statement, Stmt::Raise(raise) if raise.error.is_none()));
                if again {
                    break;
                }
                let ends = handler
                    .body
                    .iter()
                    .any(|statement| self.surely_raises(info.module, function, statement));
                catchers.push(Catcher {
                    at: (info.module, Some(function)),
                    classes: handler.classes.iter().collect(),
                    name: None,
                    body: &[],
                    ends,
                });
            }
        });
        catchers
    }

    fn surely_raises(&self, module: ModId, function: FnId, statement: &'s Stmt) -> bool {
        match statement {
            Stmt::Raise(..) => true,
            Stmt::Expr(Expr::Call(call)) => {
                let types = self.model.infer(module, Some(function), &call.func);
                types.all.iter().any(|ty| match ty {
                    Ty::Entity(Entity::Function(callee)) | Ty::Method(callee) => !self.analyzer.summary(*callee).normal,
                    _ => false,
                })
            }
            _ => false,
        }
    }

    /// Whether errors of this class are caught. Of what cannot be told it is taken that they are not.
    pub(super) fn catches(&self, catcher: &Catcher<'s>, class: Base) -> Relation {
        if catcher.classes.is_empty() {
            return Relation::Yes;
        }
        let relations = catcher
            .classes
            .iter()
            .map(|expr| self.relation(catcher.at, expr, class, HOPS));
        relations.fold(Relation::No, strongest)
    }

    fn relation(&self, at: (ModId, Option<FnId>), expr: &'s Expr, class: Base, hops: u32) -> Relation {
        let Some(hops) = hops.checked_sub(1) else {
            return Relation::Unknown;
        };
        match expr {
            Expr::Seq(items) => items
                .iter()
                .map(|item| self.relation(at, item, class, hops))
                .fold(Relation::No, strongest),
            Expr::Star(inner) => self.relation(at, inner, class, hops),
            Expr::Add(pair) => strongest(
                self.relation(at, &pair.0, class, hops),
                self.relation(at, &pair.1, class, hops),
            ),
            expr => {
                // `ERRORS = (A, B)` at module level.
                if let Some(Entity::Global(owner, name)) = self.model.expression(at.0, expr)
                    && let Some(value @ (Expr::Seq(_) | Expr::Add(_))) = self.model.global_value(owner, name)
                {
                    return self.relation((owner, None), value, class, hops);
                }
                self.class_named(at, expr)
                    .map_or(Relation::Unknown, |caught| self.model.is_subclass(class, caught))
            }
        }
    }

    /// The class that an `except` or `isinstance` names.
    pub(super) fn class_named(&self, (module, function): (ModId, Option<FnId>), expr: &Expr) -> Option<Base> {
        let types = self.model.infer(module, function, expr);
        let known = types.all.iter().find_map(|ty| match ty {
            Ty::Entity(Entity::Class(class)) => Some(Base::Local(*class)),
            Ty::Entity(Entity::External(name)) => Some(Base::External(*name)),
            _ => None,
        });
        known.or(match expr {
            Expr::Name(name, _) if types.all.is_empty() => Some(Base::External(*name)),
            _ => None,
        })
    }
}

fn strongest(left: Relation, right: Relation) -> Relation {
    match (left, right) {
        (Relation::Yes, _) | (_, Relation::Yes) => Relation::Yes,
        (Relation::Unknown, _) | (_, Relation::Unknown) => Relation::Unknown,
        _ => Relation::No,
    }
}
