//! Calls: what is called, whether it can be, and what it does.

use std::sync::Arc;

use super::flow::Frame;
use super::state::State;
use super::summary::{OddityKind, Summary};
use super::value::{Constant, Facts, Tags, Val};
use crate::model::bind::{BindError, bind};
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::{ClassId, FnId};
use crate::source::facts::{ArgKind, Call, Expr, Name, Span};

/// A call with its parts evaluated.
pub(super) struct Made<'s> {
    pub(super) call: &'s Call,
    /// The object, for `object.method(…)`.
    pub(super) base: Option<Val>,
    /// The last name of what is called.
    pub(super) name: &'s str,
    /// The values of the arguments, in order.
    pub(super) args: Vec<Val>,
    /// Whether what is called has some of its arguments already.
    pub(super) partial: bool,
}

impl<'s> Made<'s> {
    /// The value of the argument by keyword, or else at this position.
    pub(super) fn argument(&self, frame: &Frame<'_, 's>, keyword: &str, position: usize) -> Option<&Val> {
        self.keyword(frame, keyword).or_else(|| {
            let arg = self.call.args.get(position)?;
            (arg.kind == ArgKind::Position).then(|| &self.args[position])
        })
    }

    /// The value of the argument by keyword.
    pub(super) fn keyword(&self, frame: &Frame<'_, 's>, keyword: &str) -> Option<&Val> {
        let index = self
            .call
            .args
            .iter()
            .position(|arg| matches!(arg.kind, ArgKind::Keyword(name) if frame.text(name) == keyword))?;
        Some(&self.args[index])
    }
}

/// What a call goes to.
enum Target {
    /// A function, with whether the first parameter is the object or class it is called on.
    Function { function: FnId, skip_first: bool },
    /// The constructor of a class.
    Class(ClassId),
    /// Something outside, by its dotted name.
    External(Name),
}

impl Target {
    fn is_local(&self) -> bool {
        !matches!(self, Self::External(_))
    }
}

