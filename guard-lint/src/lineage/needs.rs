//! What a walk that asks for something may have to follow at once: which calls, by their names.
//!
//! A call leads there if some function of its name may. That says too much where many functions share a name, and never too
//! little, and it costs a look at each function instead of one at each call on every way. Where it says yes, the call's own
//! targets are asked (`effects`).

use std::sync::Arc;

use super::lookup::{Lookup, last_name};
use super::said;
use crate::model::{FnId, Model};
use crate::source::facts::{Expr, Function, Name, Stmt};
use crate::source::glance::{CHANGES, Glance};
use crate::source::visit::each_call;

/// A set of names, or of functions.
#[derive(Debug, Clone, Default)]
struct Known(Vec<u64>);

impl Known {
    fn has(&self, name: Name) -> bool {
        self.has_key(name.index())
    }

    fn has_key(&self, key: usize) -> bool {
        self.0.get(key / 64).is_some_and(|bits| bits & 1 << (key % 64) != 0)
    }

    /// Adds a name; whether it is new.
    fn add(&mut self, name: Name) -> bool {
        self.add_key(name.index())
    }

    fn add_key(&mut self, key: usize) -> bool {
        if self.0.len() <= key / 64 {
            self.0.resize(key / 64 + 1, 0);
        }
        let is_new = self.0[key / 64] & 1 << (key % 64) == 0;
        self.0[key / 64] |= 1 << (key % 64);
        is_new
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// The artifacts that are stored.
    Artifacts,
    /// The usage and audit records, and what changes beside them.
    Records,
}

/// Which names lead where.
#[derive(Debug)]
pub(super) struct Needs {
    /// What they lead to.
    pub(super) question: Question,
    /// What may lead there, or never returns.
    follow: Known,
    /// What has to be looked at, call by call.
    look: Known,
    every: Arc<Every>,
}

/// What does not depend on the question.
#[derive(Debug, Default)]
struct Every {
    /// What may change an object that it gets.
    change: Known,
    /// The names of what never returns.
    endless: Known,
    /// What never returns itself.
    endless_functions: Known,
}

impl Needs {
    /// What each question needs.
    pub(super) fn of_each(lookup: &Lookup<'_, '_>) -> [Self; 2] {
        let model = lookup.model;
        let functions = &Called::all(model);
        let mut every = endless(model, functions);
        for function in functions.iter().filter(|function| function.glance.changes) {
            every.change.add(function.name);
        }
        for text in CHANGES {
            model.names.get(text).into_iter().for_each(|name| {
                every.change.add(name);
            });
        }
        spread(&mut every.change, functions, |glance| &glance.hands);
        let every = Arc::new(every);
        [Question::Artifacts, Question::Records].map(|question| Self::new(question, lookup, functions, &every))
    }

    fn new(question: Question, lookup: &Lookup<'_, '_>, functions: &[Called<'_>], every: &Arc<Every>) -> Self {
        let (mut follow, mut look) = (Known::default(), Known::default());
        let (leads, looks) = match question {
            Question::Artifacts => (
                said::ARTIFACT_STORE | said::ARTIFACT_CLASS,
                said::WRITES | said::WRITE_VERB,
            ),
            Question::Records => (
                said::USAGE_ROW | said::AUDIT_ROW,
                said::WRITES | said::WRITE_VERB | said::RECORD_VERB,
            ),
        };
        let mut seen = Known::default();
        for name in functions.iter().flat_map(|function| &function.glance.called) {
            if seen.add(*name) {
                if lookup.says(*name, leads) {
                    follow.add(*name);
                }
                if lookup.says(*name, looks) {
                    look.add(*name);
                }
            }
        }
        for function in functions {
            if question == Question::Records {
                look.add(function.name);
            }
            if every.endless.has(function.name) || (question == Question::Records && function.records(lookup)) {
                follow.add(function.name);
            }
        }
        spread(&mut follow, functions, |glance| &glance.called);
        Self {
            question,
            follow,
            look,
            every: every.clone(),
        }
    }

    /// Whether a call of this name may lead to a store.
    pub(super) fn follows(&self, name: Name) -> bool {
        self.follow.has(name)
    }

    /// Whether a call of this name has to be looked at.
    pub(super) fn looks(&self, name: Name) -> bool {
        self.look.has(name)
    }

    /// Whether a call of this name may never return.
    pub(super) fn ends(&self, name: Name) -> bool {
        self.every.endless.has(name)
    }

    /// Whether a function never returns.
    pub(super) fn is_endless(&self, function: FnId) -> bool {
        self.every.endless_functions.has_key(function.0 as usize)
    }

    /// Whether a function may come to its end.
    pub(super) fn comes_back(&self, function: &Function) -> bool {
        function.glance.returns || falls_through(&function.body, &self.every.endless)
    }

    /// Whether a call of this name may change an object that it gets.
    pub(super) fn changes(&self, name: Name) -> bool {
        self.every.change.has(name)
    }
}

/// Adds the names of all functions that call one of these.
fn spread<'s>(names: &mut Known, functions: &[Called<'s>], calls: impl Fn(&'s Glance) -> &'s [Name]) {
    let mut grows = true;
    while grows {
        grows = false;
        for function in functions {
            if !names.has(function.name) && calls(function.glance).iter().any(|name| names.has(*name)) {
                grows |= names.add(function.name);
            }
        }
    }
}

/// A function, as calls lead to it.
#[derive(Clone, Copy)]
struct Called<'s> {
    /// The name by which it is called: that of its class, where it makes objects.
    name: Name,
    id: FnId,
    glance: &'s Glance,
}

