//! What a walk that asks for stored artifacts has to follow at once: which calls, by their names.
//!
//! A call leads to a store if some function of its name may. That says too much where many functions share a name, and never
//! too little, and it costs a look at each function instead of one at each call on every way.

use lasso::Key;

use super::lookup::{holder, last_name};
use crate::model::types::each_statement;
use crate::model::{FnId, Model};
use crate::source::facts::{Expr, Name, Stmt};
use crate::source::visit::each_call;
use crate::vocabulary::{Vocabulary, has_word, starts_with};

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
    /// What may change an object that it gets.
    change: Known,
    /// What never returns.
    endless: Known,
}

impl Needs {
    /// Looks at every function once.
    pub(super) fn new(model: &Model<'_>, words: &Vocabulary, question: Question) -> Self {
        let functions: Vec<Calls> = (0..model.functions.len() as u32)
            .map(|id| Calls::of(model, FnId(id)))
            .collect();
        let mut needs = Self {
            question,
            follow: Known::default(),
            look: Known::default(),
            change: Known::default(),
            endless: endless(model, &functions),
        };
        let mut seen = Known::default();
        for name in functions.iter().flat_map(|function| &function.all) {
            if seen.add(*name) {
                needs.sort(*name, model.text(*name), words);
            }
        }
        if question == Question::Records {
            for function in &functions {
                needs.look.add(function.name);
                if records_by_holder(model, function.id, &needs.look, words) {
                    needs.follow.add(function.name);
                }
            }
        }
        for function in functions.iter().filter(|function| needs.endless.has(function.name)) {
            needs.follow.add(function.name);
        }
        spread(&mut needs.follow, &functions, |function| &function.all);
        for function in functions.iter().filter(|function| function.changes) {
            needs.change.add(function.name);
        }
        spread(&mut needs.change, &functions, |function| &function.hands);
        needs
    }

    /// What a name says by itself.
    fn sort(&mut self, name: Name, text: &str, words: &Vocabulary) {
        let records = &words.records;
        let is_row = |rows: &[String]| rows.iter().any(|row| row == text);
        let leads = match self.question {
            Question::Artifacts => {
                let is_class = text.trim_start_matches('_').starts_with(char::is_uppercase);
                is_row(&records.artifact_stores) || (is_class && has_word(text, &records.artifact_words))
            }
            Question::Records => is_row(&records.usage_records) || is_row(&records.audit_records),
        };
        if leads {
            self.follow.add(name);
        }
        let records_by_verb = self.question == Question::Records && starts_with(text, &records.recording_verbs);
        if is_row(&words.writes) || starts_with(text, &words.write_verbs) || records_by_verb {
            self.look.add(name);
        }
        if CHANGES.contains(&text) {
            self.change.add(name);
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
        self.endless.has(name)
    }

    /// Whether a function may come to its end.
    pub(super) fn comes_back(&self, body: &[Stmt]) -> bool {
        comes_back(body, &self.endless)
    }

    /// Whether a call of this name may change an object that it gets.
    pub(super) fn changes(&self, name: Name) -> bool {
        self.change.has(name)
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

/// Whether a function records something on what is named for it: `self.budget.track(…)`.
fn records_by_holder(model: &Model<'_>, id: FnId, look: &Known, words: &Vocabulary) -> bool {
    let records = &words.records;
    let mut found = false;
    each_call(&model.function(id).facts.body, &mut |call| {
        if let Expr::Attr(attr) = &call.func
            && look.has(attr.name)
            && let Some(holder) = holder(&attr.base).map(|name| model.text(name))
            && starts_with(model.text(attr.name), &records.recording_verbs)
        {
            found |= has_word(holder, &records.usage_words) || has_word(holder, &records.audit_words);
        }
    });
    found
}

/// What a function calls.
struct Calls {
    /// The name by which it is called itself.
    name: Name,
    id: FnId,
    /// The last names of what it calls.
    all: Vec<Name>,
    /// Of those, what gets one of its parameters.
    hands: Vec<Name>,
    /// Whether it changes one of its parameters.
    changes: bool,
}

impl Calls {
    fn of(model: &Model<'_>, id: FnId) -> Self {
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
