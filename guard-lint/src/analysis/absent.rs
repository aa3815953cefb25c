//! Names, attributes and imports on the way of a request that are not there.

use super::catching::Catcher;
use super::flow::Frame;
use super::summary::{OddityKind, Witness};
use super::value::Val;
use crate::model::classes::{Base, Relation};
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::source::facts::{Attr, Expr, Import, Name, Span};
use crate::source::visit::each_call;

impl<'s> Frame<'_, 's> {
    /// Notes a name that nothing binds.
    pub(super) fn note_missing_name(&mut self, name: Name, span: Span) {
        // A name without a place is asked for by this program, not by the source.
        if span != Span::default() && self.model.is_never_bound(self.function, name) {
            let what = format!("`{}` is not defined", self.text(name));
            self.odd(span, OddityKind::NameUndefined, what);
        }
    }

    /// Notes an attribute that no value which can stand there has.
    pub(super) fn note_missing_attribute(&mut self, base: &Val, attr: &'s Attr) {
        let lacks = |ty: &Ty| self.model.lacks_attribute(*ty, attr.name);
        if base.types.is_empty() || !base.types.iter().all(lacks) || self.is_tested(attr) {
            return;
        }
        // What was followed here may be only a part of what can arrive.
        let all = self.model.infer(self.module, Some(self.function), &attr.base);
        if all.partial || all.all.is_empty() || !all.all.iter().all(lacks) {
            return;
        }
        let sure = base.types.iter().all(|ty| match ty {
            Ty::Object { exact, .. } => *exact,
            _ => true,
        });
        let owner = match base.types.first() {
            Some(Ty::Object { class, .. } | Ty::Entity(Entity::Class(class))) => {
                self.text(self.model.class_facts(*class).name).to_owned()
            }
            Some(Ty::Entity(Entity::Module(module))) => self.model.dotted[module.0 as usize].clone(),
            _ => return,
        };
        let what = format!("`{owner}` has no attribute `{}`", self.text(attr.name));
        self.odd(attr.span, OddityKind::AttributeMissing { sure }, what);
    }

    /// Whether the function asks what the object is before it uses it: `hasattr(x, "name")`, `isinstance(x, …)`.
    fn is_tested(&self, attr: &Attr) -> bool {
        let mut tested = false;
        each_call(&self.model.function(self.function).facts.body, &mut |call| {
            let Expr::Name(function, _) = &call.func else { return };
            tested |= match self.text(*function) {
                "hasattr" => matches!(call.position(1), Some(Expr::Str(name, _)) if *name == attr.name),
                "isinstance" | "type" | "callable" => call.position(0).is_some_and(|value| same(value, &attr.base)),
                _ => false,
            };
        });
        tested
    }

    /// Notes an import inside a function that can never succeed.
    pub(super) fn note_missing_import(&mut self, import: &Import, name: Name) {
        if let Some(what) = self.model.import_fault(self.module, import, name) {
            self.odd(import.span, OddityKind::ImportFails, what);
        }
    }

    /// What the handlers of a `try` make of what is not there: one that names the error was written for it, and behind
    /// one that swallows it the route goes on.
    pub(super) fn forgive(&mut self, from: usize, catcher: &Catcher<'s>, goes_on: bool) {
        let mut index = from;
        while index < self.summary.oddities.len() {
            let Some(class) = self.summary.oddities[index].kind.raises() else {
                index += 1;
                continue;
            };
            if self.catches(catcher, Base::External(self.model.literal(class))) != Relation::Yes {
                index += 1;
                continue;
            }
            let named = catcher.classes.iter().any(|expr| {
                let name = match expr {
                    Expr::Name(name, _) => self.text(*name),
                    Expr::Attr(attr) => self.text(attr.name),
                    _ => "",
                };
                matches!(
                    name,
                    "NameError" | "AttributeError" | "ImportError" | "ModuleNotFoundError"
                )
            });
            if named || self.summary.oddities[index].kind == OddityKind::ImportFails {
                self.summary.oddities.remove(index);
                continue;
            }
            self.summary.oddities[index].caught |= goes_on;
            index += 1;
        }
    }

    /// Notes something odd, once a place.
    pub(super) fn odd(&mut self, span: Span, kind: OddityKind, what: impl Into<String>) {
        let at: Witness = self.witness(span, what);
        self.note_oddity(super::summary::Oddity {
            at,
            kind,
            caught: false,
        });
    }
}

/// Whether two expressions are written alike.
fn same(left: &Expr, right: &Expr) -> bool {
    match (left, right) {
        (Expr::Name(left, _), Expr::Name(right, _)) => left == right,
        (Expr::Attr(left), Expr::Attr(right)) => left.name == right.name && same(&left.base, &right.base),
        _ => false,
    }
}
