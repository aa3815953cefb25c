//! Which statements run in which mode, as far as conditions on the mode say it.

use super::{At, Reader};
use crate::model::resolve::Entity;
use crate::source::facts::{Compare, CompareOp, Expr, Stmt};
use crate::vocabulary::words;

/// A mode in which engines are sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Many customers on one installation.
    Saas,
    /// One customer's own.
    Enterprise,
}

impl Mode {
    /// Both.
    pub const SOLD: [Self; 2] = [Self::Saas, Self::Enterprise];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Saas => "saas",
            Self::Enterprise => "enterprise",
        }
    }
}

/// Every mode that a literal can name: one of these makes a comparison one with modes.
const MODES: [&str; 3] = ["saas", "enterprise", "lab"];

/// How deep helpers that answer a condition are followed.
const DEPTH: u32 = 3;

impl<'s> Reader<'_, 's> {
    /// Calls `visit` for the simple statements that may run in this mode, in order; the flag is set inside `except`. Gives
    /// whether no path leads past them.
    pub fn live(&self, at: At, body: &'s [Stmt], mode: Mode, visit: &mut impl FnMut(&'s Stmt, bool)) -> bool {
        self.live_within(at, body, (mode, false), visit)
    }

    fn live_within(
        &self,
        at: At,
        body: &'s [Stmt],
        (mode, caught): (Mode, bool),
        visit: &mut impl FnMut(&'s Stmt, bool),
    ) -> bool {
        for statement in body {
            let ends = match statement {
                Stmt::If(branch) => {
                    let truth = self.truth(at, &branch.test, mode);
                    let then = truth == Some(false) || self.live_within(at, &branch.then, (mode, caught), visit);
                    let other = truth == Some(true) || self.live_within(at, &branch.otherwise, (mode, caught), visit);
                    then && other
                }
                Stmt::Loop(each) => {
                    self.live_within(at, &each.body, (mode, caught), visit);
                    self.live_within(at, &each.otherwise, (mode, caught), visit);
                    false
                }
                Stmt::Try(attempt) => {
                    let mut ends = self.live_within(at, &attempt.body, (mode, caught), visit)
                        || self.live_within(at, &attempt.otherwise, (mode, caught), visit);
                    for handler in &attempt.handlers {
                        ends &= self.live_within(at, &handler.body, (mode, true), visit);
                    }
                    self.live_within(at, &attempt.finally, (mode, caught), visit) || ends
                }
                Stmt::With(with) => self.live_within(at, &with.body, (mode, caught), visit),
                Stmt::Match(matching) => {
                    for case in &matching.cases {
                        self.live_within(at, &case.body, (mode, caught), visit);
                    }
                    false
                }
                simple => {
                    visit(simple, caught);
                    matches!(
                        simple,
                        Stmt::Return(..) | Stmt::Raise(..) | Stmt::Break | Stmt::Continue
                    )
                }
            };
            if ends {
                return true;
            }
        }
        false
    }

    /// Whether a condition holds in this mode; nothing where it asks for something else.
    pub fn truth(&self, at: At, test: &Expr, mode: Mode) -> Option<bool> {
        self.truth_within(at, test, mode, DEPTH)
    }

    fn truth_within(&self, at: At, test: &Expr, mode: Mode, depth: u32) -> Option<bool> {
        match test {
            Expr::Bool(value) => Some(*value),
            Expr::Not(inner) => self.truth_within(at, inner, mode, depth).map(|truth| !truth),
            Expr::Await(inner) => self.truth_within(at, inner, mode, depth),
            Expr::And(parts) => {
                let truths = || parts.iter().map(|part| self.truth_within(at, part, mode, depth));
                match truths().any(|truth| truth == Some(false)) {
                    true => Some(false),
                    false => truths().all(|truth| truth == Some(true)).then_some(true),
                }
            }
            Expr::Or(parts) => {
                let truths = || parts.iter().map(|part| self.truth_within(at, part, mode, depth));
                match truths().any(|truth| truth == Some(true)) {
                    true => Some(true),
                    false => truths().all(|truth| truth == Some(false)).then_some(false),
                }
            }
            Expr::Compare(compare) => self.compared(at, compare, mode),
            Expr::Call(call) => {
                let depth = depth.checked_sub(1)?;
                let function = self.called(at, &call.func).next()?;
                let mut truths = Vec::new();
                let info = self.model.function(function);
                self.live(self.at(function), &info.facts.body, mode, &mut |statement, _| {
                    if let Stmt::Return(value, _) = statement {
                        let truth = value.as_ref();
                        truths.push(truth.and_then(|value| self.truth_within(self.at(function), value, mode, depth)));
                    }
                });
                let first = *truths.first()?;
                truths.iter().all(|truth| *truth == first).then_some(first).flatten()
            }
            _ => None,
        }
    }

    fn compared(&self, at: At, compare: &Compare, mode: Mode) -> Option<bool> {
        let (left, right) = (&compare.left, &compare.right);
        let (values, negated) = match compare.op {
            CompareOp::Eq | CompareOp::NotEq => {
                let literal = if self.is_mode(left) { right } else { left };
                if !self.is_mode(left) && !self.is_mode(right) {
                    return None;
                }
                (vec![self.string(literal)?], compare.op == CompareOp::NotEq)
            }
            CompareOp::In | CompareOp::NotIn if self.is_mode(left) => {
                (self.strings(at, right)?, compare.op == CompareOp::NotIn)
            }
            _ => return None,
        };
        let lower: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
        let of_modes = lower.iter().any(|value| MODES.contains(&value.as_str()));
        of_modes.then(|| lower.iter().any(|value| value == mode.name()) != negated)
    }

    /// Whether an expression stands for the mode: `mode`, `ctx.mode`, `(mode or "").lower()`.
    fn is_mode(&self, expr: &Expr) -> bool {
        let named = |name: &str| words(name).any(|word| matches!(word.as_str(), "mode" | "env" | "environment"));
        match expr {
            Expr::Name(name, _) => named(self.model.text(*name)),
            Expr::Attr(attr) => named(self.model.text(attr.name)),
            Expr::Or(parts) => parts.first().is_some_and(|part| self.is_mode(part)),
            Expr::Index(pair) => self.string(&pair.index).is_some_and(named),
            Expr::Call(call) => match &call.func {
                Expr::Attr(attr) => {
                    let key = call.position(0).and_then(|key| self.string(key));
                    key.is_some_and(named) || (key.is_none() && self.is_mode(&attr.base))
                }
                Expr::Name(name, _) => named(self.model.text(*name)),
                _ => false,
            },
            _ => false,
        }
    }

    /// The literals of a display, of `frozenset(…)` over one, or of a constant of that kind.
    fn strings(&self, at: At, expr: &Expr) -> Option<Vec<&'s str>> {
        match expr {
            Expr::Seq(items) => items.iter().map(|item| self.string(item)).collect(),
            Expr::Call(call) => self.strings(at, call.position(0)?),
            Expr::Name(name, _) => match self.entity(at, *name)? {
                Entity::Global(owner, name) => self.strings((owner, None), self.model.global_value(owner, name)?),
                _ => None,
            },
            _ => None,
        }
    }
}
