//! What holds on the paths that lead to one place, and what a value says once it is looked at.

use crate::analysis::value::Facts;

/// What holds where a path has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// Whether any path leads here.
    pub(super) live: bool,
    /// What holds on every one.
    pub(super) must: Facts,
    /// What holds on some.
    pub(super) may: Facts,
}

impl State {
    /// Where a body begins, with what is known before.
    pub(super) fn start(known: Facts) -> Self {
        Self {
            live: true,
            must: known,
            may: known,
        }
    }

    /// Where no path leads.
    pub(super) fn dead() -> Self {
        Self {
            live: false,
            must: Facts::ALL,
            may: Facts::NONE,
        }
    }

    /// From here on this holds.
    pub(super) fn learn(&mut self, facts: Facts) {
        if self.live {
            self.must = self.must.with(facts);
            self.may = self.may.with(facts);
        }
    }

    /// From here on, on some paths, this holds.
    pub(super) fn note(&mut self, facts: Facts) {
        if self.live {
            self.may = self.may.with(facts);
        }
    }

    /// Where the paths of both meet.
    pub(super) fn join(&mut self, other: Self) {
        self.live |= other.live;
        self.must = self.must.and(other.must);
        self.may = self.may.with(other.may);
    }

    /// This state with more that holds.
    pub(super) fn knowing(mut self, facts: Facts) -> Self {
        self.learn(facts);
        self
    }
}

/// What a value says once it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Says {
    /// What holds where it is `Ok`, `Some` or true.
    pub(super) yes: Facts,
    /// What holds where it is not.
    pub(super) no: Facts,
    /// What holds where work goes on and the other way refuses, however it was asked.
    pub(super) asked: Facts,
    /// The gates whose answer it is, one bit each.
    pub(super) gates: u64,
}

impl Says {
    /// What a question says that is answered well or not.
    pub(super) fn answer(yes: Facts, no: Facts) -> Self {
        Self {
            yes,
            no,
            asked: yes,
            gates: 0,
        }
    }

    /// The opposite: `is_err`, `!`.
    pub(super) fn turned(self) -> Self {
        Self {
            yes: self.no,
            no: self.yes,
            ..self
        }
    }

    /// Something made of it that may be good in another way: a comparison, a field.
    pub(super) fn vague(self) -> Self {
        Self {
            yes: Facts::NONE,
            no: Facts::NONE,
            ..self
        }
    }

    /// Where both are good.
    pub(super) fn both(self, other: Self) -> Self {
        Self {
            yes: self.yes.with(other.yes),
            no: Facts::NONE,
            asked: self.asked.with(other.asked),
            gates: self.gates | other.gates,
        }
    }
}
