//! Stores that take the place of one that could not be reached.

use super::View;
use super::streams::is_memory;
use crate::model::Place;
use crate::model::rust::{At, Def};
use crate::source::rust::facts::{Expr, Kind, TypeDef, each_in};
use crate::vocabulary::has_word;

impl<'s> View<'_, '_, 's> {
    /// Where a failure is answered with a store of this trait that a restart empties, and that store's type.
    pub(super) fn fallback(&self, of_trait: &TypeDef) -> Option<(Place, String)> {
        for (id, function) in self.program.functions() {
            let Some(at) = self.program.module_of(id) else { continue };
            let mut found = None;
            each_in(&function.body, &mut |part| {
                let instead = match &part.kind {
                    Kind::Match(_, arms) => arms
                        .iter()
                        .filter(|(pattern, _, _)| pattern.heads.iter().any(|head| head == "Err"))
                        .find_map(|(_, _, arm)| self.made(at, arm, of_trait)),
                    Kind::Method(_, name, arguments)
                        if matches!(name.as_str(), "unwrap_or_else" | "or_else" | "unwrap_or") =>
                    {
                        arguments.iter().find_map(|argument| match &argument.kind {
                            Kind::Closure(index) => {
                                let closure = self.program.model.local_function(self.program.file_of(at), *index);
                                let mut made = None;
                                each_in(&self.program.function(closure)?.body, &mut |inner| {
                                    made = made.take().or_else(|| self.made(at, inner, of_trait));
                                });
                                made
                            }
                            _ => self.made(at, argument, of_trait),
                        })
                    }
                    _ => None,
                };
                found = found.take().or(instead);
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Where an expression makes a volatile store of this trait.
    fn made(&self, at: At, expr: &'s Expr, of_trait: &TypeDef) -> Option<(Place, String)> {
        let mut found = None;
        expr.each(&mut |part| {
            let Kind::Call(head, _) = &part.kind else { return };
            let Some([before @ .., _]) = head.as_path() else { return };
            let Def::Type(_, ty) = self.program.resolve(at, before) else {
                return;
            };
            let words = &self.analyzer.known.vocabulary().volatile_words;
            let volatile = !ty.fields.is_empty() && ty.fields.iter().all(|(_, field)| is_memory(field));
            if (volatile || has_word(&ty.name, words)) && self.implements(ty, of_trait) {
                found.get_or_insert_with(|| (self.program.place(at, part.span), ty.name.clone()));
            }
        });
        found
    }

    /// Whether a method of this type is one of the trait's.
    fn implements(&self, ty: &TypeDef, of_trait: &TypeDef) -> bool {
        self.program.functions().any(|(id, function)| {
            let (Some(at), Some(path), Some(owner)) =
                (self.program.module_of(id), &function.of_trait, &function.owner)
            else {
                return false;
            };
            let is = |path: &[String], wanted: &TypeDef| {
                matches!(self.program.resolve(at, path), Def::Type(_, found) if std::ptr::eq(found, wanted))
            };
            owner.last() == ty.name && is(path, of_trait) && is(&owner.path, ty)
        })
    }
}
