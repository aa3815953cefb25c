//! What a callee's summary adds at a call: errors, facts, writes and the value.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::expr::body_shape;
use super::flow::Frame;
use super::lexicon::Says;
use super::state::State;
use super::summary::{Exit, Gate, Handled, Oddity, Status, Strength, Summary, Witness, Write};
use super::value::{Constant, Facts, Shape, Tags, Val};
use crate::model::{FnId, Place};
use crate::source::facts::{Expr, Span};

/// How many errors may be compared with each other.
const FEW: usize = 16;

/// Where so many errors leave a function, only so many ways of each are kept: everything calls everything there, and nobody
/// will read more.
const MANY: usize = 512;
const WAYS: usize = 4;

impl<'s> Frame<'_, 's> {
    /// Adds what a summary says to this point; gives the value of the call.
    pub(super) fn compose(
        &mut self,
        span: Span,
        function: FnId,
        summary: &Summary,
        values: &[Option<Val>],
        state: &mut State,
    ) -> Val {
        let here = self.place(span);
        self.compose_from(here, function, summary, values, false, state)
    }

    /// As [`Self::compose`], for a function whose name says nothing of its work: the handler in its decorator.
    pub(super) fn compose_as_is(&mut self, span: Span, function: FnId, summary: &Summary, state: &mut State) -> Val {
        let here = self.place(span);
        self.compose_from(here, function, summary, &[], true, state)
    }

    /// As [`Self::compose`], for a dependency that the framework calls.
    pub(super) fn compose_at(&mut self, place: Place, function: FnId, summary: &Summary, state: &mut State) -> Val {
        self.compose_from(place, function, summary, &[], false, state)
    }

    fn compose_from(
        &mut self,
        here: Place,
        function: FnId,
        summary: &Summary,
        values: &[Option<Val>],
        as_is: bool,
        state: &mut State,
    ) -> Val {
        let through = |at: &Witness| Witness {
            via: Some((here, function)),
            ..at.clone()
        };
        // The same error is there already where this very call was composed before, or else never.
        let is_again = |known: &Exit| known.via == Some((here, function));
        let exits = &self.summary.exits;
        let start = exits.iter().position(is_again).unwrap_or(exits.len());
        let ways = self.ways_by_place();
        for exit in each_error(&summary.exits) {
            let exit = self.substitute(exit, here, function, values);
            let ways = ways.get(&exit.place).into_iter().flatten();
            let same = ways.filter(|known| self.summary.exits[**known].is_same_error(&exit));
            if same.count() < WAYS {
                self.exit_since(start, exit);
            }
        }
        for handled in &summary.handled {
            let known = self
                .summary
                .handled
                .iter()
                .any(|known| known.exit.place == handled.exit.place && known.exit.status == handled.exit.status);
            if !known {
                let exit = Exit {
                    via: Some((here, function)),
                    ..handled.exit.clone()
                };
                self.summary.handled.push(Handled {
                    exit,
                    ..handled.clone()
                });
            }
        }
        for oddity in &summary.oddities {
            self.note_oddity(Oddity {
                at: through(&oddity.at),
                kind: oddity.kind,
                caught: oddity.caught,
            });
        }
        if let Some(opaque) = summary.opaque.as_ref().filter(|_| !summary.provider) {
            self.note_opaque(through(opaque));
        }
        self.compose_writes(function, summary, &through, as_is, state);
        if summary.must.has(Facts::IDENTITY) {
            let witness = summary.identity.as_ref().map(&through);
            self.summary.identity = self.summary.identity.take().or(witness);
        }
        if summary.may.has(Facts::CREDENTIAL) {
            let witness = summary.credential.as_ref().map(&through);
            self.summary.credential = self.summary.credential.take().or(witness);
        }
        self.summary.streams |= summary.streams;
        state.must = state.must.with(summary.must);
        state.may = state.may.with(summary.may.without_order());
        state.refused |= summary.refuses;
        if !summary.normal {
            state.end();
            return Val::default();
        }
        self.substitute_value(&summary.returns, values)
    }

    /// The writes and gates of a callee, in the order in which the caller meets them.
    fn compose_writes(
        &mut self,
        function: FnId,
        summary: &Summary,
        through: &dyn Fn(&Witness) -> Witness,
        as_is: bool,
        state: &mut State,
    ) {
        if summary.provider {
            return;
        }
        let info = self.model.function(function);
        let name = self.text(info.facts.name);
        let class = info.class.map(|class| self.text(self.model.class_facts(class).name));
        let known = &self.analyzer.known;
        let says = if as_is { Says::default() } else { known.says(name) };
        let reads = says.has(Says::READS);
        let aside = !as_is && (says.has(Says::ASIDE) || class.is_some_and(|class| known.is_aside(class)));
        // What a reading function keeps for itself (a lazily made object, a memo) is no write of the request.
        // A store that tidies up while it reads (expired entries) does so on its own account.
        let tidies = reads && class.is_some_and(is_plain_store);
        let counts = |write: &&Write| !tidies && (write.strength == Strength::Store || !reads);
        let wrote_before = state.may.has(Facts::WROTE);
        let as_seen = |write: &Write| Write {
            at: through(&write.at),
            strength: if aside { Strength::Aside } else { write.strength },
            unsure: write.unsure,
        };
        if let Some(write) = summary.write.as_ref().filter(counts) {
            let write = as_seen(write);
            let early = write.strength > Strength::Aside && summary.may.has(Facts::EARLY_WRITE);
            if early && !state.must.has(Facts::IDENTITY) {
                state.may = state.may.with(Facts::EARLY_WRITE);
            }
            self.keep_write(write);
        }
        if let Some(write) = summary.ungated.as_ref().filter(counts) {
            self.note_write(as_seen(write), state);
        }
        for gate in &summary.gates {
            let gate = Gate {
                at: through(&gate.at),
                after_write: gate.after_write || wrote_before,
                ..gate.clone()
            };
            let known = self.summary.gates.iter().any(|known| known.at.place == gate.at.place);
            if !known {
                self.summary.gates.push(gate);
            }
        }
        // A store's method whose body shows no write, and whose name says that it writes: the write is behind it.
        if summary.write.is_none()
            && !aside
            && let Some(class) = class
        {
            let hidden = summary.opaque.is_some() || self.model.is_abstract(function);
            let public = !name.starts_with('_');
            if hidden && public && known.has_write_verb(name) && is_plain_store(class) {
                let place = self.model.function_place(function);
                let at = Witness {
                    place,
                    function,
                    what: format!("`{class}.{name}`"),
                    via: None,
                };
                self.own_write(
                    Write {
                        at: through(&at),
                        strength: Strength::Store,
                        unsure: false,
                    },
                    state,
                );
            }
        }
    }

    /// Where many errors leave this function: which of them each statement makes.
    fn ways_by_place(&self) -> FxHashMap<Place, Vec<usize>> {
        let mut ways: FxHashMap<Place, Vec<usize>> = FxHashMap::default();
        if self.summary.exits.len() >= MANY {
            for (index, exit) in self.summary.exits.iter().enumerate() {
                ways.entry(exit.place).or_default().push(index);
            }
        }
        ways
    }

    /// An exit as it leaves this call: what depends on parameters is filled in.
    pub(super) fn substitute(&self, exit: &Exit, here: Place, function: FnId, values: &[Option<Val>]) -> Exit {
        let mut exit = exit.clone();
        exit.via = Some((here, function));
        exit.after_head |= self.summary.generator;
        if let Shape::Param(param) = exit.shape {
            let value = values.get(param as usize).and_then(Option::as_ref);
            exit.shape = value.map_or(Shape::Text, |value| body_shape(Some(value)));
            exit.leaks |= value.is_some_and(|value| value.tags.has(Tags::EXCEPTION_TEXT));
        }
        if let Status::Param(param) = exit.status {
            exit.status = match values.get(param as usize) {
                Some(Some(value)) => self.status(Some(value)),
                _ => self.default_status(function, param),
            };
        }
        exit
    }

    fn default_status(&self, function: FnId, param: u8) -> Status {
        match self
            .model
            .function(function)
            .facts
            .params
            .get(param as usize)
            .map(|param| &param.default)
        {
            Some(Some(Expr::Int(status))) => u16::try_from(*status).map_or(Status::Unknown, Status::Known),
            _ => Status::Unknown,
        }
    }

    /// A returned value as the caller sees it.
    fn substitute_value(&self, returns: &Val, values: &[Option<Val>]) -> Val {
        if let Some(param) = returns.same_as
            && let Some(Some(value)) = values.get(param as usize)
        {
            let mut value = value.clone();
            value.grants = value.grants.with(returns.grants);
            return value;
        }
        let mut value = returns.clone();
        (value.params, value.same_as, value.constant) = (0, None, Constant::None);
        if let Shape::Param(param) = value.shape {
            value.shape = values
                .get(param as usize)
                .and_then(Option::as_ref)
                .map_or(Shape::Unknown, |value| value.shape);
        }
        if let Constant::Str(_) | Constant::Int(_) = returns.constant {
            value.constant = returns.constant;
        }
        for (index, given) in values.iter().enumerate().take(32) {
            if returns.params & (1 << index) != 0
                && let Some(given) = given
            {
                value.params |= given.params;
                value.tags = value.tags.with(given.tags.flowing());
            }
        }
        if let Some(items) = &returns.items {
            value.items = Some(
                items
                    .iter()
                    .map(|item| self.substitute_value(item, values))
                    .collect::<Arc<[Val]>>(),
            );
        }
        value
    }
}

/// Words of classes that only keep things.
fn is_plain_store(class: &str) -> bool {
    const WORDS: [&str; 8] = [
        "repo",
        "repository",
        "store",
        "storage",
        "backend",
        "ledger",
        "bucket",
        "queue",
    ];
    crate::vocabulary::words(class).any(|word| WORDS.contains(&word.as_str()))
}

/// Each error once, however many calls it may come by.
fn each_error(exits: &[Exit]) -> Vec<&Exit> {
    // Few are compared with each other where they end up.
    if exits.len() < FEW {
        return exits.iter().collect();
    }
    let mut each: Vec<&Exit> = Vec::new();
    let mut seen: FxHashMap<Place, Vec<&Exit>> = FxHashMap::default();
    for exit in exits {
        let here = seen.entry(exit.place).or_default();
        if !here.iter().any(|known| known.is_same_error(exit)) {
            here.push(exit);
            each.push(exit);
        }
    }
    each
}
