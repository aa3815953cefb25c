//! What calls do: they verify, ask a gate, write, hand the request on, or are functions of the program.

use super::flow::{Walk, came_back};
use super::guards::words_of;
use super::refusal::{is_affirming, never_returns};
use super::state::{Says, State};
use crate::analysis::summary::{Gate, Strength, Write};
use crate::analysis::value::Facts;
use crate::model::FnId;
use crate::model::rust::Def;
use crate::source::rust::facts::{Expr, Kind};

/// Methods whose value is good exactly where the receiver is.
const KEEPING: [&str; 24] = [
    "as_deref",
    "as_mut",
    "as_ref",
    "and_then",
    "cloned",
    "context",
    "copied",
    "err_into",
    "inspect",
    "inspect_err",
    "into",
    "is_ok",
    "is_ok_and",
    "is_some",
    "is_some_and",
    "map",
    "map_err",
    "ok",
    "ok_or",
    "ok_or_else",
    "transpose",
    "with_context",
    "filter",
    "then",
];

impl<'s> Walk<'_, '_, '_, 's> {
    /// `head(arguments)`
    pub(super) fn called(&mut self, expr: &'s Expr, head: &'s Expr, arguments: &'s [Expr], state: &mut State) -> Says {
        let Some(path) = head.as_path() else {
            self.value(head, state, false);
            return self.all(arguments, state).vague();
        };
        let given = self.all(arguments, state);
        let known = &self.view.analyzer.known;
        let (name, before) = (path.last().map_or("", String::as_str), path.len() - 1);
        let dotted = path.join(".");
        if known.is_identity_provider(name) {
            state.learn(Facts::IDENTITY);
        }
        match self.view.program.value_in(self.function(), path) {
            Def::Function(id) => {
                if before > 0 && known.is_context_name(&path[..before]) {
                    state.learn(Facts::IDENTITY);
                }
                let verifies = known.is_verifier(&dotted);
                let says = self.follow(id, state);
                self.verified(verifies, id, says, state)
            }
            Def::External(full) => {
                let outside = full.len().saturating_sub(1);
                if outside > 0 && known.is_context_name(&full[..outside]) {
                    state.learn(Facts::IDENTITY);
                }
                let from = full[..outside].join("_");
                if known.is_verifier(&dotted)
                    || known.is_credential_check(Some(&from.replace("jsonwebtoken", "jwt_token")), name)
                {
                    return Says::answer(Facts::CREDENTIAL.with(Facts::IDENTITY), Facts::NONE);
                }
                if outside > 0 && known.is_gate_call(Some(&from), name) {
                    return self.gate(expr, &dotted, state);
                }
                if known.is_plain_write(name) {
                    self.wrote(expr, name, state);
                }
                match name {
                    // What goes in comes out.
                    "Ok" | "Some" | "new" | "pin" | "from" => given,
                    _ => given.vague(),
                }
            }
            _ => given.vague(),
        }
    }

    /// `receiver.name(arguments)`
    pub(super) fn method(
        &mut self,
        expr: &'s Expr,
        receiver: &'s Expr,
        name: &'s str,
        arguments: &'s [Expr],
        state: &mut State,
    ) -> Says {
        let of = self.value(receiver, state, false);
        let on = words_of(receiver);
        let known = &self.view.analyzer.known;
        let within = self.arguments(name, arguments, state);
        if self.hands_on(&on, name, arguments) {
            let state = *state;
            match &mut self.passed {
                Some(passed) => passed.join(state),
                None => self.passed = Some(state),
            }
            return Says::default();
        }
        if known.is_credential_check(Some(&on), name) {
            return Says::answer(Facts::CREDENTIAL.with(Facts::IDENTITY), Facts::NONE);
        }
        if known.is_gate_call(Some(&on), name) {
            return self.gate(expr, &format!("{on}.{name}"), state);
        }
        if name == "insert" && on.contains("extensions") {
            // Who is put there is who calls, where that is what the value says.
            if arguments.iter().any(|value| known.may_identify(&words_of(value))) {
                state.learn(Facts::IDENTITY);
            }
            return Says::default();
        }
        if known.is_write(&on, name) || known.is_plain_write(name) {
            self.wrote(expr, name, state);
            return of.vague();
        }
        if let [only] = self.view.program.methods(name)
            && *only != self.function()
        {
            let says = self.follow(*only, state);
            return says.both(of.vague());
        }
        match name {
            "unwrap" | "expect" => {
                self.heeded |= of.gates;
                state.learn(of.yes);
                Says::default()
            }
            "is_err" | "is_none" => of.turned(),
            // `.map(|token| verify(token).is_ok()).unwrap_or(false)`
            "unwrap_or" if matches!(arguments, [only] if matches!(only.kind, Kind::Bool(false))) => {
                self.mapped(receiver, state).unwrap_or(of.vague())
            }
            _ if KEEPING.contains(&name) => of.both(within),
            _ if is_affirming(name) => of,
            _ => of.vague(),
        }
    }

    /// What the arguments of a method say that decide with it: a closure that runs on what is good.
    fn arguments(&mut self, name: &str, arguments: &'s [Expr], state: &mut State) -> Says {
        let mut says = Says::default();
        for argument in arguments {
            if !matches!(argument.kind, Kind::Closure(_)) {
                self.value(argument, state, false);
                continue;
            }
            let mut ran = *state;
            let inner = self.closure(argument, &mut ran);
            state.join(ran);
            if matches!(name, "and_then" | "is_ok_and" | "is_some_and" | "map_or" | "filter") {
                says = says.both(inner);
            }
        }
        says
    }

    /// What the closure says that the receiver of `unwrap_or(false)` was mapped by.
    fn mapped(&mut self, receiver: &'s Expr, state: &State) -> Option<Says> {
        match &receiver.kind {
            Kind::Method(_, name, arguments) if name == "map" => {
                let closure = arguments
                    .iter()
                    .find(|argument| matches!(argument.kind, Kind::Closure(_)))?;
                Some(self.closure(closure, &mut { *state }))
            }
            _ => None,
        }
    }

    /// Runs a closure.
    pub(super) fn closure(&mut self, closure: &'s Expr, state: &mut State) -> Says {
        let Kind::Closure(index) = &closure.kind else {
            return Says::default();
        };
        let module = self.view.program.model.function(self.function()).module;
        let id = self.view.program.model.local_function(module, *index);
        match self.call(id, *state, self.variables()) {
            Some(ways) => came_back(ways, state),
            None => Says::default(),
        }
    }

    /// Goes through a function of the program.
    fn follow(&mut self, id: FnId, state: &mut State) -> Says {
        match self.call(id, *state, Default::default()) {
            Some(ways) => came_back(ways, state),
            None => Says::default(),
        }
    }

    /// A verifier of the program's own is one by its name; where it gives no answer that could refuse, it has verified.
    fn verified(&self, verifies: bool, id: FnId, says: Says, state: &mut State) -> Says {
        if !verifies {
            return says;
        }
        let both = Facts::CREDENTIAL.with(Facts::IDENTITY);
        let returns = self.view.program.function(id).and_then(|facts| facts.returns.as_ref());
        if returns.is_none_or(|ty| ty.last() == "()") {
            state.learn(both);
            return says;
        }
        Says {
            yes: says.yes.with(both),
            asked: says.asked.with(both),
            ..says
        }
    }

    /// A gate is asked.
    fn gate(&mut self, expr: &Expr, what: &str, state: &State) -> Says {
        let number = self.gates.len();
        if state.live {
            let at = self.view.witness(self.function(), self.place(expr.span), what);
            self.gates.push(Gate {
                at,
                unbindable: None,
                swallowed: false,
                settled: false,
                passed_over: false,
                after_write: state.may.has(Facts::WROTE),
            });
        }
        Says {
            gates: 1_u64.checked_shl(number as u32).unwrap_or(0),
            ..Says::answer(Facts::GATE, Facts::REFUSAL_CAUGHT)
        }
    }

    /// Something is written.
    fn wrote(&mut self, expr: &Expr, name: &str, state: &mut State) {
        if !state.live {
            return;
        }
        let write = Write {
            at: self
                .view
                .witness(self.function(), self.place(expr.span), &format!("`{name}`")),
            strength: Strength::Store,
            unsure: false,
        };
        if !state.must.has(Facts::GATE) {
            if state.may.has(Facts::REFUSAL_CAUGHT) {
                self.gates.iter_mut().for_each(|gate| gate.swallowed = true);
            }
            self.ungated.get_or_insert_with(|| write.clone());
        }
        if !state.must.has(Facts::IDENTITY) {
            state.learn(Facts::EARLY_WRITE);
        }
        self.write.get_or_insert(write);
        state.learn(Facts::WROTE);
    }

    /// Whether a middleware hands the request on: `next.run(request)`, `self.inner.call(request)`.
    fn hands_on(&self, on: &str, name: &str, arguments: &[Expr]) -> bool {
        !arguments.is_empty()
            && match name {
                "run" => on == "next" || self.is_next(on),
                "call" | "oneshot" => on == "inner" || on.ends_with("_inner"),
                _ => false,
            }
    }

    fn is_next(&self, variable: &str) -> bool {
        let facts = self.view.program.function(self.function());
        facts.is_some_and(|facts| {
            let is = |(names, ty): &(Vec<String>, crate::source::rust::facts::Type)| {
                ty.last() == "Next" && names.iter().any(|name| name == variable)
            };
            facts.params.iter().any(is)
        })
    }

    /// `name!(arguments)`
    pub(super) fn expanded(&mut self, name: &[String], arguments: &'s [Expr], state: &mut State) -> Says {
        match (name.last().map_or("", String::as_str), arguments) {
            ("ensure" | "assert", [test, ..]) => {
                let (yes, no) = self.test(test, *state, (false, true));
                self.refuse(no);
                *state = yes;
                Says::default()
            }
            (name, _) => {
                let says = self.all(arguments, state).vague();
                if never_returns(name) {
                    self.refuse(*state);
                    *state = State::dead();
                }
                says
            }
        }
    }
}
