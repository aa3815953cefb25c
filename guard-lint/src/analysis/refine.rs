//! Conditions: what holds where one is true, and where it is false.

use super::flow::Frame;
use super::state::State;
use super::summary::{Exit, OddityKind};
use super::value::{Constant, Facts, Null, Tags, Val};
use crate::model::classes::Relation;
use crate::source::facts::{Compare, CompareOp, Expr, Name};

/// Attributes of a decision that say it passed.
const PASSED: [&str; 8] = [
    "allowed",
    "ok",
    "passed",
    "permitted",
    "granted",
    "approved",
    "is_allowed",
    "success",
];

impl<'s> Frame<'_, 's> {
    /// The states where a condition holds and where it does not.
    pub(super) fn split(&mut self, test: &'s Expr, state: &State) -> (State, State) {
        (
            self.assume(test, true, state.clone()),
            self.assume(test, false, state.clone()),
        )
    }

    pub(super) fn assume(&mut self, test: &'s Expr, truth: bool, mut state: State) -> State {
        if !state.live {
            return state;
        }
        match test {
            Expr::Bool(value) => {
                if *value != truth {
                    state.end();
                }
                state
            }
            Expr::None => {
                if truth {
                    state.end();
                }
                state
            }
            Expr::Not(inner) => self.assume(inner, !truth, state),
            Expr::Await(inner) => self.assume(inner, truth, state),
            Expr::And(parts) if truth => parts.iter().fold(state, |state, part| self.assume(part, true, state)),
            Expr::Or(parts) if !truth => parts.iter().fold(state, |state, part| self.assume(part, false, state)),
            // One of the parts decides: all before it went the other way.
            Expr::And(parts) | Expr::Or(parts) => {
                let mut decided: Option<State> = None;
                for part in parts.iter() {
                    let here = self.assume(part, truth, state.clone());
                    decided = Some(match decided {
                        Some(decided) => decided.join(here),
                        None => here,
                    });
                    state = self.assume(part, !truth, state);
                }
                decided.unwrap_or(state)
            }
            Expr::Name(name, _) => self.assume_name(*name, truth, state),
            Expr::Walrus(pair) => self.assume_name(pair.0, truth, state),
            Expr::Compare(compare) => self.assume_compare(compare, truth, state),
            Expr::Attr(attr) if PASSED.contains(&self.text(attr.name)) => {
                if let Expr::Name(name, _) = &attr.base
                    && truth
                    && state.get(*name).is_some_and(|value| value.tags.has(Tags::DECISION))
                {
                    state.learn(Facts::GATE);
                }
                state
            }
            Expr::Call(call) => {
                if truth && let Some((_, grants)) = self.answers.iter().find(|(span, _)| *span == call.span) {
                    state.learn(*grants);
                }
                if let Expr::Name(function, _) = &call.func
                    && self.text(*function) == "isinstance"
                    && let (Some(value), Some(class)) = (call.position(0), call.position(1))
                {
                    if self.detail_is(value, class, &mut state) == Some(!truth) {
                        state.end();
                    } else if let Expr::Name(name, _) = value {
                        return self.assume_instance(*name, class, truth, state);
                    }
                }
                state
            }
            _ => state,
        }
    }

    /// A name that is true is present, and what its presence grants holds; one that is false is absent, for all we track.
    pub(super) fn assume_name(&mut self, name: Name, truth: bool, mut state: State) -> State {
        let Some(value) = state.get(name).cloned() else {
            return state;
        };
        if truth {
            if value.null == Null::Always || value.constant == Constant::Bool(false) {
                state.end();
                return state;
            }
            self.learn_present(name, &value, &mut state);
        } else {
            let always_true = value.constant == Constant::Bool(true)
                || (value.null == Null::Never
                    && value.grants != Facts::NONE
                    && value.tags.any(Tags::CONTEXT.with(Tags::VERIFIED)));
            if always_true {
                state.end();
                return state;
            }
            self.matched_absent(&value, &mut state);
            if value.tags.has(Tags::TICKET) {
                // Vacuously: there is none to check.
                state.learn(Facts::TICKET_CHECKED);
            }
        }
        state
    }

    fn learn_present(&mut self, name: Name, value: &Val, state: &mut State) {
        state.learn(value.grants);
        if value.tags.has(Tags::DECISION) {
            state.learn(Facts::GATE);
        }
        if value.tags.any(Tags::TICKET.with(Tags::VERIFIED)) {
            state.learn(Facts::PRESENT);
        }
        if value.tags.has(Tags::HEADER) || value.params != 0 {
            state.update(name, |value| value.grants = value.grants.with(Facts::DEMANDED));
        }
        if let Some(param) = value.same_as {
            state.present |= 1 << param;
        }
        state.update(name, |value| value.null = Null::Never);
    }

    fn assume_compare(&mut self, compare: &'s Compare, truth: bool, mut state: State) -> State {
        let equal = match compare.op {
            CompareOp::Eq | CompareOp::Is | CompareOp::In => truth,
            CompareOp::NotEq | CompareOp::IsNot | CompareOp::NotIn => !truth,
            CompareOp::Order => return state,
        };
        if let (Expr::Name(name, _), Expr::None) = (&compare.left, &compare.right) {
            return self.assume_none(*name, equal, state);
        }
        if let Expr::None = &compare.right {
            return state;
        }
        if matches!(compare.op, CompareOp::In | CompareOp::NotIn)
            && self.detail_holds(&compare.left, &compare.right, &mut state) == Some(!equal)
        {
            state.end();
            return state;
        }
        if matches!(compare.op, CompareOp::Eq | CompareOp::NotEq) && same(&compare.left, &compare.right) {
            self.odd(compare.span, OddityKind::SelfComparison, "compares a value with itself");
            return state;
        }
        if equal {
            let mut scratch = state.clone();
            let left = self.quiet(&compare.left, &mut scratch);
            let right = self.quiet(&compare.right, &mut scratch);
            let of_context = |value: &Val| value.tags.has(Tags::CONTEXT);
            if of_context(&left) != of_context(&right) {
                let other = if of_context(&left) { &right } else { &left };
                self.matched(compare, &left, &right, &mut state);
                state.learn(if other.tags.has(Tags::VERIFIED) {
                    Facts::BOUND
                } else {
                    Facts::COMPARED
                });
            }
        }
        state
    }

    fn assume_none(&mut self, name: Name, is_none: bool, mut state: State) -> State {
        let Some(value) = state.get(name).cloned() else {
            return state;
        };
        if is_none {
            self.matched_absent(&value, &mut state);
            if value.null == Null::Never && value.grants != Facts::NONE {
                state.end();
            } else if value.tags.has(Tags::TICKET) {
                state.learn(Facts::TICKET_CHECKED);
            }
        } else if value.null == Null::Always {
            state.end();
        } else {
            self.learn_present(name, &value, &mut state);
        }
        state
    }

    /// Narrows what an `except` caught.
    fn assume_instance(&mut self, name: Name, class: &Expr, truth: bool, mut state: State) -> State {
        let at = (self.module, Some(self.function));
        let classes: Vec<_> = match class {
            Expr::Seq(classes) => classes.iter().filter_map(|class| self.class_named(at, class)).collect(),
            class => self.class_named(at, class).into_iter().collect(),
        };
        let Some(caught) = state.get(name).and_then(|value| value.caught.clone()) else {
            return state;
        };
        let fits = |exit: &Exit| {
            classes
                .iter()
                .any(|class| self.model.is_subclass(exit.class, *class) == Relation::Yes)
        };
        let narrowed = caught.iter().filter(|exit| fits(exit) == truth).cloned().collect();
        state.update(name, |value| value.caught = Some(narrowed));
        state
    }

    /// Evaluates an expression for its value only: what it would do was counted where it stands.
    pub(super) fn quiet(&mut self, expr: &'s Expr, state: &mut State) -> Val {
        match expr {
            Expr::Name(..) | Expr::Attr(_) | Expr::Index(_) => self.expr(expr, state),
            Expr::Call(call) => match &call.func {
                // `payload.get("tenant_id")`, `tenant.lower()`: the object's own.
                Expr::Attr(attr) => Val::derived([&self.quiet(&attr.base, state)]),
                _ => Val::default(),
            },
            _ => Val::default(),
        }
    }
}

/// Whether two expressions are the same text: names and attributes only, since a call may differ from itself.
fn same(left: &Expr, right: &Expr) -> bool {
    match (left, right) {
        (Expr::Name(left, _), Expr::Name(right, _)) => left == right,
        (Expr::Attr(left), Expr::Attr(right)) => left.name == right.name && same(&left.base, &right.base),
        _ => false,
    }
}
