//! What becomes of values: which metadata reaches a stored artifact, what a hash or an id is made of, which records are
//! written on the way, and what is logged.
//!
//! A function is walked with what its caller gives it, and so are the functions that it calls: the question is always what
//! *this* call leads to. Nothing is executed. Summaries of [`crate::analysis`] are made once for all callers, and would
//! have to carry the contents of every dict; only few functions are ever asked for theirs.
//!
//! Little of what a function does bears on a question. So there is a walk for each question, which follows what may lead
//! there (`needs`); every other value waits until something asks for it (`later`), branches that end without a bearing on
//! the question are left out (`bearing`), and what a call may change that leads nowhere is looked up (`effects`). A state is a version of the one before it (`versions`).

mod bearing;
mod bind;
mod builtin;
mod call;
mod effects;
mod expr;
mod later;
mod lookup;
mod methods;
mod needs;
mod record;
mod said;
mod stack;
pub mod state;
mod store;
pub mod value;
mod versions;
mod walk;
mod walks;

use crate::analysis::Analyzer;
use crate::model::types::Ty;
use crate::model::{ClassId, FnId, ModId, Model, Place};
use crate::source::facts::{Expr, Name, Span};
use crate::vocabulary::Vocabulary;
use effects::Effects;
use lookup::Lookup;
use needs::{Needs, Question};
use said::Said;
use stack::Standing;
use state::{State, Ways};
use value::{Cell, Origin, Source, Value};

pub use record::{Emission, Log};
pub use store::{Creation, Key, Made};
pub use walks::{Walks, roots};

/// How many calls deep a walk goes.
const DEPTH: usize = 14;

/// How many calls one walk follows. What is beyond is not known.
const CALLS: u32 = 20_000;

/// What a walk has seen, as far as it was asked for.
#[derive(Debug, Default)]
pub struct Trail {
    /// The artifacts that are stored.
    pub creations: Vec<Creation>,
    /// The rows that are written to any store.
    pub rows: Vec<Creation>,
    /// The usage and audit records.
    pub emissions: Vec<Emission>,
    /// The log calls that get a person's data.
    pub logs: Vec<Log>,
    /// The objects that are made with an id of their own.
    pub made: Vec<Made>,
    /// The normal exits, with the ways that lead there.
    pub exits: Vec<(Place, Ways)>,
    /// Whether the walk was given up before its end.
    pub cut: bool,
}

/// How a function is walked.
#[derive(Clone, Copy)]
struct Asked<'r> {
    /// How many calls deep.
    depth: usize,
    /// What has to be followed at once; everything, where nothing is said. Other values wait until they are asked for.
    needs: Option<&'r Needs>,
    effects: &'r Effects,
    said: &'r Said,
}

/// Walks a function from its start, called by somebody unknown.
fn walk(analyzer: &Analyzer<'_>, function: FnId, asked: Asked<'_>) -> Trail {
    let mut walker = Walker {
        lookup: Lookup::new(analyzer, asked.said),
        model: analyzer.model(),
        vocabulary: analyzer.vocabulary(),
        effects: asked.effects,
        needs: asked.needs,
        trail: Trail::default(),
        standing: Standing::nowhere(),
        returned: Vec::new(),
        next: 0,
        calls: 0,
        depth: asked.depth,
    };
    let mut state = State::start();
    let waiting = state.waiting.clone();
    let info = walker.model.function(function);
    let params = info.facts.params.iter().enumerate();
    for (index, param) in params {
        let is_self = index == 0 && info.class.is_some() && !walker.model.is_decorated(function, "staticmethod");
        let place = Place {
            module: info.module,
            span: param.span,
        };
        let origin = if is_self {
            Origin::default()
        } else {
            Origin::of(Source::Caller, place)
        };
        let class = param
            .annotation
            .as_ref()
            .and_then(|annotation| walker.class_with_metadata(info.module, annotation));
        let value = match class {
            Some(class) if !is_self => {
                let object = Cell {
                    class: Some(class),
                    name: walker.text(walker.model.class_facts(class).name),
                    rest: Some(origin),
                    ..Cell::default()
                };
                walker.cell(object, &mut state)
            }
            _ => Value::Plain(origin),
        };
        state.variables.insert(param.name, value);
    }
    // A function that leads to no store can only store what it is given.
    let is_asked = |needs: &Needs| {
        needs.question != Question::Artifacts
            || walker.next > 0
            || asked.effects.is_leading(&walker.lookup, needs, function)
    };
    if asked.needs.is_none_or(is_asked) {
        walker.enter(function, &mut state);
    }
    walker.trail.cut |= !waiting.has_room();
    walker.trail
}

