//! What can be left out of a walk that asks for something: branches that end without a bearing on the question.
//!
//! Most conditions of a handler guard a refusal, `if asset is None: raise …`. Nothing on that branch matters, and so the
//! condition need not be known: to know it would mean to follow what gave the asset.

use super::Walker;
use super::lookup::{Target, last_name};
use super::state::State;
use crate::source::facts::{Call, Expr, Stmt};

/// What statements mean for a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bearing {
    /// They have to be walked.
    Matters,
    /// Nothing, and what follows them runs.
    Nothing,
    /// Nothing, and nothing follows them.
    Ends,
}

impl Bearing {
    /// Of two branches, either of which runs.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Matters, _) | (_, Self::Matters) => Self::Matters,
            (Self::Ends, Self::Ends) => Self::Ends,
            _ => Self::Nothing,
        }
    }
}

impl<'s> Walker<'_, 's> {
    /// What these statements mean, from this state on.
    pub(super) fn bearing(&self, body: &'s [Stmt], state: &State<'s>) -> Bearing {
        if self.needs.is_none() {
            return Bearing::Matters;
        }
        for statement in body {
            let bearing = match statement {
                Stmt::Expr(expr) => self.bearing_of(expr, state),
                Stmt::Raise(raise) => {
                    let mut parts = raise.error.iter().chain(&raise.cause);
                    if parts.all(|part| self.bearing_of(part, state) != Bearing::Matters) {
                        Bearing::Ends
                    } else {
                        Bearing::Matters
                    }
                }
                Stmt::If(branch) if self.can_wait(&branch.test, state) => self
                    .bearing(&branch.then, state)
                    .or(self.bearing(&branch.otherwise, state)),
                Stmt::Assert(test) => self.bearing_of(test, state),
                Stmt::Import(_) | Stmt::Global(_) | Stmt::Function(_) | Stmt::Class(_) => Bearing::Nothing,
                _ => Bearing::Matters,
            };
            if bearing != Bearing::Nothing {
                return bearing;
            }
        }
        Bearing::Nothing
    }

    fn bearing_of(&self, expr: &'s Expr, state: &State<'s>) -> Bearing {
        match expr.awaited() {
            Expr::Call(call) if self.never_returns(call) => {
                let mut args = call.args.iter();
                if args.all(|arg| self.can_wait(&arg.value, state)) {
                    Bearing::Ends
                } else {
                    Bearing::Matters
                }
            }
            expr if self.can_wait(expr, state) => Bearing::Nothing,
            _ => Bearing::Matters,
        }
    }

    /// Whether a call runs functions that raise on every path, and do nothing else that is asked for.
    fn never_returns(&self, call: &'s Call) -> bool {
        let Some(needs) = self.needs else { return false };
        if !last_name(&call.func).is_some_and(|name| needs.ends(name)) {
            return false;
        }
        let targets = self.lookup.targets((self.module(), self.function()), call, None);
        let raises = |target: &Target| match target {
            Target::Function(function, _) => {
                needs.is_endless(*function) && !self.effects.is_leading(&self.lookup, needs, *function)
            }
            Target::Class(_) | Target::External(_) => false,
        };
        !targets.is_empty() && targets.iter().all(raises)
    }
}
