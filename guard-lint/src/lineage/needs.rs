//! What a walk that asks for stored artifacts has to follow at once: which calls, by their names.
//!
//! A call leads to a store if some function of its name may. That says too much where many functions share a name, and never
//! too little, and it costs a look at each function instead of one at each call on every way.

use std::sync::Arc;

use lasso::Key;

use super::lookup::{Lookup, last_name};
use super::said;
use crate::model::types::each_statement;
use crate::model::{FnId, Model};
use crate::source::facts::{Expr, Name, Stmt};
use crate::source::visit::each_call;

/// Methods that change the dict, list or hash that they are called on.
pub(super) const CHANGES: [&str; 8] = [
    "add",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "setdefault",
    "update",
];

/// A set of names.
#[derive(Debug, Clone, Default)]
struct Known(Vec<u64>);

impl Known {
    fn has(&self, name: Name) -> bool {
        let key = name.into_usize();
        self.0.get(key / 64).is_some_and(|bits| bits & 1 << (key % 64) != 0)
    }

    /// Adds a name; whether it is new.
    fn add(&mut self, name: Name) -> bool {
        let key = name.into_usize();
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
    /// What never returns.
    endless: Known,
}

impl Needs {
    /// What each question needs.
    pub(super) fn of_each(lookup: &Lookup<'_, '_>, functions: &[Calls]) -> [Self; 2] {
        let model = lookup.model;
        let mut every = Every {
            change: Known::default(),
            endless: endless(model, functions),
        };
        for function in functions.iter().filter(|function| function.changes) {
            every.change.add(function.name);
        }
        for text in CHANGES {
            model.names.get(text).into_iter().for_each(|name| {
                every.change.add(name);
            });
        }
        spread(&mut every.change, functions, |function| &function.hands);
        let every = Arc::new(every);
        [Question::Artifacts, Question::Records].map(|question| Self::new(question, lookup, functions, &every))
    }

    fn new(question: Question, lookup: &Lookup<'_, '_>, functions: &[Calls], every: &Arc<Every>) -> Self {
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
        for name in functions.iter().flat_map(|function| &function.all) {
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
            if every.endless.has(function.name) || (question == Question::Records && function.records) {
                follow.add(function.name);
            }
        }
        spread(&mut follow, functions, |function| &function.all);
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

    /// Whether a function may come to its end.
    pub(super) fn comes_back(&self, body: &[Stmt]) -> bool {
        comes_back(body, &self.every.endless)
    }

    /// Whether a call of this name may change an object that it gets.
    pub(super) fn changes(&self, name: Name) -> bool {
        self.every.change.has(name)
    }
}

/// Adds the names of all functions that call one of these.
fn spread(names: &mut Known, functions: &[Calls], calls: impl Fn(&Calls) -> &[Name]) {
    let mut grows = true;
    while grows {
        grows = false;
        for function in functions {
            if !names.has(function.name) && calls(function).iter().any(|name| names.has(*name)) {
                grows |= names.add(function.name);
            }
        }
    }
}

/// What a function calls.
pub(super) struct Calls {
    /// The name by which it is called itself.
    name: Name,
    id: FnId,
    /// The last names of what it calls.
    pub(super) all: Vec<Name>,
    /// Of those, what gets one of its parameters.
    hands: Vec<Name>,
    /// Whether it changes one of its parameters.
    changes: bool,
    /// Whether it records something on what is named for it: `self.budget.track(…)`.
    records: bool,
}

impl Calls {
    /// What every function calls, by its id.
    pub(super) fn of_all(lookup: &Lookup<'_, '_>) -> Vec<Self> {
        let functions = (0..lookup.model.functions.len() as u32).map(FnId);
        functions.map(|id| Self::of(lookup, id)).collect()
    }

    /// What one function calls.
    pub(super) fn of(lookup: &Lookup<'_, '_>, id: FnId) -> Self {
        let model = lookup.model;
        let info = model.function(id);
        let own = model.text(info.facts.name);
        let name = match info.class {
            Some(class) if own == "__init__" => model.class_facts(class).name,
            _ => info.facts.name,
        };
        let skipped = usize::from(own == "__init__");
        let params: Vec<Name> = info.facts.params.iter().skip(skipped).map(|param| param.name).collect();
        let is_param = |expr: &Expr| root(expr).is_some_and(|root| params.contains(&root));
        let mut calls = Self {
            name,
            id,
            all: Vec::new(),
            hands: Vec::new(),
            changes: false,
            records: false,
        };
        each_call(&info.facts.body, &mut |call| {
            let (name, base) = match &call.func {
                Expr::Name(name, _) => (*name, None),
                Expr::Attr(attr) => (attr.name, Some(&attr.base)),
                _ => return,
            };
            calls.all.push(name);
            let given = call.args.iter().map(|arg| &arg.value).chain(base);
            if given.into_iter().any(is_param) {
                calls.hands.push(name);
            }
            calls.records |= base.is_some() && lookup.emission(call) != 0;
            if base.is_some_and(is_param) && CHANGES.contains(&model.text(name)) {
                calls.changes = true;
            }
        });
        each_statement(&info.facts.body, &mut |statement| {
            let targets = match statement {
                Stmt::Assign(assign) => std::slice::from_ref(&assign.target),
                Stmt::Expr(Expr::Other(targets)) => &**targets,
                _ => &[],
            };
            let is_part = |target: &&Expr| matches!(target, Expr::Attr(_) | Expr::Index(..));
            calls.changes |= targets.iter().filter(is_part).any(is_param);
        });
        calls
    }
}

/// The names of the functions that never return, also because what they call does not.
fn endless(model: &Model<'_>, functions: &[Calls]) -> Known {
    let mut names = Known::default();
    let mut asked: Vec<&Calls> = functions
        .iter()
        .filter(|function| !model.is_abstract(function.id))
        .collect();
    while !asked.is_empty() {
        let body = |function: &Calls| &model.function(function.id).facts.body;
        let (back, ended): (Vec<&Calls>, Vec<&Calls>) = asked
            .into_iter()
            .partition(|function| comes_back(body(function), &names));
        let mut new = Known::default();
        for function in ended {
            names.add(function.name);
            new.add(function.name);
        }
        let calls_new = |function: &&Calls| function.all.iter().any(|name| new.has(*name));
        asked = back.into_iter().filter(calls_new).collect();
    }
    names
}

/// Whether a body may come to its end or to a return, where calls of these names do not.
fn comes_back(body: &[Stmt], endless: &Known) -> bool {
    let mut returns = false;
    each_statement(body, &mut |statement| returns |= matches!(statement, Stmt::Return(..)));
    returns || falls_through(body, endless)
}

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

/// The variable that an expression is a part of.
fn root(expr: &Expr) -> Option<Name> {
    match expr {
        Expr::Name(name, _) => Some(*name),
        Expr::Attr(attr) => root(&attr.base),
        Expr::Index(pair, _) => root(&pair.0),
        Expr::Await(inner) | Expr::Star(inner) => root(inner),
        _ => None,
    }
}
