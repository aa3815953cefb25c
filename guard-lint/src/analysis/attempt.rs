//! `try` and what stands for one: what is caught by which handler, and what becomes of it.

use std::ops::Range;
use std::sync::Arc;

use super::catching::Catcher;
use super::flow::Frame;
use super::state::State;
use super::summary::{Becomes, Exit, ExitKind, Fate, Handled};
use super::value::{Facts, Null, Tags, Val};
use crate::model::classes::{Base, Relation};
use crate::model::types::Ty;
use crate::source::facts::{Expr, Stmt, Try, With};

impl<'s> Frame<'_, 's> {
    pub(super) fn attempt(&mut self, attempt: &'s Try, state: &mut State) {
        let catchers: Vec<Catcher<'s>> = attempt.handlers.iter().map(|handler| self.catcher(handler)).collect();
        if attempt.finally.is_empty() {
            return self.guarded(&attempt.body, &catchers, &attempt.otherwise, state);
        }
        let outer = std::mem::take(&mut self.summary.exits);
        let (gates, before) = (self.summary.gates.len(), state.must);
        self.finals += 1;
        self.guarded(&attempt.body, &catchers, &attempt.otherwise, state);
        self.finals -= 1;
        let escaping = std::mem::replace(&mut self.summary.exits, outer);
        // The finally block runs on every way out, with what may hold then.
        let live = std::mem::replace(&mut state.live, true);
        let gates = gates..self.summary.gates.len();
        self.finally(&attempt.finally, gates.clone(), before, state);
        if state.live {
            escaping.into_iter().for_each(|exit| self.exit(exit));
        } else {
            // `return` in a finally block drops what was on its way.
            self.settle(gates, true);
            for exit in escaping.into_iter().filter(|exit| exit.kind != ExitKind::Other) {
                self.note_handled(Handled {
                    exit,
                    fate: Fate::Swallowed,
                    becomes: None,
                });
            }
        }
        state.live &= live;
    }

    /// Runs a `finally` block. It also runs when a gate of the body refuses: what it writes is not gated by that gate.
    fn finally(&mut self, body: &'s [Stmt], gates: Range<usize>, before: Facts, state: &mut State) {
        let refusing = gates.clone().any(|gate| !self.summary.gates[gate].settled) && !before.has(Facts::GATE);
        if !refusing {
            return self.block(body, state);
        }
        let (must, may) = (state.must, state.may);
        (state.must, state.may) = (must.without(Facts::GATE), may.without(Facts::WROTE));
        self.block(body, state);
        if state.may.has(Facts::WROTE) {
            for gate in self.summary.gates[gates].iter_mut().filter(|gate| !gate.settled) {
                gate.swallowed = true;
            }
        }
        (state.must, state.may) = (state.must.with(must), state.may.with(may));
    }

    /// `with`: its managers, and its body under those that catch.
    pub(super) fn with(&mut self, with: &'s With, state: &mut State) {
        let mut catchers = Vec::new();
        for (manager, target) in &with.items {
            let value = self.expr(manager, state);
            let value = self.enter(manager, value, state);
            catchers.extend(self.manager_catchers(manager));
            if let Some(target) = target {
                self.assign(target, value, false, state);
            }
        }
        if catchers.is_empty() {
            self.block(&with.body, state);
        } else {
            self.guarded(&with.body, &catchers, &[], state);
        }
    }

    /// What entering a manager of the program's own does: `__enter__` runs before the body. Gives what `as` binds.
    fn enter(&mut self, manager: &'s Expr, value: Val, state: &mut State) -> Val {
        let class = value.types.iter().find_map(|ty| match ty {
            Ty::Object { class, .. } => Some(*class),
            _ => None,
        });
        let Some(class) = class else { return value };
        let methods = ["__enter__", "__aenter__"].into_iter();
        let mut methods = methods.filter_map(|name| self.model.method(class, self.model.intern(name)));
        let Some(method) = methods.next() else { return value };
        let summary = self.analyzer.summary(method);
        let span = manager.span().unwrap_or_default();
        let entered = self.compose(span, method, &summary, &[Some(value.clone())], state);
        if entered.types.is_empty() { value } else { entered }
    }

    /// Runs a body under handlers.
    fn guarded(&mut self, body: &'s [Stmt], catchers: &[Catcher<'s>], otherwise: &'s [Stmt], state: &mut State) {
        let before = state.clone();
        let outer = std::mem::take(&mut self.summary.exits);
        let (gates_before, before_body) = (self.summary.gates.len(), self.summary.oddities.len());
        self.block(body, state);
        let mut of_body = before_body..self.summary.oddities.len();
        let mut escaping = std::mem::replace(&mut self.summary.exits, outer);
        let gates = gates_before..self.summary.gates.len();

        // An error can come from any statement of the body: what held before it holds, what the body did may have been.
        let mut end = state.clone();
        end.live = true;
        let must = before.must;
        let mut at_error = before.join(end);
        at_error.must = must;
        at_error.may = at_error.may.with(state.may);
        let mut after = std::mem::replace(state, State::start());
        if after.live {
            self.block(otherwise, &mut after);
        }
        for catcher in catchers {
            let (caught, rest): (Vec<Exit>, Vec<Exit>) = escaping
                .into_iter()
                .partition(|exit| self.catches(catcher, exit.class) == Relation::Yes);
            escaping = rest;
            let end = self.handle(catcher, caught, gates.clone(), at_error.clone());
            let of_handlers = self
                .summary
                .oddities
                .split_off(of_body.end.min(self.summary.oddities.len()));
            self.forgive(of_body.start, catcher, end.live);
            of_body.end = self.summary.oddities.len();
            self.summary.oddities.extend(of_handlers);
            after = after.join(end);
        }
        escaping.into_iter().for_each(|exit| self.exit(exit));
        *state = after;
    }

    /// Runs one handler; gives the state at its end.
    fn handle(&mut self, catcher: &Catcher<'s>, caught: Vec<Exit>, gates: Range<usize>, mut state: State) -> State {
        let refusal = gates.clone().any(|gate| !self.summary.gates[gate].settled) && self.refusal_is_caught(catcher);
        if refusal {
            state.may = state.may.with(Facts::REFUSAL_CAUGHT);
        }
        let caught: Arc<[Exit]> = caught.into();
        if let Some(name) = catcher.name {
            let types = catcher
                .classes
                .iter()
                .filter_map(|class| self.handled_type(catcher, class))
                .collect();
            let tags = Tags::EXCEPTION_TEXT;
            let value = Val {
                types,
                null: Null::Never,
                tags,
                caught: Some(caught.clone()),
                ..Val::default()
            };
            state.set(name, value);
        }
        let outer = std::mem::take(&mut self.summary.exits);
        self.catching.push(caught.clone());
        self.block(catcher.body, &mut state);
        self.catching.pop();
        if catcher.ends {
            state.end();
        }
        let left = std::mem::replace(&mut self.summary.exits, outer);

        let is_again = |exit: &Exit| {
            left.iter()
                .any(|again| again.place == exit.place && again.class == exit.class)
        };
        let mut new = left
            .iter()
            .filter(|exit| !caught.iter().any(|known| known.place == exit.place));
        let converts = new.clone().next().is_some();
        let becomes = new.find_map(|exit| {
            let place = exit.via.map_or(exit.place, |(call, _)| call);
            exit.status.known().map(|status| Becomes { place, status })
        });
        for exit in caught
            .iter()
            .filter(|exit| exit.kind != ExitKind::Other && !is_again(exit))
        {
            // A handler that neither raises nor goes on has answered: by a response or a message.
            let fate = if converts || !state.live {
                Fate::Converted
            } else {
                Fate::Swallowed
            };
            let exit = exit.clone();
            self.note_handled(Handled { exit, fate, becomes });
        }
        if refusal && left.is_empty() {
            self.settle(gates, state.live);
        }
        left.into_iter().for_each(|exit| self.exit(exit));
        state
    }

    /// Notes that the refusals of these gates end here; `goes_on` where the work may follow.
    fn settle(&mut self, gates: Range<usize>, goes_on: bool) {
        for gate in self.summary.gates[gates].iter_mut().filter(|gate| !gate.settled) {
            (gate.settled, gate.passed_over) = (true, goes_on);
        }
    }

    fn note_handled(&mut self, handled: Handled) {
        // One helper makes errors of every status.
        let same = |known: &Handled| {
            known.exit.place == handled.exit.place
                && known.exit.shape == handled.exit.shape
                && known.exit.status == handled.exit.status
        };
        if !self.summary.handled.iter().any(same) {
            self.summary.handled.push(handled);
        }
    }

    /// Whether a handler catches the framework's HTTP error, with which gates refuse.
    fn refusal_is_caught(&self, catcher: &Catcher<'s>) -> bool {
        self.catches(catcher, Base::External(self.model.literal("fastapi.HTTPException"))) == Relation::Yes
    }

    fn handled_type(&self, catcher: &Catcher<'s>, class: &'s Expr) -> Option<Ty> {
        Some(match self.class_named(catcher.at, class)? {
            Base::Local(class) => Ty::Object { class, exact: false },
            Base::External(name) => Ty::ExternalObject(name),
        })
    }
}
