//! Values that nobody has asked for yet.
//!
//! Of all that a function computes, little ends in an artifact. What is not asked for is not followed: it is kept as its
//! expression with the state as it was there, which costs nothing, and computed at the first question.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::Walker;
use super::bind::Given;
use super::lookup::Target;
use super::stack::Standing;
use super::state::State;
use super::value::{Cells, Origin, Value};
use crate::source::facts::Expr;

/// How many values of one walk may wait: each may wait for all before it, and is asked for before them. What is beyond is
/// not known.
const WAITING: u32 = 20_000;

/// How many values wait, in all states of a walk together.
#[derive(Debug, Clone, Default)]
pub struct Waiting(Rc<Cell<u32>>);

impl Waiting {
    /// Whether one more may wait.
    pub fn has_room(&self) -> bool {
        self.0.get() < WAITING
    }
}

/// How deep origins are looked for in what a value holds.
const DEPTH: u32 = 6;

/// What a value will be.
#[derive(Debug)]
pub enum What<'s> {
    /// The value of an expression, in the function that it stands in.
    Expr(&'s Expr, Standing),
    /// What a call gives.
    Call(Rc<Given<'s>>, Standing),
    /// What a call gives that is not followed.
    Unseen(Rc<Given<'s>>, Option<Target>, Standing),
    /// Either of two, where two paths meet.
    Either(Value<'s>, Value<'s>),
    /// Either of two that a dict or an object holds.
    Held(Value<'s>, Value<'s>),
    /// Something of all of these.
    Mixed(Rc<[Value<'s>]>),
    /// The sum of two.
    Added(Value<'s>, Value<'s>),
    /// One of what is iterated.
    Item(Value<'s>),
    /// The item at this place of so many.
    Part(Value<'s>, usize, usize),
}

/// A value that nobody has asked for yet.
#[derive(Debug)]
pub struct Later<'s> {
    what: What<'s>,
    /// The state as it was there.
    state: State<'s>,
    /// The value, once it was asked for, with the dicts and objects that it may be one of.
    known: OnceCell<(Value<'s>, Cells<'s>)>,
}

impl<'s> Later<'s> {
    /// What waits in this state; nothing that is known where too much does.
    pub fn value(what: What<'s>, state: &State<'s>) -> Value<'s> {
        if !state.waiting.has_room() {
            return Value::default();
        }
        state.waiting.0.update(|count| count + 1);
        Value::Later(Rc::new(Self {
            what,
            state: state.clone(),
            known: OnceCell::new(),
        }))
    }
}

impl<'s> Walker<'_, 's> {
    /// The value of an expression, which nothing on the way needs: it waits.
    pub(super) fn later(&self, expr: &'s Expr, state: &State<'s>) -> Value<'s> {
        state.waits(What::Expr(expr, self.standing()))
    }

    /// A value that is asked for now.
    pub(super) fn known(&mut self, value: Value<'s>, state: &mut State<'s>) -> Value<'s> {
        let Value::Later(later) = value else { return value };
        if let Some((value, cells)) = later.known.get() {
            state.cells.take_over(value, cells);
            return value.clone();
        }
        let mut then = later.state.clone();
        let value = match &later.what {
            What::Expr(expr, standing) => self.back_in(standing, |walker| match expr.awaited() {
                Expr::Call(call) => walker.call_now(call, &mut then),
                expr => walker.now(expr, &mut then),
            }),
            What::Call(given, standing) => self.back_in(standing, |walker| walker.called(given, &mut then, true)),
            What::Unseen(given, target, standing) => {
                self.back_in(standing, |walker| walker.given_back(*target, given, &mut then))
            }
            What::Either(own, other) => {
                let (own, other) = self.both(own, other, &mut then);
                self.either(&mut then, own, &other)
            }
            What::Held(own, other) => {
                let (own, other) = self.both(own, other, &mut then);
                then.held(own, &other)
            }
            What::Mixed(values) => Value::Plain(self.origins(values.iter(), &mut then)),
            What::Added(own, other) => {
                let (own, other) = self.both(own, other, &mut then);
                self.added(&own, &other, &mut then)
            }
            What::Item(head) => {
                let head = self.known(head.clone(), &mut then);
                self.item(&head, &mut then)
            }
            What::Part(whole, index, count) => match self.known(whole.clone(), &mut then) {
                Value::Items(items, _) if items.len() == *count => items[*index].clone(),
                whole => Value::Plain(self.origin(&whole, &mut then)),
            },
        };
        let value = self.known(value, &mut then);
        state.cells.take_over(&value, &then.cells);
        // Nobody can have asked for it meanwhile: it does not hold itself.
        let _ = later.known.set((value.clone(), then.cells));
        value
    }

    fn both(&mut self, own: &Value<'s>, other: &Value<'s>, state: &mut State<'s>) -> (Value<'s>, Value<'s>) {
        let own = self.known(own.clone(), state);
        (own, self.known(other.clone(), state))
    }

    /// Where a value comes from, with all that it holds.
    pub(super) fn origin(&mut self, value: &Value<'s>, state: &mut State<'s>) -> Origin {
        self.origin_within(value, state, DEPTH)
    }

    /// Where any of these values comes from.
    pub(super) fn origins<'v>(
        &mut self,
        values: impl IntoIterator<Item = &'v Value<'s>>,
        state: &mut State<'s>,
    ) -> Origin
    where
        's: 'v,
    {
        let mut all = Origin::default();
        for value in values {
            all = all.with(&self.origin(value, state));
        }
        all
    }

    fn origin_within(&mut self, value: &Value<'s>, state: &mut State<'s>, depth: u32) -> Origin {
        let Some(depth) = depth.checked_sub(1) else {
            return Origin::default();
        };
        match value {
            Value::None | Value::Text(_) => Origin::default(),
            Value::Plain(origin) => origin.clone(),
            Value::Items(items, origin) => {
                let mut all = origin.clone();
                for item in items.iter() {
                    all = all.with(&self.origin_within(item, state, depth));
                }
                all
            }
            Value::Cell(_) => {
                let Some(cell) = state.cells.get(value).cloned() else {
                    return Origin::default();
                };
                let mut all = cell.rest.clone().unwrap_or_default();
                for entry in cell.entries.values() {
                    all = all.with(&self.origin_within(&entry.value, state, depth));
                }
                all
            }
            Value::Later(_) => {
                let value = self.known(value.clone(), state);
                self.origin_within(&value, state, depth + 1)
            }
        }
    }
}
