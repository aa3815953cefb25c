//! Calls that make objects: of the program's classes, of contexts, of errors, and of things from outside.

use super::call::Made;
use super::expr::{body_shape, shared};
use super::flow::Frame;
use super::state::State;
use super::summary::{Exit, ExitKind, Owner};
use super::value::{Facts, Null, Shape, Tags, Val};
use crate::model::bind::bind;
use crate::model::classes::{Base, last_segment};
use crate::model::types::Ty;
use crate::model::{ClassId, FnId};
use crate::source::facts::{ArgKind, Name, Span};

impl<'s> Frame<'_, 's> {
    /// Makes an object of a class of the program.
    pub(super) fn construct(&mut self, made: &Made<'s>, class: ClassId, state: &mut State) -> Val {
        let object = Val::of(Ty::Object { class, exact: true });
        let derived = Val::derived(&made.args);
        let mut object = Val {
            tags: derived.tags,
            params: derived.params,
            ..object
        };
        let known = &self.analyzer.known;
        if known.is_envelope(class) {
            let inner = made
                .keyword(self, "error")
                .is_none_or(|inner| matches!(inner.shape, Shape::Inner | Shape::Block | Shape::Unknown));
            object.shape = if inner { Shape::Envelope } else { Shape::Foreign };
        } else if known.is_false_envelope(class) {
            object.shape = Shape::Foreign;
        } else if known.is_inner(class) {
            object.shape = Shape::Inner;
        }
        if known.is_context(self.model, class) {
            return self.make_context(made, class, object, state);
        }
        self.run_constructor(made, class, state);
        let base = Base::Local(class);
        if self.exit_kind(base) != ExitKind::Other || self.is_exception(class) {
            object.errors = shared(vec![self.error_object(made, class)]);
        }
        object
    }

    fn is_exception(&self, class: ClassId) -> bool {
        self.model
            .is_subclass(Base::Local(class), Base::External(self.model.literal("Exception")))
            == crate::model::classes::Relation::Yes
    }

    fn run_constructor(&mut self, made: &Made<'s>, class: ClassId, state: &mut State) {
        let Some(init) = self.model.method(class, self.model.literal("__init__")) else {
            return;
        };
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
        let Some(init) = self.model.method(class, self.model.literal("__init__")) else {
            exit.shape = body_shape(made.argument(self, "detail", 1));
            exit.status = self.status(made.argument(self, "status_code", 0));
            return exit;
        };
        let values = self.bound_values(made, init);
        self.fill_error(&mut exit, init, &values);
        exit
    }

    /// `raise Problem`, without a call: the constructor gets nothing.
    pub(super) fn error_of_class(&self, class: ClassId, span: Span) -> Exit {
        let mut exit = self.plain_exit(Base::Local(class), span);
        if let Some(init) = self.model.method(class, self.model.literal("__init__")) {
            self.fill_error(&mut exit, init, &[]);
        }
        exit
    }

    /// The values of a constructor's parameters at this call.
    pub(super) fn bound_values(&self, made: &Made<'s>, init: FnId) -> Vec<Option<Val>> {
        match bind(self.model.function(init).facts, made.call, true) {
            Ok(bound) => bound
                .values
                .iter()
                .map(|given| given.and_then(|expr| self.value_of(made, expr)))
                .collect(),
            Err(_) => Vec::new(),
        }
    }

    /// What a constructor hands to the framework's: `super().__init__(status_code=…, detail=…)` is kept as its error.
    pub(super) fn fill_error(&self, exit: &mut Exit, init: FnId, values: &[Option<Val>]) {
        let passed = self.analyzer.summary(init);
        if let Some(error) = passed.returns.errors.as_ref().and_then(|errors| errors.first()) {
            let filled = self.substitute(error, exit.place, init, values);
            (exit.shape, exit.status) = (filled.shape, filled.status);
            exit.leaks |= filled.leaks;
        }
    }

    /// A request context: it establishes identity where it is made of headers or of something verified.
    fn make_context(&mut self, made: &Made<'s>, class: ClassId, mut object: Val, state: &mut State) -> Val {
        object.tags = object.tags.with(Tags::CONTEXT);
        let mut source = match self.tenant_argument(made, class) {
            Some(tenant) => tenant.clone(),
            None => Val::derived(&made.args),
        };
        if self.checks_itself(class) {
            source.grants = source.grants.with(Facts::DEMANDED);
        }
        self.establish(made.call.span, &mut object, &source, state);
        object
    }

    /// The value that names the tenant of a context that is made: by keyword, or by the place of its field.
    fn tenant_argument<'m>(&self, made: &'m Made<'s>, class: ClassId) -> Option<&'m Val> {
        let names_tenant = |name: Name| crate::vocabulary::words(self.text(name)).any(|word| word == "tenant");
        let by_keyword = made
            .call
            .args
            .iter()
            .position(|arg| matches!(arg.kind, ArgKind::Keyword(name) if names_tenant(name)));
        let position = by_keyword.or_else(|| {
            let mut fields: Vec<_> = self.model.class(class).fields.iter().collect();
            fields.sort_by_key(|(_, field)| field.span);
            let position = fields.iter().position(|(name, _)| names_tenant(**name))?;
            let plain = made
                .call
                .args
                .iter()
                .take(position + 1)
                .all(|arg| arg.kind == ArgKind::Position);
            (plain && position < made.call.args.len()).then_some(position)
        })?;
        made.args.get(position)
    }

    /// Whether making an object of this class refuses bad parts.
    fn checks_itself(&self, class: ClassId) -> bool {
        ["__post_init__", "__init__"].into_iter().any(|name| {
            let method = self.model.method(class, self.model.intern(name));
            method.is_some_and(|method| !self.analyzer.summary(method).exits.is_empty())
        })
    }

    /// A call of something outside the program.
    pub(super) fn external(&mut self, made: &Made<'s>, name: Name, state: &mut State) -> Val {
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
        segment.ends_with("Error")
            || segment.ends_with("Exception")
            || self.exit_kind(Base::External(name)) != ExitKind::Other
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
