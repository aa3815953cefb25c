//! What holds at one point of a function.

use std::rc::Rc;

use super::matching::Matched;
use super::summary::Status;
use super::value::{Constant, Facts, Val};
use crate::source::facts::{Name, Span};

/// What holds at one point.
#[derive(Debug, Clone)]
pub struct State {
    /// The local names; parameters first. Paths share what they do not change.
    env: Rc<Vec<(Name, Rc<Val>)>>,
    /// What holds on every path to here.
    pub must: Facts,
    /// What holds on some path to here.
    pub may: Facts,
    /// The parameters that are present on every path to here, as bits.
    pub present: u32,
    /// What was compared with the context on every path to here.
    pub matched: Matched,
    /// Whether any path leads here.
    pub live: bool,
    /// Whether every path to here has already answered with an error: a return from here is a refusal.
    pub refused: bool,
    /// The status that was set on the response object, with the place, unless it is known to be no error's.
    pub status: Option<(Status, Span)>,
}

impl State {
    /// The start of a function.
    pub fn start() -> Self {
        Self {
            env: Rc::default(),
            must: Facts::NONE,
            may: Facts::NONE,
            present: 0,
            matched: Matched::default(),
            live: true,
            refused: false,
            status: None,
        }
    }

    /// What is known of a local name.
    pub fn get(&self, name: Name) -> Option<&Val> {
        let (_, value) = self.env.iter().find(|(local, _)| *local == name)?;
        Some(value)
    }

    /// Binds a local name.
    pub fn set(&mut self, name: Name, value: Val) {
        let env = Rc::make_mut(&mut self.env);
        match env.iter_mut().find(|(local, _)| *local == name) {
            Some((_, old)) => *old = Rc::new(value),
            None => env.push((name, Rc::new(value))),
        }
    }

    /// Changes a local name's value in place.
    pub fn update(&mut self, name: Name, change: impl FnOnce(&mut Val)) {
        if let Some(position) = self.env.iter().position(|(local, _)| *local == name) {
            change(Rc::make_mut(&mut Rc::make_mut(&mut self.env)[position].1));
        }
    }

    /// Adds facts that hold from here on.
    pub fn learn(&mut self, facts: Facts) {
        self.must = self.must.with(facts);
        self.may = self.may.with(facts);
    }

    /// No path leads on from here.
    pub fn end(&mut self) {
        self.live = false;
    }

    /// What holds where two paths meet.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        match (self.live, other.live) {
            (_, false) => self,
            (false, true) => other,
            (true, true) => {
                let mut joined = self;
                if !Rc::ptr_eq(&joined.env, &other.env) {
                    let (here, there) = (joined.must.lasting(), other.must.lasting());
                    join_names(Rc::make_mut(&mut joined.env), &other.env, here, there);
                }
                joined.must = joined.must.and(other.must);
                joined.may = joined.may.with(other.may);
                joined.present &= other.present;
                joined.matched = joined.matched.and(other.matched);
                joined.refused &= other.refused;
                joined.status = joined.status.or(other.status);
                joined
            }
        }
    }
}

/// Joins the names of two paths; `here` and `there` are the lasting facts that hold on each.
fn join_names(env: &mut Vec<(Name, Rc<Val>)>, other: &[(Name, Rc<Val>)], here: Facts, there: Facts) {
    for (name, value) in other {
        let Some((_, old)) = env.iter_mut().find(|(local, _)| local == name) else {
            env.push((*name, value.clone()));
            continue;
        };
        if Rc::ptr_eq(old, value) {
            continue;
        }
        let (mut left, mut right) = (Val::clone(old), Val::clone(value));
        // A flag that is set on one path only tells later which one was taken.
        match (left.constant, right.constant) {
            (Constant::Bool(true), Constant::Bool(false)) => left.grants = left.grants.with(here),
            (Constant::Bool(false), Constant::Bool(true)) => right.grants = right.grants.with(there),
            _ => {}
        }
        *old = Rc::new(left.or(right));
    }
}
