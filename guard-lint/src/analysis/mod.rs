//! Questions about functions and endpoints, each answered once.
//!
//! A function is evaluated over abstract values, statement by statement; what callers need of it is its [`Summary`],
//! computed callees first and kept. Endpoints compose their dependencies' summaries with their handler's.

mod absent;
mod answer;
mod attempt;
mod call;
mod catching;
mod compose;
mod construct;
mod decorator;
mod endpoint;
mod expr;
mod flow;
mod gates;
mod known;
mod lexicon;
pub mod matching;
mod middleware;
mod params;
mod provider;
mod refine;
mod responses;
mod rust;
mod shared;
mod special;
pub mod state;
pub mod summary;
pub mod value;
mod writes;

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::classes::Base;
use crate::model::{FnId, ModId, Model, Place};
use crate::vocabulary::Vocabulary;
use known::Known;
use shared::Shared;
use summary::{ExitKind, Summary, Witness};
use value::{Facts, Shape};

pub use answer::answer;
pub use endpoint::{Endpoint, evaluate};
pub use rust::{Evaluated, Stream as RustStream, evaluate as evaluate_rust, is_guard};

/// How many calls deep summaries are computed. A longer chain of calls is computed from its end.
const DEPTH: usize = 120;

/// How often functions that call each other are evaluated before their last results are taken.
const ROUNDS: u32 = 8;

/// Computes summaries, and keeps them.
///
/// As a model's clone, a clone is for another thread. Summaries that one of them computed all of them have.
#[derive(Clone)]
pub struct Analyzer<'s> {
    pub(crate) model: Model<'s>,
    pub(crate) known: Known,
    shared: Arc<Shared>,
    /// What an error of each class becomes.
    kinds: RefCell<FxHashMap<Base, ExitKind>>,
    /// Providers by what holds before them on every path, and on some.
    provided: RefCell<FxHashMap<(FnId, Facts, Facts), Arc<endpoint::Provided>>>,
    /// What handlers answer to errors of a class, by the errors' details.
    answers: RefCell<FxHashMap<(FnId, Base, Shape), Shape>>,
    running: RefCell<Running>,
}

/// The functions that are being computed.
#[derive(Clone, Default)]
struct Running {
    stack: Vec<Begun>,
    /// The lowest stack position that was asked for while it was running.
    asked: Option<usize>,
    /// Summaries that rest on the assumption about a running function, by its stack position. They hold for as long as
    /// that assumption does.
    provisional: FxHashMap<FnId, (Arc<Summary>, usize)>,
    /// What functions came to in the last round of their circle, by the stack position of the circle's first function.
    last_round: FxHashMap<FnId, (Arc<Summary>, usize)>,
    /// Whether a function came to something else than was assumed of it, and used.
    surprised: bool,
    /// The function at which the stack became too deep. Until the stack is empty, nothing is computed or kept.
    too_deep: Option<FnId>,
    /// The ends of chains that were too deep, and are being computed.
    ends: Vec<FnId>,
}

/// A function that is being computed.
#[derive(Clone)]
struct Begun {
    function: FnId,
    /// What is told to whoever asks for it meanwhile.
    assumed: Arc<Summary>,
    /// Whether somebody did.
    used: bool,
}

impl Running {
    fn ask(&mut self, position: usize) {
        self.asked = Some(self.asked.map_or(position, |asked| asked.min(position)));
    }

    /// Whether all that was running was given up, and at which function.
    fn given_up(&mut self) -> Option<FnId> {
        let end = self.too_deep.filter(|_| self.stack.is_empty())?;
        self.too_deep = None;
        self.provisional.clear();
        self.last_round.clear();
        Some(end)
    }

    /// What is known of a function without computing it.
    fn known(&mut self, function: FnId) -> Option<Arc<Summary>> {
        if let Some(position) = self.stack.iter().position(|begun| begun.function == function) {
            self.ask(position);
            self.stack[position].used = true;
            return Some(self.stack[position].assumed.clone());
        }
        let (summary, head) = self.provisional.get(&function).cloned()?;
        self.ask(head);
        Some(summary)
    }

    /// Begins a function: with what it came to in the last round, or with the assumption that its calls add nothing.
    fn begin(&mut self, function: FnId) {
        let last = self.last_round.get(&function).map(|(summary, _)| summary.clone());
        self.stack.push(Begun {
            function,
            assumed: last.unwrap_or_else(|| Arc::new(Summary::optimistic())),
            used: false,
        });
    }

    /// Whether the function at this position is the first of a circle that has to be gone through again. If so, the next
    /// round begins, and everybody in the circle starts from what he came to in this one.
    fn goes_round(&mut self, position: usize, summary: &Arc<Summary>) -> bool {
        if self.asked != Some(position) || !(self.surprised || self.is_surprise(position, summary)) {
            return false;
        }
        self.surprised = false;
        self.stack[position].assumed = summary.clone();
        let circle = self.provisional.extract_if(|_, (_, head)| *head >= position);
        self.last_round.extend(circle);
        true
    }

    fn is_surprise(&self, position: usize, summary: &Summary) -> bool {
        let begun = &self.stack[position];
        begun.used && !begun.assumed.agrees(summary)
    }

