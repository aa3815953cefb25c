//! Statements.

use std::sync::Arc;

use super::Analyzer;
use super::decorator::{Wrapped, decorate};
use super::state::State;
use super::summary::{Exit, ExitKind, Owner, Status, Summary, Witness};
use super::value::{Constant, Facts, Null, Shape, Tags, Val};
use crate::model::classes::{Base, Relation};
use crate::model::{FnId, ModId, Model, Place};
use crate::source::facts::{Expr, Function, Loop, Match, Name, Span, Stmt};

/// The evaluation of one function.
pub(super) struct Frame<'a, 's> {
    pub(super) analyzer: &'a Analyzer<'s>,
    pub(super) model: &'a Model<'s>,
    pub(super) function: FnId,
    pub(super) module: ModId,
    pub(super) summary: Summary,
    /// What the returns so far give; none before the first.
    returned: Option<State>,
    /// What holds in loops that only an error ends.
    endless: Option<State>,
    /// How many `finally` blocks still run when a path ends here.
    pub(super) finals: u32,
    /// What calls in conditions say when they are true, by their places.
    pub(super) answers: Vec<(Span, Facts)>,
    returns: Option<Val>,
    /// States at `break` and `continue` of the loops that are open.
    breaks: Vec<Vec<State>>,
    continues: Vec<Vec<State>>,
    /// What the `except` bodies that are open have caught.
    pub(super) catching: Vec<Arc<[Exit]>>,
    /// In the constructor of an HTTP error: what it passes to the framework's.
    pub(super) constructed: Option<Exit>,
    /// In a decorator's inner function: what it stands for.
    pub(super) wrapped: Option<Wrapped>,
}

/// Evaluates a function as a plain call would run it.
pub(super) fn summarize(analyzer: &Analyzer<'_>, function: FnId) -> Summary {
    let frame = Frame::new(analyzer, function);
    let mut state = State::start();
    frame.bind_plainly(&mut state);
    let alone = frame.run(state);
    if analyzer.model.function(function).facts.decorators.is_empty() {
        return alone;
    }
    decorate(analyzer, function, alone, (Facts::NONE, Facts::NONE))
}

impl<'a, 's> Frame<'a, 's> {
    pub(super) fn new(analyzer: &'a Analyzer<'s>, function: FnId) -> Self {
        let info = analyzer.model.function(function);
        Self {
            analyzer,
            model: &analyzer.model,
            function,
            module: info.module,
            summary: Summary {
                generator: info.facts.is_generator,
                ..Summary::default()
            },
            returned: None,
            endless: None,
            finals: 0,
            answers: Vec::new(),
            returns: None,
            breaks: Vec::new(),
            continues: Vec::new(),
            catching: Vec::new(),
            constructed: None,
            wrapped: None,
        }
    }

    /// Runs the body from this state and gives what callers need of it.
    pub(super) fn run(mut self, mut state: State) -> Summary {
        let facts = self.model.function(self.function).facts;
        self.block(&facts.body, &mut state);
        if state.live {
            self.note_return(&state, None);
        }
        let mut summary = self.summary;
        summary.refuses = summary.normal && self.returned.is_none();
        if let Some(endless) = self.endless {
            self.returned = Some(match self.returned {
                Some(returned) => returned.join(endless),
                None => endless,
            });
        }
        if let Some(end) = self.returned {
            (summary.must, summary.may, summary.present) = (end.must, summary.may.with(end.may), end.present);
            summary.matched = end.matched;
        } else {
            // No path returns: what "every return" has is everything, which callers never see.
            (summary.must, summary.present) = (Facts::NONE, 0);
        }
        let mut returns = self.returns.unwrap_or_else(Val::none);
        declare(self.model, self.module, facts, &mut returns);
        if let Some(exit) = self.constructed {
            returns.errors = super::expr::shared(vec![exit]);
        }
        Self::answer_for(self.analyzer, self.function, &mut summary, &returns);
        summary.returns = returns;
        summary
    }

