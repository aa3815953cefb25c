//! What the values say that are no branches, and what making them does.

use super::flow::{Walk, came_back};
use super::guards::words_of;
use super::refusal::is_affirming;
use super::state::{Says, State};
use crate::analysis::summary::{Oddity, OddityKind};
use crate::analysis::value::Facts;
use crate::source::rust::facts::{Block, Expr, Kind, Operator};

impl<'s> Walk<'_, '_, '_, 's> {
    /// A value that is no branch.
    pub(super) fn plain(&mut self, expr: &'s Expr, state: &mut State) -> Says {
        match &expr.kind {
            Kind::Path(path) => match path.as_slice() {
                [name] => {
                    let variables = self.frames.last().map(|frame| &frame.variables);
                    variables
                        .and_then(|known| known.get(name.as_str()))
                        .copied()
                        .unwrap_or_default()
                }
                _ => Says::default(),
            },
            Kind::Await(inner) | Kind::Reference(inner) => self.value(inner, state, false),
            Kind::Try(inner) => {
                let says = self.value(inner, state, false);
                self.heeded |= says.gates;
                self.refuse(state.knowing(says.no));
                state.learn(says.yes);
                Says::default()
            }
            Kind::Not(inner) => self.value(inner, state, false).turned(),
            Kind::Binary(Operator::And, left, right) => {
                let left = self.value(left, state, false);
                let mut later = *state;
                let right = self.value(right, &mut later, false);
                state.join(later);
                left.both(right)
            }
            Kind::Binary(_, left, right) => {
                self.compared(left, right);
                let left = self.value(left, state, false);
                left.both(self.value(right, state, false)).vague()
            }
            Kind::Field(base, name) => {
                let says = self.value(base, state, false);
                if is_affirming(name) { says } else { says.vague() }
            }
            Kind::Call(head, arguments) => self.called(expr, head, arguments, state),
            Kind::Method(receiver, name, arguments) => self.method(expr, receiver, name, arguments, state),
            Kind::Macro(name, arguments) => self.expanded(name, arguments, state),
            Kind::Async(block) => match self.enter(self.function(), block, *state, self.variables()) {
                Some(ways) => came_back(ways, state),
                None => Says::default(),
            },
            Kind::Closure(_) => {
                // It may run, now or later.
                let mut ran = *state;
                self.closure(expr, &mut ran);
                state.join(ran);
                Says::default()
            }
            Kind::Struct(path, fields) => {
                self.all(fields, state);
                if self.view.analyzer.known.is_context_name(path) {
                    state.learn(Facts::IDENTITY);
                }
                Says::default()
            }
            Kind::Assign(target, value) => {
                let says = self.value(value, state, false);
                if let (Kind::Path(path), Some(frame)) = (&target.kind, self.frames.last_mut())
                    && let [name] = path.as_slice()
                {
                    frame.variables.insert(name, says);
                }
                Says::default()
            }
            Kind::Loop(head, names, body) => {
                self.turns(head.as_deref(), names, body, state);
                Says::default()
            }
            Kind::Jump(leaves, value) => {
                if let Some(value) = value {
                    self.value(value, state, false);
                }
                let open = self.frames.last_mut().and_then(|frame| frame.breaks.last_mut());
                if let Some(open) = open.filter(|_| *leaves) {
                    open.join(*state);
                }
                *state = State::dead();
                Says::default()
            }
            Kind::Let(..) => {
                let (yes, no) = self.test(expr, *state, (false, false));
                *state = yes;
                state.join(no);
                Says::default()
            }
            Kind::Tuple(all) | Kind::Array(all) | Kind::Other(all) => self.all(all, state).vague(),
            Kind::Block(_) | Kind::If(..) | Kind::Match(..) | Kind::Return(_) => self.value(expr, state, false),
            Kind::Text(_) | Kind::Number(_) | Kind::Bool(_) => Says::default(),
        }
    }

    /// Notes a comparison that cannot tell what it is meant to: of a field with itself, or with another field of the scope.
    fn compared(&mut self, left: &Expr, right: &Expr) {
        let (Kind::Field(of, one), Kind::Field(with, other)) = (&left.core().kind, &right.core().kind) else {
            return;
        };
        let known = &self.view.analyzer.known;
        let (of, with) = (words_of(of), words_of(with));
        let (kind, what) = if of == with && one == other {
            (OddityKind::SelfComparison, "compares a value with itself".to_owned())
        } else if known.field(one) != known.field(other) && known.field(one).is_some() && known.field(other).is_some() {
            (
                OddityKind::WrongField,
                format!("compares `{one}` of `{of}` with `{other}` of `{with}`"),
            )
        } else {
            return;
        };
        let at = self.view.witness(self.function(), self.place(left.span), &what);
        self.oddities.push(Oddity {
            at,
            kind,
            caught: false,
        });
    }

    pub(super) fn all(&mut self, all: &'s [Expr], state: &mut State) -> Says {
        let each = all.iter().map(|expr| self.value(expr, state, false));
        each.fold(Says::default(), Says::both)
    }

    /// A loop: its body runs any number of times; `loop` is left by `break` alone.
    fn turns(&mut self, head: Option<&'s Expr>, names: &[String], body: &'s Block, state: &mut State) {
        let (mut turn, skipped) = match head {
            // `while` tests, `for` binds.
            Some(head) if names.is_empty() => self.test(head, *state, (false, false)),
            Some(head) => {
                self.value(head, state, false);
                (*state, *state)
            }
            None => (*state, State::dead()),
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.breaks.push(State::dead());
        }
        self.block(body, &mut turn, false);
        let left = self.frames.last_mut().and_then(|frame| frame.breaks.pop());
        *state = skipped;
        if head.is_some() {
            state.join(turn);
        }
        state.join(left.unwrap_or(State::dead()));
    }
}
