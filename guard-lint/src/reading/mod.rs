//! Questions that the facts answer directly, without evaluating anything: what a store is made of, which branch serves which
//! mode, what a stream replays, which settings a constructor demands.
//!
//! Verdicts and rules ask them of the few functions that a ticket or a stream leads to.

pub mod carriers;
pub mod control;
pub mod flag;
pub mod heartbeat;
pub mod modes;
pub mod origin;
pub mod reach;
pub mod refused;
pub mod replay;
pub mod settings;
pub mod store;
pub mod ticketed;

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::types::each_statement;
use crate::model::{FnId, ModId, Model, Place};
use crate::source::facts::{Expr, Name, Span, Stmt};
use crate::vocabulary::Vocabulary;

/// Where an expression stands: its file, and the function whose names it sees.
pub type At = (ModId, Option<FnId>);

/// A program with the words that its names are read by.
#[derive(Clone, Copy)]
pub struct Reader<'a, 's> {
    /// The program.
    pub model: &'a Model<'s>,
    /// The words.
    pub words: &'a Vocabulary,
    /// What it was asked before.
    pub answers: &'a Answers,
}

/// What is asked of the same functions again and again.
#[derive(Default)]
pub struct Answers {
    next: Kept<FnId>,
    settings: Kept<settings::Setting>,
    demands: Kept<settings::Setting>,
}

/// Lists by function.
type Kept<T> = RefCell<FxHashMap<FnId, Rc<[T]>>>;

/// The list that is kept for a function, or else found now.
fn kept<T>(all: &Kept<T>, function: FnId, find: impl FnOnce() -> Vec<T>) -> Rc<[T]> {
    if let Some(known) = all.borrow().get(&function) {
        return known.clone();
    }
    let found: Rc<[T]> = find().into();
    all.borrow_mut().insert(function, found.clone());
    found
}

impl<'s> Reader<'_, 's> {
    /// The last name of an expression: `a.b.c` is `c`, `payload["x"]` and `payload.get("x")` are `x`.
    pub fn last_name(&self, expr: &Expr) -> Option<&'s str> {
        match expr {
            Expr::Name(name, _) => Some(self.model.text(*name)),
            Expr::Attr(attr) => Some(self.model.text(attr.name)),
            Expr::Index(pair) => self.string(&pair.index),
            Expr::Await(inner) => self.last_name(inner),
            Expr::Call(call) => match &call.func {
                Expr::Attr(attr) if self.model.text(attr.name) == "get" => self.string(call.position(0)?),
                Expr::Attr(attr) => self.last_name(&attr.base),
                _ => None,
            },
            _ => None,
        }
    }

    /// The name of what is called.
    pub fn callee_name(&self, func: &Expr) -> &'s str {
        match func {
            Expr::Name(name, _) => self.model.text(*name),
            Expr::Attr(attr) => self.model.text(attr.name),
            _ => "",
        }
    }

    /// A literal string.
    pub fn string(&self, expr: &Expr) -> Option<&'s str> {
        match expr {
            Expr::Str(text, _) => Some(self.model.text(*text)),
            _ => None,
        }
    }

    /// What an expression can be.
    pub fn types(&self, at: At, expr: &Expr) -> Vec<Ty> {
        self.model.infer(at.0, at.1, expr).all
    }

    /// What a name means here: imported by the function itself, or known to its module.
    pub fn entity(&self, at: At, name: Name) -> Option<Entity> {
        let mut scope = at.1;
        while let Some(function) = scope {
            let info = self.model.function(function);
            let mut found = None;
            each_statement(&info.facts.body, &mut |statement| {
                if let Stmt::Import(import) = statement {
                    for (imported, alias) in &import.names {
                        if alias.unwrap_or(*imported) == name {
                            found = found.or_else(|| self.model.imported(at.0, import, *imported, *alias));
                        }
                    }
                }
            });
            if found.is_some() {
                return found;
            }
            scope = info.parent;
        }
        self.model.global(at.0, name)
    }

    /// The function's place in its file.
    pub fn at(&self, function: FnId) -> At {
        (self.model.function(function).module, Some(function))
    }

    /// A place in a function's file.
    pub fn place(&self, module: ModId, span: Span) -> Place {
        Place { module, span }
    }

    /// Whether a name is one of a cursor.
    pub fn is_cursor(&self, name: &str) -> bool {
        let plain = name.to_lowercase().replace('-', "_");
        let ends = |word: &String| {
            plain
                .strip_suffix(word.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
        };
        self.words.cursor_words.iter().any(ends)
    }

    /// Whether a file holds tests.
    pub fn is_test(&self, module: ModId) -> bool {
        crate::source::walk::is_test(&self.model.file(module).path)
    }

    /// The functions of a file.
    pub fn functions_of(&self, module: ModId) -> impl Iterator<Item = FnId> + use<'_, 's> {
        let count = self.model.file(module).facts.functions.len() as u32;
        (0..count).map(move |local| self.model.local_function(module, local))
    }

    /// Whether a name is `self`.
    pub fn is_self(&self, name: Name) -> bool {
        self.model.text(name) == "self"
    }
}
