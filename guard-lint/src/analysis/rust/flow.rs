//! Walking a body along its paths: statements, branches, and the ways that leave it.
//!
//! It is the idea of the Python part's flow in its smallest form: a state is carried forward, split where a condition
//! decides, and joined where ways meet; what holds on every path is what both sides share.

use rustc_hash::FxHashMap;

use super::View;
use super::refusal;
use super::state::{Says, State};
use crate::analysis::summary::{Gate, Oddity, Write};
use crate::analysis::value::Facts;
use crate::model::{FnId, Place};
use crate::source::facts::Span;
use crate::source::rust::facts::{Block, Expr, Kind, Operator, Pattern, Stmt};

/// How deep calls are followed.
const DEPTH: usize = 5;

/// How many bodies one walk goes through: what calls everything is not followed to its end.
const BODIES: u32 = 256;

/// One walk through a body and what it calls.
pub(super) struct Walk<'w, 'v, 'm, 's> {
    pub(super) view: &'w View<'v, 'm, 's>,
    /// The path of the endpoint in question; conditions on the request's path are decided by it.
    pub(super) path: Option<&'w str>,
    pub(super) gates: Vec<Gate>,
    /// Comparisons that cannot tell what they are meant to.
    pub(super) oddities: Vec<Oddity>,
    /// The gates whose answer something looked at.
    pub(super) heeded: u64,
    /// The first write, and the first before which no gate surely passed.
    pub(super) write: Option<Write>,
    pub(super) ungated: Option<Write>,
    /// Where the request is handed on.
    pub(super) passed: Option<State>,
    pub(super) frames: Vec<Frame<'s>>,
    bodies: u32,
}

/// A body that is being walked through.
pub(super) struct Frame<'s> {
    pub(super) function: FnId,
    /// What variables say.
    pub(super) variables: FxHashMap<&'s str, Says>,
    /// Where it returns what is no refusal.
    good: Option<State>,
    /// Where it refuses.
    bad: Option<State>,
    /// The gates whose answer it returns.
    gates: u64,
    /// Where the open loops are left.
    pub(super) breaks: Vec<State>,
}

/// The ways out of a body.
pub(super) struct Ways {
    /// Where it returns what is no refusal.
    pub(super) good: Option<State>,
    /// Where it refuses.
    pub(super) bad: Option<State>,
    /// The gates whose answer it returns.
    pub(super) gates: u64,
}

impl<'w, 'v, 'm, 's> Walk<'w, 'v, 'm, 's> {
    /// Walks through a function's body from what is known before it.
    pub(super) fn through(
        view: &'w View<'v, 'm, 's>,
        path: Option<&'w str>,
        function: FnId,
        known: Facts,
    ) -> (Self, Ways) {
        let mut walk = Self {
            view,
            path,
            gates: Vec::new(),
            oddities: Vec::new(),
            heeded: 0,
            write: None,
            ungated: None,
            passed: None,
            frames: Vec::new(),
            bodies: BODIES,
        };
        let ways = walk.call(function, State::start(known), FxHashMap::default());
        let ways = ways.unwrap_or(Ways {
            good: None,
            bad: None,
            gates: 0,
        });
        walk.heeded |= ways.gates;
        (walk, ways)
    }

    /// The ways out of a function that begins in this state; none where it is not followed.
    pub(super) fn call(&mut self, function: FnId, state: State, variables: FxHashMap<&'s str, Says>) -> Option<Ways> {
        let facts = self.view.program.function(function)?;
        let open = self.frames.iter().any(|frame| frame.function == function);
        if open || self.frames.len() >= DEPTH || facts.body.is_empty() {
            return None;
        }
        self.enter(function, &facts.body, state, variables)
    }

    /// The ways out of a body of its own: a function's, a closure's, an `async` block's.
    pub(super) fn enter(
        &mut self,
        function: FnId,
        body: &'s Block,
        mut state: State,
        variables: FxHashMap<&'s str, Says>,
    ) -> Option<Ways> {
        self.bodies = self.bodies.checked_sub(1)?;
        self.frames.push(Frame {
            function,
            variables,
            good: None,
            bad: None,
            gates: 0,
            breaks: Vec::new(),
        });
        self.block(body, &mut state, true);
        if state.live {
            self.returns(state);
        }
        let frame = self.frames.pop()?;
        Some(Ways {
            good: frame.good,
            bad: frame.bad,
            gates: frame.gates,
        })
    }

    pub(super) fn function(&self) -> FnId {
        // A walk begins with a frame and ends with it.
        self.frames.last().map_or(FnId(0), |frame| frame.function)
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place {
            module: self.view.program.model.function(self.function()).module,
            span,
        }
    }