/// One walk.
struct Walker<'a, 's> {
    lookup: Lookup<'a, 's>,
    model: &'a Model<'s>,
    vocabulary: &'a Vocabulary,
    effects: &'a Effects,
    needs: Option<&'a Needs>,
    trail: Trail,
    standing: Standing,
    /// For each function that is being walked, what its returns so far lead to.
    returned: Vec<Option<(State<'s>, Value<'s>)>>,
    next: u32,
    calls: u32,
    depth: usize,
}

impl<'s> Walker<'_, 's> {
    /// Walks a function whose parameters are the state's variables. What it gives.
    fn enter(&mut self, function: FnId, state: &mut State<'s>) -> Value<'s> {
        let facts = self.model.function(function).facts;
        let caller = self.stand_in(function);
        self.returned.push(None);
        self.body(&facts.body, state);
        if state.live {
            self.leave(Value::None, facts.span, state);
        }
        self.stand(caller);
        match self.returned.pop().flatten() {
            Some((returned, value)) => {
                *state = returned;
                value
            }
            None => Value::default(),
        }
    }

    /// A return from the function that is being walked.
    fn leave(&mut self, value: Value<'s>, span: Span, state: &mut State<'s>) {
        if self.is_outermost() {
            let place = self.place(span);
            self.trail.exits.push((place, state.ways));
        }
        let left = state.clone();
        state.end();
        let next = &mut self.next;
        let mut fresh = || number(next);
        match self.returned.last_mut() {
            Some(Some((returned, known))) => {
                returned.join(left, &mut fresh);
                *known = returned.either(std::mem::take(known), &value, &mut fresh);
            }
            Some(none) => *none = Some((left, value)),
            None => {}
        }
    }

    fn join(&mut self, state: &mut State<'s>, other: State<'s>) {
        let next = &mut self.next;
        state.join(other, &mut || number(next));
    }

    fn either(&mut self, state: &mut State<'s>, own: Value<'s>, other: &Value<'s>) -> Value<'s> {
        let next = &mut self.next;
        state.either(own, other, &mut || number(next))
    }

    /// A new dict or object.
    fn cell(&mut self, cell: Cell<'s>, state: &mut State<'s>) -> Value<'s> {
        let number = number(&mut self.next);
        state.cells.add(number, cell)
    }

    /// The class that a parameter is annotated with, if its objects carry metadata.
    fn class_with_metadata(&self, module: ModId, annotation: &Expr) -> Option<ClassId> {
        let types = self.model.annotation(module, annotation);
        let [Ty::Object { class, .. }] = types.all.as_slice() else {
            return None;
        };
        let names = &self.vocabulary.records.artifact_metadata;
        let mut fields = self.model.ancestry(*class).into_iter().flat_map(|class| {
            let fields = self.model.class(class).fields.keys();
            fields.map(|field| self.text(*field)).collect::<Vec<_>>()
        });
        let has = fields.any(|field| names.iter().any(|name| name == field));
        (has && !types.nullable).then_some(*class)
    }

    fn text(&self, name: Name) -> &'s str {
        self.model.text(name)
    }
}

fn number(next: &mut u32) -> u32 {
    *next += 1;
    *next
}
