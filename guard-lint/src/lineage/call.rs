//! Calls: followed into the program, or taken for what their names say.

use std::rc::Rc;

use super::bind::Given;
use super::later::What;
use super::lookup::{Target, last_name};
use super::needs::{Needs, Question};
use super::said;
use super::state::{State, WROTE};
use super::value::{Cell, Origin, Source, Value};
use super::{CALLS, Walker};
use crate::model::{ClassId, FnId};
use crate::source::facts::{ArgKind, Call, Expr, Name};
use crate::source::glance::CHANGES;
use crate::source::visit::descend;
use crate::vocabulary::has_word;

impl<'s> Walker<'_, 's> {
    /// What a call gives; it waits where nothing has to be followed.
    pub(super) fn call(&mut self, call: &'s Call, state: &mut State<'s>) -> Value<'s> {
        let Some(given) = self.given(call, state) else {
            return Value::default();
        };
        if self.has_to_follow(&given, state) {
            self.called(&given, state, false)
        } else {
            state.waits(What::Call(given, self.standing()))
        }
    }

    /// What a call gives, asked for now.
    pub(super) fn call_now(&mut self, call: &'s Call, state: &mut State<'s>) -> Value<'s> {
        let given = self.given(call, state);
        given.map_or_else(Value::default, |given| self.called(&given, state, true))
    }

    /// A call with its arguments; nothing where one of them leaves, or where too many were followed.
    fn given(&mut self, call: &'s Call, state: &mut State<'s>) -> Option<Rc<Given<'s>>> {
        self.calls += 1;
        if self.calls > CALLS {
            self.trail.cut = true;
            return None;
        }
        let base = match &call.func {
            Expr::Attr(attr) => Some(self.object(&attr.base, state)),
            Expr::Name(..) => None,
            func => Some(self.object(func, state)),
        };
        let values = call.args.iter().map(|arg| self.expr(&arg.value, state)).collect();
        self.stand_at(call.span);
        state.live.then(|| Rc::new(Given { call, base, values }))
    }

    /// What a call gives whose arguments are known. Unless it is asked for now, what nothing says anything of waits.
    pub(super) fn called(&mut self, given: &Rc<Given<'s>>, state: &mut State<'s>, now: bool) -> Value<'s> {
        let (call, base) = (given.call, given.base.as_ref());
        let name = last_name(&call.func).map_or("", |name| self.text(name));
        if name == "Field" || name == "field" {
            return self.field_default(given, state);
        }
        self.note_log(given, state);
        if let Some(base) = base
            && let Some(value) = self.method_of_cell(base, name, given, state)
        {
            return value;
        }
        let targets = self.targets(given, state);
        if self.lookup.is_emission(call, &targets) {
            self.note_emission(given, state);
            return Value::default();
        }
        let writes = self.lookup.writes(call);
        if self.lookup.stores_artifacts(call) || (writes && self.is_given_artifact(given, state)) {
            return self.stored(given, state, |walker, state| {
                walker.followed(targets, given, now, state)
            });
        }
        if writes && self.needs.is_none() {
            let row = self.row(given, state);
            self.trail.rows.extend(row);
        }
        self.followed(targets, given, now, state)
    }

    /// Whether the values of an expression can wait: no call in it has to be looked at now.
    pub(super) fn can_wait(&self, expr: &Expr, state: &State<'s>) -> bool {
        let Some(needs) = self.needs else { return false };
        let mut can = true;
        descend(expr, &mut |expr| {
            can &= match expr {
                Expr::Call(call) => last_name(&call.func).is_some_and(|name| {
                    let is_variable = matches!(call.func, Expr::Name(..)) && state.variables.get(name).is_some();
                    !is_variable && !needs.follows(name) && !needs.looks(name) && !self.may_alter(call, name, needs)
                }),
                Expr::Walrus(_) => false,
                _ => true,
            };
        });
        can
    }

    /// Whether a call may change an object that it gets.
    fn may_alter(&self, call: &Call, name: Name, needs: &Needs) -> bool {
        needs.changes(name) && {
            let targets = || self.lookup.targets((self.module(), self.function()), call, None);
            CHANGES.contains(&self.text(name)) || self.effects.alters(&self.lookup, needs, &targets(), call)
        }
    }

    /// Whether a call has to be followed now, for what it stores or changes.
    fn has_to_follow(&mut self, given: &Given<'s>, state: &mut State<'s>) -> bool {
        let (Some(needs), Some(name)) = (self.needs, last_name(&given.call.func)) else {
            return true;
        };
        let is_variable = matches!(given.call.func, Expr::Name(..)) && state.variables.get(name).is_some();
        if is_variable || needs.ends(name) {
            return true;
        }
        if needs.question == Question::Records {
            if self.records_now(given, name, needs, state) {
                return true;
            }
        } else if needs.follows(name) {
            if self.lookup.says(name, said::ARTIFACT_STORE | said::ARTIFACT_CLASS) {
                return true;
            }
            let targets = self.targets(given, state);
            if self.effects.leads(&self.lookup, needs, &targets, given.call) {
                return true;
            }
        }
        // What has no dict or object gets nothing that it could change.
        let mut all = given.values.iter().chain(&given.base);
        let holds = |value: &Value<'s>| !matches!(value, Value::None | Value::Text(_) | Value::Plain(_));
        if needs.changes(name) && all.any(holds) && self.may_alter(given.call, name, needs) {
            return true;
        }
        let text = self.text(name);
        let adds = CHANGES.contains(&text)
            && matches!(&given.call.func, Expr::Attr(attr) if matches!(attr.base, Expr::Name(..)));
        if needs.question == Question::Records {
            return adds;
        }
        adds || ((self.lookup.writes(given.call) || self.has_artifact(given, state))
            && self.is_given_artifact(given, state))
    }

    /// Whether a call records something, or leads to what does. If it does not, what it may change is noted.
    fn records_now(&mut self, given: &Given<'s>, name: Name, needs: &Needs, state: &mut State<'s>) -> bool {
        if self.lookup.emission(given.call) != 0 {
            return true;
        }
        let settled = state.ways.all(WROTE);
        if settled && !needs.follows(name) {
            return false;
        }
        let targets = self.targets(given, state);
        if needs.follows(name) && self.effects.leads(&self.lookup, needs, &targets, given.call) {
            return true;
        }
        if !settled && self.effects.changes(&self.lookup, needs, given.call, &targets) && !self.is_aside() {
            state.ways = state.ways.or(state.ways.then(WROTE));
        }
        false
    }

    /// Whether an artifact is among what is known of what a call gets.
    fn has_artifact(&self, given: &Given<'s>, state: &State<'s>) -> bool {
        let kinds = &self.vocabulary.records.artifact_words;
        given.values.iter().chain(&given.base).any(|value| {
            let cell = state.cells.get(value);
            cell.is_some_and(|cell| has_word(cell.name, kinds) || has_word(cell.of, kinds))
        })
    }

    /// Walks what is called, each of several from the same state.
    fn followed(&mut self, targets: Vec<Target>, given: &Rc<Given<'s>>, now: bool, state: &mut State<'s>) -> Value<'s> {
        let known = self
            .lookup
            .followed(&targets, given.call, |target| self.can_follow(target));
        if known.is_empty() {
            return self.unfollowed(&targets, given, now, state);
        }
        let before = state.clone();
        let mut result: Option<Value<'s>> = None;
        state.end();
        for target in known {
            let mut taken = before.clone();
            let value = match target {
                Target::Function(function, has_object) => {
                    let object = has_object.then(|| given.base.clone().unwrap_or_default());
                    self.inlined(function, object, given, &mut taken)
                }
                Target::Class(class) => self.constructed(class, given, &mut taken),
                Target::External(_) => Value::default(),
            };
            if !taken.live {
                continue;
            }
            self.join(state, taken);
            result = Some(match result {
                None => value,
                Some(known) => self.either(state, known, &value),
            });
        }
        result.unwrap_or_default()
    }

    fn inlined(
        &mut self,
        function: FnId,
        object: Option<Value<'s>>,
        given: &Given<'s>,
        state: &mut State<'s>,
    ) -> Value<'s> {
        let variables = self.bound(function, object, given, state);
        let outer = std::mem::replace(&mut state.variables, variables);
        let value = self.enter(function, state);
        state.variables = outer;
        value
    }

    fn can_follow(&self, target: Target) -> bool {
        match target {
            Target::Function(function, _) => !self.model.is_abstract(function) && self.is_within_reach(function),
            Target::Class(_) => true,
            Target::External(_) => false,
        }
    }

    /// What is outside the program, or deeper than the walk goes.
    fn unfollowed(&mut self, targets: &[Target], given: &Rc<Given<'s>>, now: bool, state: &mut State<'s>) -> Value<'s> {
        if let Some(Target::Function(function, _)) = targets.first() {
            let summary = self.lookup.analyzer.summary(*function);
            if !summary.normal {
                state.end();
            } else if summary.write.is_some() {
                self.changes(state);
            }
        } else {
            if self.lookup.writes(given.call) {
                self.changes(state);
            }
            self.added_to(given, state);
        }
        if self.needs.is_some() && !now {
            return state.waits(What::Unseen(given.clone(), targets.first().copied(), self.standing()));
        }
        self.given_back(targets.first().copied(), given, state)
    }

    /// What a call gives that is not followed.
    pub(super) fn given_back(&mut self, target: Option<Target>, given: &Given<'s>, state: &mut State<'s>) -> Value<'s> {
        let base = given.base.as_ref();
        let name = last_name(&given.call.func).map_or("", |name| self.text(name));
        if let Some(Target::Function(..)) = target {
            let value = Value::Plain(self.origins(given.values.iter().chain(base), state));
            return self.unseen(value, given);
        }
        if let Some(Target::External(dotted)) = target {
            let value = self.outside(self.text(dotted), given, base, state);
            return self.unseen(value, given);
        }
        match (&given.call.func, base) {
            // A built-in function.
            (Expr::Name(..), _) => self.outside(name, given, base, state),
            (_, Some(base)) if !name.is_empty() => {
                let value = self.outside(&format!("?.{name}"), given, Some(base), state);
                if matches!(
                    name,
                    "items" | "keys" | "values" | "get" | "hexdigest" | "encode" | "join" | "format"
                ) {
                    value
                } else {
                    self.unseen(value, given)
                }
            }
            _ => self.mixed(&given.values, state),
        }
    }

    /// What comes of a call that cannot be followed, beside what it was given.
    fn unseen(&self, value: Value<'s>, given: &Given<'s>) -> Value<'s> {
        match value {
            Value::Plain(origin) => {
                let opaque = Origin::of(Source::Opaque, self.place(given.call.span));
                Value::Plain(origin.with(&opaque))
            }
            other => other,
        }
    }

    /// Something changes, unless it is kept beside the work: what a logger or a gate writes down is no change.
    pub(super) fn changes(&self, state: &mut State<'s>) {
        if !self.is_aside() {
            state.happens(WROTE);
        }
    }

    /// Whether a function on the way here keeps what it changes beside the work.
    fn is_aside(&self) -> bool {
        self.walked().any(|function| self.lookup.is_aside(function))
    }

    fn targets(&self, given: &Given<'s>, state: &State<'s>) -> Vec<Target> {
        // An object that was made on this very path: no override but its own class's.
        let object = given.base.as_ref().and_then(|base| state.cells.get(base));
        let class = object.and_then(|cell| cell.class);
        self.lookup.targets((self.module(), self.function()), given.call, class)
    }

    /// An object with its fields. What a service or a store sets up for itself is no part of a value.
    fn constructed(&mut self, class: ClassId, given: &Given<'s>, state: &mut State<'s>) -> Value<'s> {
        let name = self.text(self.model.class_facts(class).name);
        let init = self.model.method(class, self.model.literal("__init__"));
        let mut cell = Cell {
            class: Some(class),
            name,
            ..Cell::default()
        };
        if let Some(init) = init {
            let object = self.cell(cell, state);
            if !self.lookup.says(self.model.class_facts(class).name, said::STORE)
                && self.can_follow(Target::Function(init, true))
            {
                self.inlined(init, Some(object.clone()), given, state);
            }
            return object;
        }
        self.fill(&mut cell, given, state);
        // A data class takes its fields by position too.
        let fields = self
            .model
            .class_facts(class)
            .body
            .iter()
            .filter_map(|statement| match statement {
                crate::source::facts::Stmt::Assign(assign) if assign.annotation.is_some() => match &assign.target {
                    Expr::Name(name, _) => Some(self.text(*name)),
                    _ => None,
                },
                _ => None,
            });
        let positional = given.call.args.iter().zip(&given.values);
        let positional = positional.filter(|(arg, _)| arg.kind == ArgKind::Position);
        for (field, (arg, value)) in fields.zip(positional) {
            let place = self.place(arg.value.span().unwrap_or(given.call.span));
            cell.set(field, value.clone(), place);
        }
        let object = self.cell(cell, state);
        self.note_made(class, &object, given, state);
        object
    }

    /// `Field(default_factory=make)`, `field(default=value)`.
    fn field_default(&mut self, given: &Given<'s>, state: &mut State<'s>) -> Value<'s> {
        let factory = given
            .call
            .args
            .iter()
            .find(|arg| matches!(arg.kind, ArgKind::Keyword(name) if self.text(name) == "default_factory"));
        let Some(factory) = factory else {
            let default = given.keyword(self, "default").or(given.position(0));
            return default.cloned().unwrap_or_default();
        };
        let targets = self
            .lookup
            .of_types(&self.model.infer(self.module(), None, &factory.value), false);
        let nothing = Given {
            call: given.call,
            base: None,
            values: Vec::new(),
        };
        match targets.first() {
            Some(Target::Function(function, _)) if self.can_follow(Target::Function(*function, false)) => {
                let outer = std::mem::take(&mut state.variables);
                let value = self.enter(*function, state);
                state.variables = outer;
                value
            }
            Some(Target::External(dotted)) => self.outside(self.text(*dotted), &nothing, None, state),
            None => match &factory.value {
                Expr::Name(name, _) if matches!(self.text(*name), "dict" | "list" | "set") => {
                    self.cell(Cell::default(), state)
                }
                _ => Value::default(),
            },
            _ => Value::default(),
        }
    }
}
