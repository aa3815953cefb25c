//! Calls: what is called, whether it can be, and what it does.

use std::rc::Rc;

use super::expr::{body_shape, shared};
use super::flow::Frame;
use super::state::State;
use super::summary::{Exit, ExitKind, Gate, Handled, Oddity, OddityKind, Owner, Status, Strength, Summary, Witness, Write};
use super::value::{Constant, Facts, Null, Shape, Tags, Val};
use crate::model::bind::{BindError, Bound, bind};
use crate::model::classes::{Base, last_segment};
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::{ClassId, FnId, Place};
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
}

impl<'s> Made<'s> {
    /// The value of the argument by keyword, or else at this position.
    pub(super) fn argument(&self, frame: &Frame<'_, '_, 's>, keyword: &str, position: usize) -> Option<&Val> {
        self.keyword(frame, keyword).or_else(|| {
            let arg = self.call.args.get(position)?;
            (arg.kind == ArgKind::Position).then(|| &self.args[position])
        })
    }

    /// The value of the argument by keyword.
    pub(super) fn keyword(&self, frame: &Frame<'_, '_, 's>, keyword: &str) -> Option<&Val> {
        let index = self.call.args.iter().position(
            |arg| matches!(arg.kind, ArgKind::Keyword(name) if frame.text(name) == keyword),
        )?;
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

impl<'s> Frame<'_, '_, 's> {
    pub(super) fn call(&mut self, call: &'s Call, state: &mut State) -> Val {
        let (base, callee, name) = match &call.func {
            Expr::Attr(attr) => {
                let base = self.expr(&attr.base, state);
                let callee = self.callee(&base, attr.name);
                (Some(base), callee, self.text(attr.name))
            }
            Expr::Name(name, _) => (None, self.expr(&call.func, state), self.text(*name)),
            func => (None, self.expr(func, state), ""),
        };
        let args = call.args.iter().map(|arg| self.expr(&arg.value, state)).collect();
        let made = Made { call, base, name, args };
        if !state.live {
            return Val::default();
        }
        if let Some(value) = self.special_method(&made, state) {
            return value;
        }
        let targets = self.targets(&made, &callee);
        if !targets.iter().any(Target::is_local)
            && let Some(value) = self.indirect(&made, state)
        {
            return value;
        }
        if targets.is_empty() {
            return self.unresolved(&made, state);
        }
        self.resolved(&made, targets, state)
    }

    /// The method as a value; for an object whose class is only an annotation, every override of it.
    fn callee(&mut self, base: &Val, name: Name) -> Val {
        let mut value = Val::default();
        for ty in &base.types {
            match ty {
                Ty::Object { class, exact: false } => {
                    for method in self.model.implementations(*class, name) {
                        value.types.push(Ty::Method(method));
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
                    targets.push(Target::Function { function: *function, skip_first: false });
                }
                Ty::Method(function) => {
                    // `Class.method(object)` passes the object itself.
                    let on_class = made.base.as_ref().is_some_and(|base| {
                        base.types.iter().any(|ty| matches!(ty, Ty::Entity(Entity::Class(_))))
                    });
                    let is_static = self.model.is_decorated(*function, "staticmethod");
                    let is_class = self.model.is_decorated(*function, "classmethod");
                    let skip_first = !is_static && (is_class || !on_class);
                    targets.push(Target::Function { function: *function, skip_first });
                }
                Ty::Entity(Entity::Class(class)) => targets.push(Target::Class(*class)),
                Ty::Entity(Entity::External(name)) => targets.push(Target::External(*name)),
                Ty::Object { class, .. } => {
                    let method = self.model.method(*class, self.model.intern("__call__"));
                    targets.extend(method.map(|function| Target::Function { function, skip_first: true }));
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
        let direct = callee.types.iter().any(|ty| matches!(ty, Ty::Entity(Entity::Function(_)) | Ty::Method(_)));
        if !direct {
            // `create_task(f(x))`: the coroutine was evaluated as an argument.
            return matches!(made.name, "create_task" | "ensure_future" | "wait_for").then(|| Val::derived([&callee]));
        }
        let targets = self.targets(made, &callee);
        let mut value = None;
        for target in targets {
            let Target::Function { function, .. } = target else { continue };
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
                Target::Function { function, skip_first } => {
                    match self.invoke(made, function, skip_first, &mut end) {
                        Ok(value) => value,
                        Err(failure) => {
                            failures.push((function, failure));
                            continue;
                        }
                    }
                }
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
            if joined.is_none() && !self.analyzer.known.is_gate_method(self.model, function) {
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
    fn cannot_bind(&mut self, made: &Made<'s>, function: FnId, failure: &BindError, state: &mut State) {
        let what = format!("`{}` {}", self.model.function_name(function), failure.describe(self.model));
        self.odd(made.call.span, OddityKind::CannotSucceed, what.clone());
        if self.analyzer.known.is_gate_method(self.model, function) {
            let at = self.witness(made.call.span, self.model.function_name(function));
            let after_write = state.may.has(Facts::WROTE);
            self.summary.gates.push(Gate { at, unbindable: Some(what), swallowed: false, settled: false, after_write });
            state.learn(Facts::GATE);
        }
    }

    /// Runs one function of the program.
    fn invoke(&mut self, made: &Made<'s>, function: FnId, skip_first: bool, state: &mut State) -> Result<Val, BindError> {
        let info = self.model.function(function);
        let mut values: Vec<Option<Val>> = vec![None; info.facts.params.len()];
        if self.model.signature_is_known(function) {
            let bound = bind(info.facts, made.call, skip_first)?;
            self.framework_defaults(made, function, &bound);
            for (value, given) in values.iter_mut().zip(&bound.values) {
                *value = given.and_then(|expr| self.value_of(made, expr));
            }
        }
        if skip_first && let Some(first) = values.first_mut() {
            *first = made.base.clone();
        }
        let summary = self.analyzer.summary(function);
        let span = made.call.span;
        if self.analyzer.known.is_gate_method(self.model, function) {
            return Ok(self.pass_gate(span, function, &summary, &values, state));
        }
        let mut value = self.compose(span, function, &summary, &values, state);
        self.recognize(made, function, &summary, &mut value, state);
        // Parameters that the callee makes sure of are present from here on.
        if summary.present != 0 && state.live {
            self.learn_present_arguments(made, function, skip_first, &summary, state);
        }
        Ok(value)
    }

    fn learn_present_arguments(
        &mut self,
        made: &Made<'s>,
        function: FnId,
        skip_first: bool,
        summary: &Summary,
        state: &mut State,
    ) {
        let Ok(bound) = bind(self.model.function(function).facts, made.call, skip_first) else { return };
        for (index, given) in bound.values.iter().enumerate().take(32) {
            if summary.present & (1 << index) != 0
                && let Some(Expr::Name(name, _)) = given
            {
                *state = self.assume_name(*name, true, std::mem::replace(state, State::start()));
            }
        }
    }

    /// The evaluated value of an argument's expression.
    fn value_of(&self, made: &Made<'s>, expr: &Expr) -> Option<Val> {
        let index = made.call.args.iter().position(|arg| std::ptr::eq(&raw const arg.value, expr))?;
        made.args.get(index).cloned()
    }

    /// A provider that is called as a plain function gets the framework's marker objects for what is not passed.
    fn framework_defaults(&mut self, made: &Made<'s>, function: FnId, bound: &Bound<'_>) {
        if bound.open {
            return;
        }
        let mut leaked = Vec::new();
        let mut identity = false;
        for (param, given) in self.model.function(function).facts.params.iter().zip(&bound.values) {
            let Some(default) = param.default.as_ref().filter(|_| given.is_none()) else { continue };
            if self.framework_default(default).is_some() {
                leaked.push(format!("`{}`", self.text(param.name)));
                let alias = match default {
                    Expr::Call(call) => call.keyword(self.model.names, "alias").and_then(|alias| alias.as_str(self.model.names)),
                    _ => None,
                };
                let name = alias.unwrap_or(self.text(param.name)).to_lowercase().replace('_', "-");
                identity |= ["tenant-id", "mode", "project-id", "authorization"].iter().any(|header| name.ends_with(header));
                identity |= matches!(self.framework_default(default), Some("Depends" | "Security"));
            }
        }
        if leaked.is_empty() {
            return;
        }
        let kind = if identity { OddityKind::FrameworkIdentity } else { OddityKind::FrameworkDefaults };
        let callee = self.model.function_name(function);
        let what = format!("`{callee}` is called as a plain function and gets the framework's default objects for {}", leaked.join(", "));
        self.odd(made.call.span, kind, what);
    }

    /// The gate itself: its refusals leave, its own bookkeeping is no write.
    fn pass_gate(
        &mut self,
        span: Span,
        function: FnId,
        summary: &Summary,
        values: &[Option<Val>],
        state: &mut State,
    ) -> Val {
        let here = self.place(span);
        let at = self.witness(span, self.model.function_name(function));
        let after_write = state.may.has(Facts::WROTE);
        self.summary.gates.push(Gate { at, unbindable: None, swallowed: false, settled: false, after_write });
        for exit in &summary.exits {
            let exit = self.substitute(exit, here, function, values);
            self.exit(exit);
        }
        // A gate that cannot raise answers with a decision, which the caller must look at.
        let refuses = summary.exits.iter().any(|exit| matches!(exit.kind, ExitKind::Http | ExitKind::Other));
        let mut value = summary.returns.clone();
        (value.params, value.same_as) = (0, None);
        if refuses || summary.returns.null == Null::Always {
            state.learn(Facts::GATE);
        } else {
            value.tags = value.tags.with(Tags::DECISION);
        }
        value
    }

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
        self.compose_from(here, function, summary, values, state)
    }

    /// As [`Self::compose`], for a dependency that the framework calls.
    pub(super) fn compose_at(&mut self, place: Place, function: FnId, summary: &Summary, state: &mut State) -> Val {
        self.compose_from(place, function, summary, &[], state)
    }

    fn compose_from(
        &mut self,
        here: Place,
        function: FnId,
        summary: &Summary,
        values: &[Option<Val>],
        state: &mut State,
    ) -> Val {
        let through = |at: &Witness| Witness { via: Some((here, function)), ..at.clone() };
        for exit in &summary.exits {
            let exit = self.substitute(exit, here, function, values);
            self.exit(exit);
        }
        for handled in &summary.handled {
            let known = self.summary.handled.iter().any(|known| known.exit.place == handled.exit.place);
            if !known {
                let exit = Exit { via: Some((here, function)), ..handled.exit.clone() };
                self.summary.handled.push(Handled { exit, ..handled.clone() });
            }
        }
        for oddity in &summary.oddities {
            self.note_oddity(Oddity { at: through(&oddity.at), kind: oddity.kind });
        }
        if let Some(opaque) = summary.opaque.as_ref().filter(|_| !summary.provider) {
            self.note_opaque(through(opaque));
        }
        self.compose_writes(function, summary, &through, state);
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
        state.may = state.may.with(Facts(summary.may.0 & !Facts::WROTE.0));
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
        state: &mut State,
    ) {
        if summary.provider {
            return;
        }
        let name = self.text(self.model.function(function).facts.name);
        let known = &self.analyzer.known;
        let reads = known.is_read(name);
        let aside = known.is_aside(name) || known.is_aside(&self.model.function_name(function));
        // What a reading function keeps for itself (a lazily made object, a memo) is no write of the request.
        // A store that tidies up while it reads (expired entries) does so on its own account.
        let info = self.model.function(function);
        let class = info.class.map(|class| self.text(self.model.class_facts(class).name));
        let tidies = reads && class.is_some_and(is_plain_store);
        let counts = |write: &&Write| !tidies && (write.strength == Strength::Store || !reads);
        let wrote_before = state.may.has(Facts::WROTE);
        let as_seen = |write: &Write| Write {
            at: through(&write.at),
            strength: if aside { Strength::Aside } else { write.strength },
        };
        if let Some(write) = summary.write.as_ref().filter(counts) {
            self.keep_write(as_seen(write));
        }
        if let Some(write) = summary.ungated.as_ref().filter(counts) {
            self.note_write(as_seen(write), state);
        }
        for gate in &summary.gates {
            let gate = Gate { at: through(&gate.at), after_write: gate.after_write || wrote_before, ..gate.clone() };
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
                let at = Witness { place, function, what: format!("`{class}.{name}`"), via: None };
                self.note_write(Write { at: through(&at), strength: Strength::Store }, state);
            }
        }
    }

    /// An exit as it leaves this call: what depends on parameters is filled in.
    fn substitute(&self, exit: &Exit, here: Place, function: FnId, values: &[Option<Val>]) -> Exit {
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
        match self.model.function(function).facts.params.get(param as usize).map(|param| &param.default) {
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
            value.shape = values.get(param as usize).and_then(Option::as_ref).map_or(Shape::Unknown, |value| value.shape);
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
            value.items = Some(items.iter().map(|item| self.substitute_value(item, values)).collect::<Rc<[Val]>>());
        }
        value
    }

    /// Makes an object of a class of the program.
    fn construct(&mut self, made: &Made<'s>, class: ClassId, state: &mut State) -> Val {
        let object = Val::of(Ty::Object { class, exact: true });
        let derived = Val::derived(&made.args);
        let mut object = Val { tags: derived.tags, params: derived.params, ..object };
        let known = &self.analyzer.known;
        if known.is_envelope(class) {
            let inner = made.keyword(self, "error").is_none_or(|inner| matches!(inner.shape, Shape::Inner | Shape::Block | Shape::Unknown));
            object.shape = if inner { Shape::Envelope } else { Shape::Foreign };
        } else if known.is_false_envelope(class) {
            object.shape = Shape::Foreign;
        } else if known.is_inner(class) {
            object.shape = Shape::Inner;
        }
        if known.is_context(self.model, class) {
            return self.make_context(made, object, state);
        }
        self.run_constructor(made, class, state);
        let base = Base::Local(class);
        if self.exit_kind(base) != ExitKind::Other || self.is_exception(class) {
            object.errors = shared(vec![self.error_object(made, class)]);
        }
        object
    }

    fn is_exception(&self, class: ClassId) -> bool {
        self.model.is_subclass(Base::Local(class), Base::External(self.model.intern("Exception")))
            == crate::model::classes::Relation::Yes
    }

    fn run_constructor(&mut self, made: &Made<'s>, class: ClassId, state: &mut State) {
        let Some(init) = self.model.method(class, self.model.intern("__init__")) else { return };
        match self.invoke(made, init, true, state) {
            Ok(_) => {}
            Err(failure) => {
                // Dataclasses and models make their own; this one is written out.
                self.cannot_bind(made, init, &failure, state);
            }
        }
        // A constructor's own errors leave; it cannot end the path for good in practice.
        state.live = true;
    }

    /// An error object of a class of the program: its detail and status are what its constructor passes on.
    fn error_object(&self, made: &Made<'s>, class: ClassId) -> Exit {
        let mut exit = self.plain_exit(Base::Local(class), made.call.span);
        exit.leaks = made.args.iter().any(|arg| arg.tags.has(Tags::EXCEPTION_TEXT));
        let Some(init) = self.model.method(class, self.model.intern("__init__")) else {
            exit.shape = body_shape(made.argument(self, "detail", 1));
            exit.status = self.status(made.argument(self, "status_code", 0));
            return exit;
        };
        let passed = self.analyzer.summary(init);
        // `super().__init__(status_code=…, detail=…)` is kept as the constructor's returned error.
        if let Some(error) = passed.returns.errors.as_ref().and_then(|errors| errors.first()) {
            let facts = self.model.function(init).facts;
            let values: Vec<Option<Val>> = match bind(facts, made.call, true) {
                Ok(bound) => bound.values.iter().map(|given| given.and_then(|expr| self.value_of(made, expr))).collect(),
                Err(_) => Vec::new(),
            };
            let filled = self.substitute(error, self.place(made.call.span), init, &values);
            (exit.shape, exit.status) = (filled.shape, filled.status);
            exit.leaks |= filled.leaks;
        }
        exit
    }

    /// A request context: it establishes identity where it is made of headers or of something verified.
    pub(super) fn make_context(&mut self, made: &Made<'s>, mut object: Val, state: &mut State) -> Val {
        object.tags = object.tags.with(Tags::CONTEXT);
        self.establish(made.call.span, &mut object, state);
        object
    }

    /// Notes that a context came to be, by where its parts come from.
    pub(super) fn establish(&mut self, span: Span, context: &mut Val, state: &mut State) {
        if context.tags.any(Tags::HEADER.with(Tags::VERIFIED)) {
            context.grants = context.grants.with(Facts::IDENTITY);
            if context.null != Null::Maybe {
                state.learn(Facts::IDENTITY);
            }
            let name = self.model.function_name(self.function);
            let witness = self.witness(span, name);
            self.summary.identity.get_or_insert(witness);
        } else if context.tags.has(Tags::PAYLOAD) {
            state.learn(Facts::PAYLOAD_CONTEXT);
            self.odd(span, OddityKind::ContextFromPayload, "the context is made of what the client sent in its payload");
        }
    }

    /// What names add to a call of a function of the program: verifiers, comparisons, contexts that come from arguments.
    fn recognize(&mut self, made: &Made<'s>, function: FnId, summary: &Summary, value: &mut Val, state: &mut State) {
        let known = &self.analyzer.known;
        let name = self.model.function_name(function);
        let receiver = self.model.function(function).class.map(|class| self.text(self.model.class_facts(class).name));
        let checks = known.is_verifier(&name) || known.is_credential_check(receiver, made.name);
        let can_refuse = !summary.exits.is_empty() || summary.returns.null == Null::Maybe || summary.opaque.is_some();
        if checks && can_refuse {
            self.verified(made, value, state);
        }
        if known.is_comparison(&name) {
            let verified = made.args.iter().any(|arg| arg.tags.has(Tags::VERIFIED));
            state.learn(if verified { Facts::BOUND } else { Facts::COMPARED });
        }
        let is_context = value.types.iter().any(|ty| self.is_context_type(*ty));
        if is_context {
            value.tags = value.tags.with(Tags::CONTEXT);
        }
        for item in value.items.iter().flat_map(|items| items.iter()) {
            if item.tags.has(Tags::CONTEXT) && item.tags.any(Tags::HEADER.with(Tags::PAYLOAD).with(Tags::VERIFIED)) {
                let mut item = item.clone();
                self.establish(made.call.span, &mut item, state);
            }
        }
        let new = value.tags.has(Tags::CONTEXT)
            && !summary.may.has(Facts::IDENTITY)
            && value.tags.any(Tags::HEADER.with(Tags::PAYLOAD).with(Tags::VERIFIED))
            && made.args.iter().all(|arg| !arg.tags.has(Tags::CONTEXT));
        if new && is_context {
            self.establish(made.call.span, value, state);
        }
    }

    /// A token or ticket that was verified by this call.
    pub(super) fn verified(&mut self, made: &Made<'s>, value: &mut Val, state: &mut State) {
        let ticket = self.analyzer.known.is_ticket(made.name);
        value.tags = value.tags.with(Tags::VERIFIED);
        value.grants = value.grants.with(Facts::CREDENTIAL);
        if value.null != Null::Maybe {
            state.learn(Facts::CREDENTIAL.with(Facts::PRESENT));
        }
        if ticket {
            state.learn(Facts::TICKET_CHECKED);
        }
        let witness = self.witness(made.call.span, made.name);
        self.summary.credential.get_or_insert(witness);
        if value.types.iter().any(|ty| self.is_context_type(*ty)) || value.tags.has(Tags::CONTEXT) {
            value.tags = value.tags.with(Tags::CONTEXT);
            self.establish(made.call.span, value, state);
        }
    }

    /// A call of something outside the program.
    fn external(&mut self, made: &Made<'s>, name: Name, state: &mut State) -> Val {
        let dotted = self.text(name);
        let mut value = Val::derived(made.base.iter().chain(&made.args));
        if last_segment(dotted).starts_with(char::is_uppercase) {
            value.types.push(Ty::ExternalObject(name));
            value.null = Null::Never;
        }
        let is_class = !value.types.is_empty();
        if is_class && self.is_raisable(name) {
            value.errors = shared(vec![self.external_error(made, name)]);
            return value;
        }
        self.external_effects(made, dotted, &mut value, state);
        value
    }

    fn is_raisable(&self, name: Name) -> bool {
        let dotted = self.text(name);
        let segment = last_segment(dotted);
        segment.ends_with("Error") || segment.ends_with("Exception") || self.exit_kind(Base::External(name)) != ExitKind::Other
    }

    pub(super) fn external_error(&self, made: &Made<'s>, name: Name) -> Exit {
        let mut exit = self.plain_exit(Base::External(name), made.call.span);
        let leaks = |value: Option<&Val>| value.is_some_and(|value| value.tags.has(Tags::EXCEPTION_TEXT));
        if exit.kind == ExitKind::Http {
            let detail = made.argument(self, "detail", 1);
            exit.shape = body_shape(detail);
            exit.leaks = leaks(detail);
            exit.status = self.status(made.argument(self, "status_code", 0));
        } else if exit.kind == ExitKind::Socket {
            exit.leaks = leaks(made.argument(self, "reason", 1));
        }
        exit.owner = Owner::Endpoint;
        exit
    }
}

/// Words of classes that only keep things.
fn is_plain_store(class: &str) -> bool {
    const WORDS: [&str; 8] = ["repo", "repository", "store", "storage", "backend", "ledger", "bucket", "queue"];
    crate::vocabulary::words(class).any(|word| WORDS.contains(&word.as_str()))
}
