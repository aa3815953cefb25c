//! What a function leads to: the functions that it calls, and those that they call.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use super::{At, Reader, kept};
use crate::model::FnId;
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::source::facts::Expr;
use crate::source::visit::each_call;

/// How many calls away a function may be, and how many functions are looked at.
const DEPTH: u32 = 8;
const WIDTH: usize = 600;

impl<'s> Reader<'_, 's> {
    /// The functions of the program that this expression may call.
    pub fn called(&self, at: At, func: &Expr) -> impl Iterator<Item = FnId> + use<'s> {
        let mut found = Vec::new();
        for ty in self.types(at, func) {
            match ty {
                Ty::Entity(Entity::Function(function)) => found.push(function),
                Ty::Method(method) => match self.model.function(method).class {
                    Some(class) if self.model.is_abstract(method) => {
                        let name = self.model.function(method).facts.name;
                        found.extend(self.model.implementations(class, name));
                    }
                    _ => found.push(method),
                },
                Ty::Entity(Entity::Class(class)) => {
                    found.extend(self.model.method(class, self.model.literal("__init__")));
                }
                _ => {}
            }
        }
        found.into_iter()
    }

    /// These functions and all that they lead to, nearest first; with what is nested in them.
    pub fn reach(&self, roots: impl IntoIterator<Item = FnId>) -> Vec<FnId> {
        let mut queue: VecDeque<(FnId, u32)> = roots.into_iter().map(|root| (root, 0)).collect();
        let mut seen: FxHashSet<FnId> = queue.iter().map(|(root, _)| *root).collect();
        let mut found = Vec::new();
        while let Some((function, depth)) = queue.pop_front() {
            found.push(function);
            if depth == DEPTH || found.len() + queue.len() > WIDTH {
                continue;
            }
            let next = kept(&self.answers.next, function, || self.next(function));
            for callee in next.iter().copied() {
                if seen.insert(callee) {
                    queue.push_back((callee, depth + 1));
                }
            }
        }
        found
    }
    /// What is nested in a function, and what it calls.
    fn next(&self, function: FnId) -> Vec<FnId> {
        let info = self.model.function(function);
        let nested = self.functions_of(info.module);
        let mut next: Vec<FnId> = nested
            .filter(|other| self.model.function(*other).parent == Some(function))
            .collect();
        each_call(&info.facts.body, &mut |call| {
            next.extend(self.called(self.at(function), &call.func));
        });
        next
    }
}
