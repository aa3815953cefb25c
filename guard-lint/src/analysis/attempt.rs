//! `try`: what is caught by which handler, and what becomes of it.

use std::rc::Rc;

use super::flow::Frame;
use super::state::State;
use super::summary::{Becomes, Exit, ExitKind, Fate, Handled};
use super::value::{Null, Tags, Val};
use crate::model::classes::{Base, Relation};
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::source::facts::{Expr, Handler, Try};

impl<'s> Frame<'_, '_, 's> {
    pub(super) fn attempt(&mut self, attempt: &'s Try, state: &mut State) {
        let before = state.clone();
        let outer = std::mem::take(&mut self.summary.exits);
        let gates_before = self.summary.gates.len();
        self.block(&attempt.body, state);
        let mut escaping = std::mem::replace(&mut self.summary.exits, outer);
        let gates = gates_before..self.summary.gates.len();

        // An error can come from any statement of the body: what held before it holds, what the body did may have been.
        let mut end = state.clone();
        end.live = true;
        let mut at_error = before.clone().join(end);
        at_error.must = before.must;
        at_error.may = at_error.may.with(state.may);
        let mut after = state.clone();
        if after.live {
            self.block(&attempt.otherwise, &mut after);
        }
        for handler in &attempt.handlers {
            let (caught, rest): (Vec<Exit>, Vec<Exit>) =
                escaping.into_iter().partition(|exit| self.catches(handler, exit.class) == Relation::Yes);
            escaping = rest;
            let end = self.handle(handler, caught, gates.clone(), at_error.clone());
            after = after.join(end);
        }
        escaping.into_iter().for_each(|exit| self.exit(exit));
        if !attempt.finally.is_empty() {
            let live = after.live;
            // The finally block runs on every way out, with what may hold then.
            after.live = true;
            self.block(&attempt.finally, &mut after);
            after.live &= live;
        }
        *state = after;
    }

    /// Runs one handler; gives the state at its end.
    fn handle(&mut self, handler: &'s Handler, caught: Vec<Exit>, gates: std::ops::Range<usize>, mut state: State) -> State {
        let caught: Rc<[Exit]> = caught.into();
        if let Some(name) = handler.name {
            let types = handler.classes.iter().filter_map(|class| self.handled_type(class)).collect();
            let tags = Tags::EXCEPTION_TEXT;
            let value = Val { types, null: Null::Never, tags, caught: Some(caught.clone()), ..Val::default() };
            state.set(name, value);
        }
        let outer = std::mem::take(&mut self.summary.exits);
        self.catching.push(caught.clone());
        self.block(&handler.body, &mut state);
        self.catching.pop();
        let left = std::mem::replace(&mut self.summary.exits, outer);

        let is_again = |exit: &Exit| left.iter().any(|again| again.place == exit.place && again.class == exit.class);
        let mut new = left.iter().filter(|exit| !caught.iter().any(|known| known.place == exit.place));
        let converts = new.clone().next().is_some();
        let becomes = new.find_map(|exit| {
            let place = exit.via.map_or(exit.place, |(call, _)| call);
            exit.status.known().map(|status| Becomes { place, status })
        });
        for exit in caught.iter().filter(|exit| exit.kind != ExitKind::Other && !is_again(exit)) {
            // A handler that neither raises nor goes on has answered: by a response or a message.
            let fate = if converts || !state.live { Fate::Converted } else { Fate::Swallowed };
            self.note_handled(Handled { exit: exit.clone(), fate, becomes });
        }
        if left.is_empty() && self.refusal_is_caught(handler) {
            for gate in self.summary.gates[gates].iter_mut().filter(|gate| !gate.settled) {
                (gate.settled, gate.swallowed) = (true, state.live);
            }
        }
        left.into_iter().for_each(|exit| self.exit(exit));
        state
    }

    fn note_handled(&mut self, handled: Handled) {
        let same = |known: &Handled| known.exit.place == handled.exit.place && known.exit.shape == handled.exit.shape;
        if !self.summary.handled.iter().any(same) {
            self.summary.handled.push(handled);
        }
    }

    /// Whether a handler catches the framework's HTTP error, with which gates refuse.
    fn refusal_is_caught(&self, handler: &Handler) -> bool {
        self.catches(handler, Base::External(self.model.intern("fastapi.HTTPException"))) == Relation::Yes
    }

    /// Whether a handler catches errors of this class. Of what cannot be told it is taken not to.
    fn catches(&self, handler: &Handler, class: Base) -> Relation {
        if handler.classes.is_empty() {
            return Relation::Yes;
        }
        let mut relation = Relation::No;
        for expr in &handler.classes {
            match self.catching_class(expr).map(|caught| self.model.is_subclass(class, caught)) {
                Some(Relation::Yes) => return Relation::Yes,
                Some(Relation::No) => {}
                Some(Relation::Unknown) | None => relation = Relation::Unknown,
            }
        }
        relation
    }

    /// The class that an `except` or `isinstance` names.
    pub(super) fn catching_class(&self, expr: &Expr) -> Option<Base> {
        let types = self.model.infer(self.module, Some(self.function), expr);
        let known = types.all.iter().find_map(|ty| match ty {
            Ty::Entity(Entity::Class(class)) => Some(Base::Local(*class)),
            Ty::Entity(Entity::External(name)) => Some(Base::External(*name)),
            _ => None,
        });
        known.or(match expr {
            Expr::Name(name, _) if types.all.is_empty() => Some(Base::External(*name)),
            _ => None,
        })
    }

    fn handled_type(&self, class: &Expr) -> Option<Ty> {
        Some(match self.catching_class(class)? {
            Base::Local(class) => Ty::Object { class, exact: false },
            Base::External(name) => Ty::ExternalObject(name),
        })
    }
}