impl<'s> Frame<'_, 's> {
    pub(super) fn call(&mut self, call: &'s Call, state: &mut State) -> Val {
        if let Some(value) = self.call_wrapped(call, state) {
            return value;
        }
        let (base, callee, name) = match &call.func {
            Expr::Attr(attr) => {
                let base = self.expr(&attr.base, state);
                let callee = self.callee(&base, attr.name, call.span, state);
                if callee.types.is_empty() {
                    self.note_missing_attribute(&base, attr);
                }
                (Some(base), callee, self.text(attr.name))
            }
            Expr::Name(name, _) => (None, self.expr(&call.func, state), self.text(*name)),
            func => (None, self.expr(func, state), ""),
        };
        let args: Vec<Val> = call.args.iter().map(|arg| self.expr(&arg.value, state)).collect();
        if matches!(name, "create_task" | "ensure_future" | "add_task" | "gather") {
            // What runs beside this does not end it.
            state.live = true;
        }
        let made = Made {
            call,
            base,
            name,
            args,
            partial: callee.tags.has(Tags::PARTIAL),
        };
        if !state.live {
            return Val::default();
        }
        if let Some(value) = self.special_method(&made, state).or_else(|| self.reflection(&made)) {
            return value;
        }
        let targets = self.targets(&made, &callee);
        if targets.is_empty() && callee.tags.has(Tags::DYNAMIC) {
            return self.ask_unknown(&made, state);
        }
        if !targets.iter().any(Target::is_local)
            && let Some(value) = self.indirect(&made, state)
        {
            return value;
        }
        if targets.is_empty() {
            return self.unresolved(&made, state);
        }
        let value = self.resolved(&made, targets, state);
        let answer = value.tags.has(Tags::DECISION).then_some(Facts::GATE);
        let grants = value.grants.lasting().with(answer.unwrap_or_default());
        if grants != Facts::NONE {
            self.answers.retain(|(span, _)| *span != call.span);
            self.answers.push((call.span, grants));
        }
        value
    }

    /// `getattr(object, name)`, `functools.partial(function, …)`, `importlib.import_module(name)`: what is found by name.
    fn reflection(&mut self, made: &Made<'s>) -> Option<Val> {
        match made.name {
            "getattr" => match made.args.get(1)?.constant {
                Constant::Str(name) => Some(self.member(&made.args[0].clone(), name)),
                _ => Some(Val {
                    tags: Tags::DYNAMIC,
                    ..Val::derived(&made.args)
                }),
            },
            "import_module" | "__import__" => Some(Val {
                tags: Tags::DYNAMIC,
                ..Val::default()
            }),
            "partial" | "partialmethod" => {
                let mut function = made.args.first()?.clone();
                function.tags = function.tags.with(Tags::PARTIAL);
                Some(function)
            }
            _ => None,
        }
    }

    /// A call of what only running can tell. With the context given to it, it may be a gate.
    fn ask_unknown(&mut self, made: &Made<'s>, state: &mut State) -> Val {
        if made.args.iter().any(|arg| arg.tags.has(Tags::CONTEXT)) {
            state.may = state.may.with(Facts::ASKED_UNKNOWN);
        }
        let witness = self.witness(made.call.span, made.name);
        self.note_opaque(witness);
        Val {
            tags: Tags::DYNAMIC,
            ..Val::derived(&made.args)
        }
    }

    /// The method as a value; for an object whose class is only an annotation, every override of it.
    fn callee(&mut self, base: &Val, name: Name, span: Span, state: &mut State) -> Val {
        let mut value = Val::default();
        for ty in &base.types {
            match ty {
                Ty::Object { class, exact: false } => {
                    for method in self.model.implementations(*class, name) {
                        if self.model.is_property(method) {
                            // What is called is what it gives; reading it runs it.
                            let summary = self.analyzer.summary(method);
                            value = value.or(self.compose(span, method, &summary, &[], state));
                        } else {
                            value.types.push(Ty::Method(method));
                        }
                    }
                    if value.types.is_empty() {
                        value.types.extend(self.model.member_types(*ty, name).all);
                    }
                }
                ty => value.types.extend(self.model.member_types(*ty, name).all),
            }
        }
        value
    }

    fn targets(&self, made: &Made<'s>, callee: &Val) -> Vec<Target> {
        let mut targets = Vec::new();
        for ty in &callee.types {
            match ty {
                Ty::Entity(Entity::Function(function)) => {
                    targets.push(Target::Function {
                        function: *function,
                        skip_first: false,
                    });
                }
                Ty::Method(function) => {
                    // `Class.method(object)` passes the object itself.
                    let on_class = made
                        .base
                        .as_ref()
                        .is_some_and(|base| base.types.iter().any(|ty| matches!(ty, Ty::Entity(Entity::Class(_)))));
                    let is_static = self.model.is_decorated(*function, "staticmethod");
                    let is_class = self.model.is_decorated(*function, "classmethod");
                    let skip_first = !is_static && (is_class || !on_class);
                    targets.push(Target::Function {
                        function: *function,
                        skip_first,
                    });
                }
                Ty::Entity(Entity::Class(class)) => targets.push(Target::Class(*class)),
                Ty::Entity(Entity::External(name)) => targets.push(Target::External(*name)),
                Ty::Object { class, .. } => {
                    let method = self.model.method(*class, self.model.literal("__call__"));
                    targets.extend(method.map(|function| Target::Function {
                        function,
                        skip_first: true,
                    }));
                }
                _ => {}
            }
        }
        targets
    }

    /// `asyncio.to_thread(f, x)`, `run_in_threadpool(f, x)`: the call of what is passed.
    fn indirect(&mut self, made: &Made<'s>, state: &mut State) -> Option<Val> {
        let skip = match made.name {
            "to_thread" | "run_in_threadpool" | "run_sync" | "create_task" | "ensure_future" | "wait_for" => 0,
            "run_in_executor" => 1,
            _ => return None,
        };
        let callee = made.args.get(skip)?.clone();
        let direct = callee
            .types
            .iter()
            .any(|ty| matches!(ty, Ty::Entity(Entity::Function(_)) | Ty::Method(_)));
        if !direct {
            // `create_task(f(x))`: the coroutine was evaluated as an argument.
            return matches!(made.name, "create_task" | "ensure_future" | "wait_for").then(|| Val::derived([&callee]));
        }
        let targets = self.targets(made, &callee);
        let mut value = None;
        for target in targets {
            let Target::Function { function, .. } = target else {
                continue;
            };
            let summary = self.analyzer.summary(function);
            let result = self.compose(made.call.span, function, &summary, &[], state);
            value = Some(result);
        }
        value
    }

    /// Calls of functions of the program: each target's summary, joined where there are several.
    fn resolved(&mut self, made: &Made<'s>, targets: Vec<Target>, state: &mut State) -> Val {
        let mut joined: Option<(State, Val)> = None;
        let mut failures = Vec::new();
        let count = targets.len();
        for target in targets {
            let mut end = state.clone();
            let value = match target {
                Target::Function { function, skip_first } => match self.invoke(made, function, skip_first, &mut end) {
                    Ok(value) => value,
                    Err(failure) => {
                        failures.push((function, failure));
                        continue;
                    }
                },
                Target::Class(class) => self.construct(made, class, &mut end),
                Target::External(name) => self.external(made, name, &mut end),
            };
            joined = Some(match joined {
                Some((state, joined)) => (state.join(end), joined.or(value)),
                None => (end, value),
            });
        }
        if let Some((function, failure)) = failures.into_iter().next()
            && (joined.is_none() || count == 1)
        {
            self.cannot_bind(made, function, &failure, state);
            // The rest is judged as if the call had been right.
            if joined.is_none() && !self.is_gate(function, &self.analyzer.summary(function)) {
                let summary = self.analyzer.summary(function);
                return self.compose(made.call.span, function, &summary, &[], state);
            }
        }
        match joined {
            Some((end, value)) => {
                *state = end;
                value
            }
            None => Val::default(),
        }
    }

    /// A call that raises `TypeError` whenever it is reached. What follows is judged as if it had not been there: the rest
    /// of the handler is still somebody's work.
    pub(super) fn cannot_bind(&mut self, made: &Made<'s>, function: FnId, failure: &BindError, state: &mut State) {
        let what = format!(
            "`{}` {}",
            self.model.function_name(function),
            failure.describe(self.model)
        );
        self.odd(made.call.span, OddityKind::CannotSucceed, what.clone());
        if self.analyzer.known.is_gate_method(self.model, function) {
            self.note_gate(made.call.span, self.model.function_name(function), Some(what), state);
            state.learn(Facts::GATE);
        }
    }

    /// Runs one function of the program.
    pub(super) fn invoke(
        &mut self,
        made: &Made<'s>,
        function: FnId,
        skip_first: bool,
        state: &mut State,
    ) -> Result<Val, BindError> {
        let info = self.model.function(function);
        let mut values: Vec<Option<Val>> = vec![None; info.facts.params.len()];
        let mut given: Vec<Option<&'s Expr>> = Vec::new();
        let mut lost = Facts::NONE;
        if !made.partial && self.model.signature_is_known(function) {
            let bound = bind(info.facts, made.call, skip_first)?;
            lost = self.framework_defaults(made, function, &bound);
            for (value, given) in values.iter_mut().zip(&bound.values) {
                *value = given.and_then(|expr| self.value_of(made, expr));
            }
            given = bound.values;
        }
        if skip_first && let Some(first) = values.first_mut() {
            *first = made.base.clone();
        }
        let mut summary = self.analyzer.summary(function);
        let span = made.call.span;
        if self.is_gate(function, &summary) {
            return Ok(self.pass_gate(span, function, &summary, &values, state));
        }
        if lost != Facts::NONE {
            let summary = Arc::make_mut(&mut summary);
            (summary.must, summary.may) = (summary.must.without(lost), summary.may.without(lost));
            summary.returns.grants = summary.returns.grants.without(lost);
            return Ok(self.compose(span, function, summary, &values, state));
        }
        let mut value = self.compose(span, function, &summary, &values, state);
        self.pass_kind(span, function, &summary, state);
        self.recognize(made, function, &summary, &mut value, state);
        self.narrow_to_receiver(made, function, &mut value);
        self.matched_by(span, function, &summary, (&given, &values), state);
        // Parameters that the callee makes sure of are present from here on.
        if summary.present != 0 && state.live {
            self.learn_present_arguments(made, function, skip_first, &summary, state);
        }
        Ok(value)
    }

    /// `Users.from_session(session)`, a class method of a base that returns `cls(session)`, gives an object of `Users`.
    fn narrow_to_receiver(&self, made: &Made<'s>, function: FnId, value: &mut Val) {
        let Some(owner) = self.model.function(function).class else {
            return;
        };
        let [Ty::Entity(Entity::Class(receiver))] = made.base.as_ref().map_or(&[][..], |base| &base.types) else {
            return;
        };
        if !self.model.is_decorated(function, "classmethod") || !self.model.ancestry(*receiver).contains(&owner) {
            return;
        }
        for ty in &mut value.types {
            if let Ty::Object { class, .. } = ty
                && *class == owner
            {
                *class = *receiver;
            }
        }
    }

    fn learn_present_arguments(
        &mut self,
        made: &Made<'s>,
        function: FnId,
        skip_first: bool,
        summary: &Summary,
        state: &mut State,
    ) {
        let Ok(bound) = bind(self.model.function(function).facts, made.call, skip_first) else {
            return;
        };
        for (index, given) in bound.values.iter().enumerate().take(32) {
            if summary.present & (1 << index) != 0
                && let Some(Expr::Name(name, _)) = given
            {
                *state = self.assume_name(*name, true, std::mem::replace(state, State::start()));
            }
        }
    }

    /// The evaluated value of an argument's expression.
    pub(super) fn value_of(&self, made: &Made<'s>, expr: &Expr) -> Option<Val> {
        let index = made
            .call
            .args
            .iter()
            .position(|arg| std::ptr::eq(&raw const arg.value, expr))?;
        made.args.get(index).cloned()
    }
}