    pub(super) fn variables(&self) -> FxHashMap<&'s str, Says> {
        self.frames
            .last()
            .map_or_else(FxHashMap::default, |frame| frame.variables.clone())
    }

    fn bind(&mut self, pattern: &'s Pattern, says: Says) {
        let Some(frame) = self.frames.last_mut() else { return };
        match pattern.names.as_slice() {
            // `let _ = …` drops what it is given.
            [name] if name != "_" && pattern.heads.iter().all(|head| head == "_") => {
                frame.variables.insert(name, says);
            }
            names => {
                for name in names {
                    frame.variables.remove(name.as_str());
                }
            }
        }
    }

    fn returns(&mut self, mut state: State) {
        if state.may.has(Facts::WROTE) && !state.must.has(Facts::GATE) {
            state.note(Facts::NEVER_ASKED);
        }
        if let Some(frame) = self.frames.last_mut() {
            meet(&mut frame.good, state);
        }
    }

    /// The way of a refusal.
    pub(super) fn refuse(&mut self, state: State) {
        if let Some(frame) = self.frames.last_mut()
            && state.live
        {
            meet(&mut frame.bad, state);
        }
    }

    /// The body is left with this value.
    fn leave(&mut self, value: Option<&'s Expr>, says: Says, state: &mut State) {
        if state.live {
            if value.is_some_and(|value| refusal::is_refusal(self, value)) {
                self.refuse(*state);
            } else {
                if let Some(frame) = self.frames.last_mut() {
                    frame.gates |= says.gates;
                }
                self.returns(state.knowing(says.yes));
                if says != Says::default() {
                    self.refuse(state.knowing(says.no));
                }
            }
        }
        *state = State::dead();
    }

    /// What the value of a block says. `is_tail` where it is the body's own value.
    pub(super) fn block(&mut self, block: &'s Block, state: &mut State, is_tail: bool) -> Says {
        let mut last = Says::default();
        for (index, statement) in block.iter().enumerate() {
            last = Says::default();
            match statement {
                Stmt::Let(pattern, Some(value), otherwise) => {
                    let says = self.value(value, state, false);
                    match otherwise {
                        Some(otherwise) => {
                            let refuses = refusal::ends_so(self, otherwise);
                            let (here, mut there) = self.split(says, pattern, *state, refuses);
                            self.heeded |= says.gates;
                            self.value(otherwise, &mut there, false);
                            *state = here;
                            self.bind(pattern, Says::default());
                        }
                        None => self.bind(pattern, says),
                    }
                }
                Stmt::Let(_, None, _) => {}
                Stmt::Expr(value, dropped) => {
                    let is_last = index + 1 == block.len() && !dropped;
                    let says = self.value(value, state, is_tail && is_last);
                    if is_last {
                        last = says;
                    }
                }
            }
        }
        last
    }

    /// What a value says that is looked at by a pattern: the states where it fits, and where it does not. What only the
    /// refusing of the other way tells is known where that way `refuses`.
    fn split(&mut self, says: Says, pattern: &Pattern, state: State, refuses: bool) -> (State, State) {
        let (fits, not) = match good(pattern) {
            Some(true) => (says.yes, says.no),
            Some(false) => (says.no, says.yes),
            None if refuses => (says.asked, Facts::NONE),
            None => (Facts::NONE, Facts::NONE),
        };
        (state.knowing(fits), state.knowing(not))
    }

    /// What a value says. `is_tail` where it is the body's own value, with which the body is left.
    pub(super) fn value(&mut self, expr: &'s Expr, state: &mut State, is_tail: bool) -> Says {
        match &expr.kind {
            Kind::Block(block) => self.block(block, state, is_tail),
            Kind::Async(block) if is_tail => self.block(block, state, true),
            Kind::Call(_, arguments) if is_tail && matches!(arguments.as_slice(), [only] if is_async(only)) => {
                self.value(&arguments[0], state, true)
            }
            Kind::If(test, then, otherwise) => {
                let refuses = (
                    refusal::block_ends_so(self, then),
                    otherwise
                        .as_ref()
                        .is_some_and(|otherwise| refusal::ends_so(self, otherwise)),
                );
                let (mut yes, mut no) = self.test(test, *state, refuses);
                let mut says = self.block(then, &mut yes, is_tail);
                let other = match otherwise {
                    Some(otherwise) => self.value(otherwise, &mut no, is_tail),
                    None => Says::default(),
                };
                says = either(says, yes, other, no);
                yes.join(no);
                *state = yes;
                says
            }
            Kind::Match(value, arms) => self.arms(value, arms, state, is_tail),
            Kind::Return(value) => {
                if let Some(value) = value {
                    self.value(value, state, true);
                }
                if state.live {
                    self.leave(None, Says::default(), state);
                }
                Says::default()
            }
            _ => {
                let says = self.plain(expr, state);
                if is_tail {
                    self.leave(Some(expr), says, state);
                }
                says
            }
        }
    }

    fn arms(
        &mut self,
        value: &'s Expr,
        arms: &'s [(Pattern, Option<Expr>, Expr)],
        state: &mut State,
        is_tail: bool,
    ) -> Says {
        let says = self.value(value, state, false);
        self.heeded |= says.gates;
        // A name that says which way is which needs no guess by what the arms do.
        let unnamed = arms.iter().all(|(pattern, _, _)| good(pattern).is_none());
        let refuses = unnamed && arms.iter().any(|(_, _, arm)| refusal::ends_so(self, arm));
        let (mut rest, mut end) = (*state, State::dead());
        let mut result: Option<(Says, State)> = None;
        for (pattern, guard, arm) in arms {
            let (mut here, not) = self.split(says, pattern, rest, refuses && !refusal::ends_so(self, arm));
            self.bind(pattern, Says::default());
            match guard {
                Some(guard) => here = self.test(guard, here, (false, false)).0,
                None if good(pattern).is_some() => rest = not,
                None => {}
            }
            let arm = self.value(arm, &mut here, is_tail);
            result = Some(match result {
                Some((known, at)) => (either(known, at, arm, here), here),
                None => (arm, here),
            });
            end.join(here);
        }
        *state = end;
        result.map_or_else(Says::default, |(says, _)| says)
    }

    /// The states where a condition holds and where it does not. `refuses` says which of the two ways ends in a refusal.
    pub(super) fn test(&mut self, test: &'s Expr, mut state: State, refuses: (bool, bool)) -> (State, State) {
        match &test.kind {
            Kind::Not(inner) => {
                let (no, yes) = self.test(inner, state, (refuses.1, refuses.0));
                (yes, no)
            }
            Kind::Binary(Operator::And, left, right) => {
                let (yes, mut no) = self.test(left, state, (false, refuses.1));
                let (yes, later) = self.test(right, yes, (false, refuses.1));
                no.join(later);
                (yes, no)
            }
            Kind::Binary(Operator::Or, left, right) => {
                let (mut yes, no) = self.test(left, state, (refuses.0, false));
                let (later, no) = self.test(right, no, (refuses.0, false));
                yes.join(later);
                (yes, no)
            }
            Kind::Let(pattern, value) => {
                let says = self.value(value, &mut state, false);
                self.heeded |= says.gates;
                let ways = self.split(says, pattern, state, refuses.1);
                self.bind(pattern, Says::default());
                match good(pattern) {
                    None if refuses.0 => (ways.0, ways.1.knowing(says.asked)),
                    _ => ways,
                }
            }
            _ => {
                let decided = self.path.and_then(|path| super::paths::decided(self, test, path));
                let says = self.value(test, &mut state, false);
                self.heeded |= says.gates;
                let (mut yes, mut no) = (state.knowing(says.yes), state.knowing(says.no));
                match refuses {
                    (true, false) => no.learn(says.asked),
                    (false, true) => yes.learn(says.asked),
                    _ => {}
                }
                match decided {
                    Some(true) => (yes, State::dead()),
                    Some(false) => (State::dead(), no),
                    None => (yes, no),
                }
            }
        }
    }
}