impl<'s> Called<'s> {
    /// All functions of a program, by their ids.
    fn all(model: &Model<'s>) -> Vec<Self> {
        let functions = (0..model.functions.len() as u32).map(FnId);
        let called = functions.map(|id| {
            let info = model.function(id);
            let name = match info.class {
                Some(class) if model.text(info.facts.name) == "__init__" => model.class_facts(class).name,
                _ => info.facts.name,
            };
            let glance = &info.facts.glance;
            Self { name, id, glance }
        });
        called.collect()
    }

    /// Whether it records something on what is named for it: `self.budget.track(…)`.
    fn records(self, lookup: &Lookup<'_, '_>) -> bool {
        let names = said::USAGE_ROW | said::AUDIT_ROW | said::RECORD_VERB;
        if !self.glance.calls(|name| lookup.says(name, names)) {
            return false;
        }
        let mut records = false;
        each_call(&lookup.model.function(self.id).facts.body, &mut |call| {
            records |= matches!(call.func, Expr::Attr(_)) && lookup.emission(call) != 0;
        });
        records
    }
}

/// The functions that never return, also because what they call does not.
fn endless(model: &Model<'_>, functions: &[Called<'_>]) -> Every {
    let mut every = Every::default();
    let can_end = |function: &Called<'_>| !function.glance.returns && !model.is_abstract(function.id);
    let mut asked: Vec<Called<'_>> = functions.iter().copied().filter(can_end).collect();
    while !asked.is_empty() {
        let body = |function: &Called<'_>| &model.function(function.id).facts.body;
        let (back, ended): (Vec<Called<'_>>, Vec<Called<'_>>) = asked
            .into_iter()
            .partition(|function| falls_through(body(function), &every.endless));
        let mut new = Known::default();
        for function in ended {
            every.endless.add(function.name);
            every.endless_functions.add_key(function.id.0 as usize);
            new.add(function.name);
        }
        asked = back
            .into_iter()
            .filter(|function| function.glance.calls(|name| new.has(name)))
            .collect();
    }
    every
}

/// Whether a body without a `return` may come to its end, where calls of these names do not.
fn falls_through(body: &[Stmt], endless: &Known) -> bool {
    body.iter().all(|statement| match statement {
        Stmt::Raise(..) => false,
        Stmt::Expr(expr) => match expr.awaited() {
            Expr::Call(call) => !last_name(&call.func).is_some_and(|name| endless.has(name)),
            _ => true,
        },
        Stmt::If(branch) => falls_through(&branch.then, endless) || falls_through(&branch.otherwise, endless),
        Stmt::With(with) => falls_through(&with.body, endless),
        Stmt::Try(attempt) => {
            let mut handlers = attempt.handlers.iter();
            (falls_through(&attempt.body, endless) && falls_through(&attempt.otherwise, endless)
                || handlers.any(|handler| falls_through(&handler.body, endless)))
                && falls_through(&attempt.finally, endless)
        }
        _ => true,
    })
}
