//! What holds at one point of a function.

use super::value::{Constant, Facts, Val};
use crate::source::facts::{Name, Span};

/// What holds at one point.
#[derive(Debug, Clone)]
pub struct State {
    /// The local names; parameters first.
    env: Vec<(Name, Val)>,
    /// What holds on every path to here.
    pub must: Facts,
    /// What holds on some path to here.
    pub may: Facts,
    /// The parameters that are present on every path to here, as bits.
    pub present: u32,
    /// Whether any path leads here.
    pub live: bool,
    /// Whether every path to here has already answered with an error: a return from here is a refusal.
    pub refused: bool,
    /// The error status that was set on the response object, with the place.
    pub status: Option<(u16, Span)>,
}

impl State {
    /// The start of a function.
    pub fn start() -> Self {
        Self {
            env: Vec::new(),
            must: Facts::NONE,
            may: Facts::NONE,
            present: 0,
            live: true,
            refused: false,
            status: None,
        }
    }

    /// What is known of a local name.
    pub fn get(&self, name: Name) -> Option<&Val> {
        self.env
            .iter()
            .find(|(local, _)| *local == name)
            .map(|(_, value)| value)
    }

    /// Binds a local name.
    pub fn set(&mut self, name: Name, value: Val) {
        match self.env.iter_mut().find(|(local, _)| *local == name) {
            Some((_, old)) => *old = value,
            None => self.env.push((name, value)),
        }
    }

    /// Changes a local name's value in place.
    pub fn update(&mut self, name: Name, change: impl FnOnce(&mut Val)) {
        if let Some((_, value)) = self.env.iter_mut().find(|(local, _)| *local == name) {
            change(value);
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
                let (here, there) = (joined.must.lasting(), other.must.lasting());
                for (name, mut value) in other.env {
                    match joined.env.iter_mut().find(|(local, _)| *local == name) {
                        Some((_, old)) => {
                            // A flag that is set on one path only tells later which one was taken.
                            match (old.constant, value.constant) {
                                (Constant::Bool(true), Constant::Bool(false)) => old.grants = old.grants.with(here),
                                (Constant::Bool(false), Constant::Bool(true)) => {
                                    value.grants = value.grants.with(there)
                                }
                                _ => {}
                            }
                            *old = std::mem::take(old).or(value);
                        }
                        None => joined.env.push((name, value)),
                    }
                }
                joined.must = joined.must.and(other.must);
                joined.may = joined.may.with(other.may);
                joined.present &= other.present;
                joined.refused &= other.refused;
                joined.status = joined.status.or(other.status);
                joined
            }
        }
    }
}