    /// Marks the errors of a shared provider as its own.
    fn answer_for(analyzer: &Analyzer<'_>, function: FnId, summary: &mut Summary, returns: &Val) {
        let info = analyzer.model.function(function);
        let name = analyzer.model.text(info.facts.name);
        let known = &analyzer.known;
        let established = summary.must.with(returns.grants);
        let grants = established.has(Facts::IDENTITY) && returns.tags.has(Tags::CONTEXT)
            || established.has(Facts::CREDENTIAL) && returns.tags.has(Tags::VERIFIED);
        let shared = !analyzer.shared.defines_router(info.module);
        if known.is_identity_provider(name) || known.is_credential_provider(name) || (grants && shared) {
            summary.provider = true;
            for exit in &mut summary.exits {
                exit.owner = Owner::Provider;
            }
        }
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place {
            module: self.module,
            span,
        }
    }

    pub(super) fn witness(&self, span: Span, what: impl Into<String>) -> Witness {
        Witness {
            place: self.place(span),
            function: self.function,
            what: what.into(),
            via: None,
        }
    }

    pub(super) fn text(&self, name: Name) -> &'s str {
        self.model.text(name)
    }

    /// Runs statements in order, until no path leads on.
    pub(super) fn block(&mut self, body: &'s [Stmt], state: &mut State) {
        for statement in body {
            if !state.live {
                return;
            }
            self.statement(statement, state);
        }
    }

    fn statement(&mut self, statement: &'s Stmt, state: &mut State) {
        match statement {
            // `del container[key]`: no other operator makes a statement.
            Stmt::Expr(Expr::Other(targets)) => {
                for target in targets {
                    self.expr(target, state);
                    if let Expr::Index(pair) = target {
                        let container = self.expr(&pair.base, state);
                        self.change_container(&pair.base, &container, pair.span, state);
                    }
                }
            }
            Stmt::Expr(expr) => {
                self.expr(expr, state);
            }
            Stmt::Assign(assign) => {
                if let Some(value) = &assign.value {
                    let mut value = self.expr(value, state);
                    if let Some(annotation) = &assign.annotation
                        && value.types.is_empty()
                    {
                        value.types = self.model.annotation(self.module, annotation).all.into();
                    }
                    self.assign(&assign.target, value, assign.augmented, state);
                }
            }
            Stmt::Return(value, span) => {
                let value = value.as_ref().map(|value| self.expr(value, state));
                if state.live {
                    self.note_success(value.as_ref(), *span, state);
                    self.note_return(state, value);
                }
                state.end();
            }
            Stmt::Raise(raise) => self.raise(raise.error.as_ref(), raise.cause.as_ref(), raise.span, state),
            Stmt::If(branch) => {
                self.expr(&branch.test, state);
                let (mut then, mut otherwise) = self.split(&branch.test, state);
                self.block(&branch.then, &mut then);
                self.block(&branch.otherwise, &mut otherwise);
                *state = then.join(otherwise);
            }
            Stmt::Loop(each) => self.each(each, state),
            Stmt::Try(attempt) => self.attempt(attempt, state),
            Stmt::With(with) => self.with(with, state),
            Stmt::Match(matching) => self.matching(matching, state),
            Stmt::Function(local) => {
                let function = self.model.local_function(self.module, *local);
                let name = self.model.function(function).facts.name;
                state.set(
                    name,
                    Val::of(crate::model::types::Ty::Entity(
                        crate::model::resolve::Entity::Function(function),
                    )),
                );
            }
            Stmt::Class(local) => {
                let class = self.model.local_class(self.module, *local);
                let name = self.model.class_facts(class).name;
                state.set(
                    name,
                    Val::of(crate::model::types::Ty::Entity(crate::model::resolve::Entity::Class(
                        class,
                    ))),
                );
            }
            Stmt::Import(import) => {
                for (name, alias) in &import.names {
                    let value = self.model.imported(self.module, import, *name, *alias);
                    self.note_missing_import(import, *name);
                    let value = value.map_or_else(Val::default, |entity| self.entity(entity));
                    let bound = alias.unwrap_or_else(|| {
                        self.model
                            .intern(self.text(*name).split('.').next().unwrap_or_default())
                    });
                    state.set(bound, value);
                }
            }
            Stmt::Assert(test) => {
                self.expr(test, state);
                *state = self.split(test, state).0;
            }
            Stmt::Break => {
                if let Some(breaks) = self.breaks.last_mut() {
                    breaks.push(state.clone());
                }
                state.end();
            }
            Stmt::Continue => {
                if let Some(continues) = self.continues.last_mut() {
                    continues.push(state.clone());
                }
                state.end();
            }
            Stmt::Global(_) => {}
        }
    }

    /// The body may run never or often; what it assigns is only possible afterwards. `while True` is left by `break` alone.
    fn each(&mut self, each: &'s Loop, state: &mut State) {
        let head = self.expr(&each.head, state);
        let forever = each.target.is_none() && matches!(each.head, Expr::Bool(true) | Expr::Int(1));
        let (mut body, skipped) = match &each.target {
            Some(target) => {
                let mut body = state.clone();
                let item = Val {
                    types: self.item_types(&head),
                    ..Val::derived([&head])
                };
                self.assign(target, item, false, &mut body);
                (body, state.clone())
            }
            None => self.split(&each.head, state),
        };
        self.breaks.push(Vec::new());
        self.continues.push(Vec::new());
        self.block(&each.body, &mut body);
        let breaks = self.breaks.pop().unwrap_or_default();
        for state in self.continues.pop().unwrap_or_default() {
            body = body.join(state);
        }
        let mut after = if forever {
            let mut never = body;
            if never.live && !never.refused {
                self.note_end(&never);
                let end = never.clone();
                self.endless = Some(match self.endless.take() {
                    Some(endless) => endless.join(end),
                    None => end,
                });
            }
            never.end();
            never
        } else {
            skipped.join(body)
        };
        self.block(&each.otherwise, &mut after);
        for state in breaks {
            after = after.join(state);
        }
        *state = after;
    }

    fn matching(&mut self, matching: &'s Match, state: &mut State) {
        self.expr(&matching.subject, state);
        let mut rest = state.clone();
        let mut after: Option<State> = None;
        for case in &matching.cases {
            let mut then = rest.clone();
            for name in &case.binds {
                then.set(*name, Val::default());
            }
            if let Some(guard) = &case.guard {
                self.expr(guard, &mut then);
                then = self.split(guard, &then).0;
            }
            self.block(&case.body, &mut then);
            after = Some(match after {
                Some(after) => after.join(then),
                None => then,
            });
            if case.wildcard {
                rest.end();
            }
        }
        *state = match after {
            Some(after) => after.join(rest),
            None => rest,
        };
    }

    /// Notes a return with what holds there.
    pub(super) fn note_return(&mut self, state: &State, value: Option<Val>) {
        let mut value = value.unwrap_or_else(Val::none);
        let refuses = value
            .errors
            .as_ref()
            .is_some_and(|errors| errors.iter().all(|error| error.kind == ExitKind::Sent));
        if value.null != Null::Always && value.constant != Constant::Bool(false) {
            value.grants = value.grants.with(state.must.lasting());
        }
        if let Some((status, span)) = state.status
            && (status.known().is_some() || value.shape.says_error())
        {
            let error = self.sent(span, status, Some(&value));
            value.errors = super::expr::shared(vec![error]);
        }
        self.returns = Some(match self.returns.take() {
            Some(returns) => returns.or(value),
            None => value,
        });
        self.summary.normal = true;
        if state.refused || refuses {
            return;
        }
        self.note_end(state);
        let end = state.clone();
        self.returned = Some(match self.returned.take() {
            Some(returned) => returned.join(end),
            None => end,
        });
    }

    /// A path that ends here: whether it wrote and surely asked a gate, early or late.
    fn note_end(&mut self, state: &State) {
        if self.finals == 0 && state.may.has(Facts::WROTE) && !state.must.has(Facts::GATE) {
            self.summary.may = self.summary.may.with(Facts::NEVER_ASKED);
        }
    }

    /// Adds an error to those that can leave.
    pub(super) fn exit(&mut self, exit: Exit) {
        self.exit_since(0, exit);
    }

    /// The same, where none of the errors before this one can be the same.
    pub(super) fn exit_since(&mut self, start: usize, exit: Exit) {
        let mut since = self.summary.exits[start..].iter();
        if !since.any(|known| known.via == exit.via && known.is_same_error(&exit)) {
            self.summary.exits.push(exit);
        }
    }

    fn raise(&mut self, error: Option<&'s Expr>, cause: Option<&'s Expr>, span: Span, state: &mut State) {
        if let Some(cause) = cause {
            self.expr(cause, state);
        }
        let Some(error) = error else {
            // What was caught goes on.
            if let Some(caught) = self.catching.last().cloned() {
                caught.iter().for_each(|exit| self.exit(exit.clone()));
            }
            return state.end();
        };
        let value = self.expr(error, state);
        // `raise helper()` where the helper itself raises never gets here.
        if state.live {
            match (&value.caught, &value.errors) {
                (Some(caught), _) => caught.iter().for_each(|exit| self.exit(exit.clone())),
                (None, Some(errors)) => {
                    for error in errors.iter() {
                        let mut error = error.clone();
                        if error.function == self.function {
                            error.place = self.place(span);
                        }
                        self.exit(error);
                    }
                }
                (None, None) => {
                    let exit = match self.raised_class(error, &value) {
                        Base::Local(class) => self.error_of_class(class, span),
                        class => self.plain_exit(class, span),
                    };
                    self.exit(exit);
                }
            }
        }
        state.end();
    }

    /// The class of what a `raise` raises: an object or the class itself.
    fn raised_class(&self, error: &Expr, value: &Val) -> Base {
        use crate::model::resolve::Entity;
        use crate::model::types::Ty;
        let typed = value.types.iter().find_map(|ty| match ty {
            Ty::Object { class, .. } | Ty::Entity(Entity::Class(class)) => Some(Base::Local(*class)),
            Ty::ExternalObject(name) | Ty::Entity(Entity::External(name)) => Some(Base::External(*name)),
            _ => None,
        });
        typed.unwrap_or_else(|| match error {
            Expr::Name(name, _) => Base::External(*name),
            _ => Base::External(self.model.literal("Exception")),
        })
    }

    /// An error of this class whose detail says nothing.
    pub(super) fn plain_exit(&self, class: Base, span: Span) -> Exit {
        Exit {
            class,
            kind: self.exit_kind(class),
            shape: Shape::Text,
            status: Status::Unknown,
            place: self.place(span),
            function: self.function,
            owner: Owner::Endpoint,
            leaks: false,
            after_head: self.summary.generator,
            via: None,
        }
    }

    /// What an error of this class becomes when nothing catches it.
    pub(super) fn exit_kind(&self, class: Base) -> ExitKind {
        if let Some(known) = self.analyzer.kinds.borrow().get(&class) {
            return *known;
        }
        let model = self.model;
        let is = |name: &'static str| model.is_subclass(class, Base::External(model.literal(name))) == Relation::Yes;
        let kind = if is("starlette.exceptions.HTTPException") || is("fastapi.HTTPException") {
            ExitKind::Http
        } else if is("starlette.exceptions.WebSocketException") || is("fastapi.WebSocketException") {
            ExitKind::Socket
        } else {
            ExitKind::Other
        };
        self.analyzer.kinds.borrow_mut().insert(class, kind);
        kind
    }
}

/// What the annotation says of the returned value, where evaluation found no type.
fn declare(model: &Model<'_>, module: ModId, facts: &Function, returns: &mut Val) {
    if returns.types.is_empty()
        && let Some(annotation) = &facts.returns
    {
        returns.types = model.annotation(module, annotation).all.into();
    }
}