/// Whether a pattern fits what is good, or what is not; none where its name does not say.
fn good(pattern: &Pattern) -> Option<bool> {
    let is = |kinds: [&str; 3]| {
        let any = |head: &String| kinds.contains(&head.as_str());
        !pattern.heads.is_empty() && pattern.heads.iter().all(any)
    };
    if is(["Ok", "Some", "true"]) {
        Some(true)
    } else if is(["Err", "None", "false"]) {
        Some(false)
    } else {
        None
    }
}

fn is_async(expr: &Expr) -> bool {
    matches!(expr.kind, Kind::Async(_))
}

fn meet(known: &mut Option<State>, state: State) {
    match known {
        Some(known) => known.join(state),
        None => *known = Some(state),
    }
}

/// What a value says that comes from one of two ways.
fn either(left: Says, at: State, right: Says, there: State) -> Says {
    match (at.live, there.live) {
        (true, false) => left,
        (false, true) => right,
        _ => Says {
            yes: left.yes.and(right.yes),
            no: left.no.and(right.no),
            asked: left.asked.and(right.asked),
            gates: left.gates | right.gates,
        },
    }
}

/// Where a caller goes on, and what the value says that it got.
pub(super) fn came_back(ways: Ways, state: &mut State) -> Says {
    let (good, bad) = (ways.good, ways.bad);
    let before = *state;
    let mut end = good.unwrap_or(State::dead());
    end.join(bad.unwrap_or(State::dead()));
    *state = end;
    match (good, bad) {
        (Some(good), Some(bad)) => {
            // What only the answer tells holds on no path before somebody looks at it.
            let answer = good.must.lasting();
            state.may = state.may.without(answer.without(end.must)).with(before.may);
            Says {
                gates: ways.gates,
                ..Says::answer(answer, bad.must.and(Facts::REFUSAL_CAUGHT))
            }
        }
        _ => Says {
            gates: ways.gates,
            ..Says::default()
        },
    }
}