    /// Keeps what rests on the function at `head`, and all that rests on later ones with it.
    fn rests_on(&mut self, head: usize, function: FnId, summary: &Arc<Summary>) {
        self.ask(head);
        for (_, known_head) in self.provisional.values_mut().chain(self.last_round.values_mut()) {
            *known_head = (*known_head).min(head);
        }
        self.provisional.insert(function, (summary.clone(), head));
    }

    /// Takes out what rested on the function at this position.
    fn settled(&mut self, position: usize) -> Vec<(FnId, Arc<Summary>)> {
        self.last_round.retain(|_, (_, head)| *head < position);
        let settled = self.provisional.extract_if(|_, (_, head)| *head >= position);
        settled.map(|(id, (summary, _))| (id, summary)).collect()
    }
}

impl<'s> Analyzer<'s> {
    /// An analyzer with nothing computed.
    pub fn new(model: &Model<'s>, vocabulary: &Vocabulary, router_modules: FxHashSet<ModId>) -> Self {
        Self {
            model: model.clone(),
            known: Known::new(model, vocabulary),
            shared: Arc::new(Shared::new(router_modules, model.functions.len())),
            kinds: RefCell::default(),
            provided: RefCell::default(),
            answers: RefCell::default(),
            running: RefCell::default(),
        }
    }

    /// The model that it works on.
    pub fn model(&self) -> &Model<'s> {
        &self.model
    }

    /// The vocabulary that it asks.
    pub fn vocabulary(&self) -> &Vocabulary {
        self.known.vocabulary()
    }

    /// Whether a function's name says that it reads.
    pub fn reads_by_name(&self, name: &str) -> bool {
        self.known.is_read(name)
    }

    /// What is known of a function. It does not depend on what was asked for before, or on which thread.
    pub fn summary(&self, function: FnId) -> Arc<Summary> {
        loop {
            if let Some(known) = self.shared.summary(function) {
                return known.clone();
            }
            let summary = self.compute(function);
            let Some(end) = self.running.borrow_mut().given_up() else {
                return summary;
            };
            self.compute_end(end);
        }
    }

    /// Computes the function at which a chain of calls became too deep, so that the chain ends there next time.
    fn compute_end(&self, end: FnId) {
        let in_circle = {
            let mut running = self.running.borrow_mut();
            let in_circle = running.ends.contains(&end);
            running.ends.push(end);
            in_circle
        };
        if in_circle {
            let unknown = Arc::new(Summary::unknown());
            self.shared.settle((end, unknown), std::iter::empty());
        } else {
            self.summary(end);
        }
        self.running.borrow_mut().ends.pop();
    }

    /// Computes a summary, callees first.
    ///
    /// Functions that call each other are a circle. Its first function starts from the assumption that its own calls add
    /// nothing; all of the circle are evaluated, and again from what they came to, until that no longer changes what any
    /// of them was told. They are kept together.
    fn compute(&self, function: FnId) -> Arc<Summary> {
        let (position, outer) = {
            let mut running = self.running.borrow_mut();
            if let Some(known) = running.known(function) {
                return known;
            }
            if running.stack.len() >= DEPTH || running.too_deep.is_some() {
                running.too_deep.get_or_insert(function);
                return Arc::new(Summary::unknown());
            }
            running.begin(function);
            let outer = (running.asked.take(), std::mem::take(&mut running.surprised));
            (running.stack.len() - 1, outer)
        };
        let mut summary = Arc::new(flow::summarize(self, function));
        for _ in 1..ROUNDS {
            if !self.running.borrow_mut().goes_round(position, &summary) {
                break;
            }
            summary = Arc::new(flow::summarize(self, function));
        }
        let mut running = self.running.borrow_mut();
        running.surprised |= running.is_surprise(position, &summary);
        running.stack.truncate(position);
        let below = running.asked.take().filter(|asked| *asked < position);
        running.asked = outer.0;
        if running.too_deep.is_some() {
            return summary;
        }
        if let Some(head) = below {
            running.surprised |= outer.1;
            running.rests_on(head, function, &summary);
            return summary;
        }
        running.surprised = outer.1;
        // What rested on this function's assumption now rests on its result.
        let settled = running.settled(position);
        drop(running);
        // Of functions that call each other, the same one is always the first to be assumed.
        match settled.iter().map(|(id, _)| *id).min() {
            Some(first) if first < function => {
                self.summary(first);
                self.summary(function)
            }
            _ => self.shared.settle((function, summary), settled.into_iter()),
        }
    }

    /// The calls from a function to a place: each call's place with the callee, outermost first. `next` finds the place
    /// in a summary and says through which call it came.
    pub fn trace(
        &self,
        mut via: Option<(Place, FnId)>,
        next: impl Fn(&Summary) -> Option<Option<(Place, FnId)>>,
    ) -> Vec<(Place, FnId)> {
        let mut calls: Vec<(Place, FnId)> = Vec::new();
        while let Some(call) = via {
            if calls.iter().any(|(_, callee)| *callee == call.1) {
                break;
            }
            calls.push(call);
            via = next(&self.summary(call.1)).flatten();
        }
        calls
    }

    /// The calls that lead to a witness that `find` selects in each summary on the way.
    pub fn trace_witness(
        &self,
        witness: &Witness,
        find: impl Fn(&Summary, &Witness) -> Option<Option<(Place, FnId)>>,
    ) -> Vec<(Place, FnId)> {
        self.trace(witness.via, |summary| find(summary, witness))
    }
}
