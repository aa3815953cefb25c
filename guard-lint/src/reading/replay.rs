//! What a stream replays: the calls that ask a store for what came after a cursor.

use super::{At, Reader};
use crate::model::types::Ty;
use crate::model::{ClassId, FnId, Place};
use crate::source::facts::{ArgKind, Call, CompareOp, Expr, Name, Stmt};
use crate::source::visit::{descend, each_call, each_expr};
use crate::vocabulary::starts_with;

/// A call that gives a store a cursor.
#[derive(Debug, Clone, Copy)]
pub struct Replay<'s> {
    /// The call.
    pub place: Place,
    /// Where it stands.
    pub at: At,
    /// The store, as written.
    pub source: &'s Expr,
    /// The store's method, where it is known.
    pub method: Option<FnId>,
}

/// A place where a store looks for a cursor in a bounded part of what it keeps.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// The bound.
    pub place: Place,
    /// The method.
    pub method: FnId,
}

impl<'s> Reader<'_, 's> {
    /// The replays in these functions.
    pub fn replays(&self, functions: &[FnId]) -> Vec<Replay<'s>> {
        let mut found = Vec::new();
        for function in functions {
            let at = self.at(*function);
            each_call(&self.model.function(*function).facts.body, &mut |call| {
                found.extend(self.replay(at, call));
            });
        }
        found
    }

    fn replay(&self, at: At, call: &'s Call) -> Option<Replay<'s>> {
        let Expr::Attr(attr) = &call.func else { return None };
        let name = self.model.text(attr.name);
        let gives = call.args.iter().any(|arg| {
            let keyword = match arg.kind {
                ArgKind::Keyword(name) => self.is_cursor(self.model.text(name)),
                _ => false,
            };
            let present = !matches!(arg.value, Expr::None);
            present && (keyword || self.last_name(&arg.value).is_some_and(|name| self.is_cursor(name)))
        });
        if !gives || starts_with(name, &self.words.write_verbs) || self.only_checks(name) || is_lookup(name) {
            return None;
        }
        let methods: Vec<FnId> = self.called(at, &call.func).collect();
        let is_store = |method: &FnId| {
            let class = self.model.function(*method).class;
            class.is_some_and(|class| self.stores_something(class))
        };
        let known = !self.types(at, &attr.base).is_empty();
        let method = methods.into_iter().find(is_store);
        if method.is_none() && (known || !self.is_called_store(&attr.base)) {
            return None;
        }
        Some(Replay {
            place: self.place(at.0, call.span),
            at,
            source: &attr.base,
            method,
        })
    }

    /// `logger.info(cursor)`, `cursor.validate(last_event_id)`: nothing comes back from them.
    fn only_checks(&self, name: &str) -> bool {
        const CHECKS: [&str; 10] = [
            "info",
            "debug",
            "warning",
            "error",
            "exception",
            "validate",
            "check",
            "verify",
            "format",
            "dict",
        ];
        CHECKS.contains(&name)
    }

    fn is_called_store(&self, base: &Expr) -> bool {
        let name = match base {
            Expr::Call(call) => Some(self.callee_name(&call.func)),
            other => self.last_name(other),
        };
        name.is_some_and(|name| crate::vocabulary::has_word(name, &self.words.store_words))
    }

    /// Whether objects of this class are given things to keep: a method of theirs, or of a class below, writes.
    fn stores_something(&self, class: ClassId) -> bool {
        let writes = |class: ClassId| {
            let mut methods = self.model.class(class).methods.keys();
            methods.any(|method| starts_with(self.model.text(*method), &self.words.write_verbs))
        };
        self.model.ancestry(class).into_iter().any(writes)
    }

    /// The places behind a replay where a cursor is searched in the first or last few events only: one that lies further
    /// away is taken for unknown.
    pub fn windows(&self, method: FnId) -> Vec<Window> {
        let below = self.reach([method]);
        below.into_iter().filter_map(|function| self.window(function)).collect()
    }

    fn window(&self, function: FnId) -> Option<Window> {
        let info = self.model.function(function);
        let cursor = info
            .facts
            .params
            .iter()
            .find(|param| self.is_cursor(self.model.text(param.name)))?
            .name;
        if !compares_in_loop(&info.facts.body, cursor) || self.passes_on(&info.facts.body, cursor) {
            return None;
        }
        let mut bound = None;
        each_expr(&info.facts.body, &mut |expr| match expr {
            Expr::Call(call) if self.callee_name(&call.func) == "limit" && matches!(call.func, Expr::Attr(_)) => {
                bound = bound.or(Some(call.span));
            }
            Expr::Dict(dict) => {
                let limits = |key: &Option<Expr>| key.as_ref().and_then(|key| self.string(key)) == Some("Limit");
                if dict.items.iter().any(|(key, _)| limits(key)) {
                    bound = bound.or(Some(dict.span));
                }
            }
            _ => {}
        });
        bound.map(|span| Window {
            place: self.place(info.module, span),
            method: function,
        })
    }

    /// Whether the cursor goes into the question itself: `query.start_after(cursor)`.
    fn passes_on(&self, body: &'s [Stmt], cursor: Name) -> bool {
        let mut passed = false;
        each_call(body, &mut |call| {
            let is_cursor = |expr: &Expr| matches!(expr, Expr::Name(name, _) if *name == cursor);
            let direct = call.args.iter().any(|arg| is_cursor(&arg.value));
            let known = self.only_checks(self.callee_name(&call.func))
                || matches!(self.callee_name(&call.func), "str" | "bool" | "len");
            passed = passed || (direct && !known);
        });
        passed
    }

    /// Whether the types of an expression say nothing.
    pub fn is_unknown(&self, at: At, expr: &Expr) -> bool {
        let types = self.types(at, expr);
        types.is_empty() || types.iter().all(|ty| matches!(ty, Ty::ExternalObject(_)))
    }
}

/// `store.has(cursor)` and `store.get(cursor)` say whether it is there, and give nothing of what came after it.
fn is_lookup(name: &str) -> bool {
    matches!(
        name,
        "get" | "has" | "knows" | "exists" | "contains" | "is_known" | "find_one" | "get_event"
    )
}

/// Whether a loop compares something with this name.
fn compares_in_loop(body: &[Stmt], cursor: Name) -> bool {
    let mut found = false;
    crate::model::types::each_statement(body, &mut |statement| {
        if let Stmt::Loop(each) = statement {
            each_expr(&each.body, &mut |expr| {
                descend(expr, &mut |inner| {
                    if let Expr::Compare(compare) = inner
                        && matches!(compare.op, CompareOp::Eq | CompareOp::NotEq)
                    {
                        let is_cursor = |expr: &Expr| matches!(expr, Expr::Name(name, _) if *name == cursor);
                        found = found || is_cursor(&compare.left) || is_cursor(&compare.right);
                    }
                });
            });
        }
    });
    found
}
