//! Endpoints: their dependencies in order, then their handler, over one state.

use std::sync::Arc;

use super::Analyzer;
use super::decorator::decorate;
use super::expr::sent_status;
use super::flow::Frame;
use super::middleware::identifying;
use super::state::State;
use super::summary::{Summary, Witness};
use super::value::{Facts, Null, Tags, Val};
use crate::model::resolve::Entity;
use crate::model::routes::{Declared, Dependency, Mounting, RouterId, Routes, Where, depends};
use crate::model::types::{Ty, Types};
use crate::model::{FnId, ModId};
use crate::source::facts::{Expr, Param};

/// What evaluation says of one route.
#[derive(Debug)]
pub struct Endpoint {
    /// The router.
    pub router: RouterId,
    /// The index of the route in it.
    pub route: usize,
    /// The handler with its dependencies before it.
    pub summary: Summary,
    /// Dependencies whose provider could not be resolved, as written.
    pub unresolved: Vec<Witness>,
    /// The name of middleware that may establish identity before it.
    pub middleware: Option<String>,
}

/// Evaluates every route of a router once for each way it is mounted, and joins: what an application adds counts only where
/// every mounting has it.
pub fn evaluate(analyzer: &Analyzer<'_>, routes: &Routes<'_>, id: RouterId, index: usize) -> Endpoint {
    let mut sets: Vec<Vec<Dependency<'_>>> = Vec::new();
    let mountings = match routes.mountings[id.0 as usize].as_slice() {
        [] => &routes.unserved[id.0 as usize],
        served => served,
    };
    if mountings.is_empty() {
        sets.push(Vec::new());
    }
    for mounting in mountings {
        let set = outer_dependencies(routes, mounting);
        let same = |known: &Vec<Dependency<'_>>| {
            known.len() == set.len()
                && known
                    .iter()
                    .zip(&set)
                    .all(|(left, right)| std::ptr::eq(left.provider, right.provider))
        };
        if !sets.iter().any(same) {
            sets.push(set);
        }
    }
    let mut joined: Option<Endpoint> = None;
    for outer in &sets {
        let endpoint = evaluate_once(analyzer, routes, id, index, outer);
        joined = Some(match joined {
            Some(known) => join(known, endpoint),
            None => endpoint,
        });
    }
    joined.unwrap_or_else(|| evaluate_once(analyzer, routes, id, index, &[]))
}

/// The dependencies that an application and the includes on the way add, outermost first.
fn outer_dependencies<'s>(routes: &Routes<'s>, mounting: &Mounting) -> Vec<Dependency<'s>> {
    let mut all = Vec::new();
    for step in &mounting.steps {
        let parent = routes.router(step.parent);
        all.extend(&parent.dependencies);
        all.extend(&parent.includes[step.include].dependencies);
    }
    all
}

fn join(mut left: Endpoint, right: Endpoint) -> Endpoint {
    left.summary.must = left.summary.must.and(right.summary.must);
    left.summary.may = left.summary.may.with(right.summary.may);
    left.summary.ungated = left.summary.ungated.or(right.summary.ungated);
    for exit in right.summary.exits {
        if !left
            .summary
            .exits
            .iter()
            .any(|known| known.place == exit.place && known.shape == exit.shape)
        {
            left.summary.exits.push(exit);
        }
    }
    left
}

fn evaluate_once<'s>(
    analyzer: &Analyzer<'s>,
    routes: &Routes<'s>,
    id: RouterId,
    index: usize,
    outer: &[Dependency<'s>],
) -> Endpoint {
    let router = routes.router(id);
    let route = &router.routes[index];
    let mut frame = Frame::new(analyzer, route.handler);
    let mut state = State::start();
    let mut unresolved = Vec::new();
    let declared = outer.iter().chain(&router.dependencies).chain(&route.dependencies);
    for dependency in declared {
        frame.provide(
            (dependency.module, dependency.function),
            dependency.provider,
            &mut state,
            &mut unresolved,
            0,
        );
    }
    frame.bind_parameters(&mut state, &mut unresolved, 0);
    // `@router.get("/old", status_code=410)`: what the handler returns is sent with that.
    if let Some(status) = route.status {
        let value = frame.expr(status, &mut state);
        state.status = sent_status(frame.status(Some(&value)), route.place.span);
    }
    // What the dependencies established holds for a handler that never returns, too.
    let (entry, may) = (state.must, state.may);
    let mut summary = decorate(analyzer, route.handler, frame.run(state), (entry, may));
    summary.must = summary.must.with(entry);
    Endpoint {
        router: id,
        route: index,
        summary,
        unresolved,
        middleware: identifying(analyzer, routes, id).map(|found| found.name.to_owned()),
    }
}

/// A provider as the framework calls it.
pub(super) struct Provided {
    summary: Summary,
    /// The providers on its way that could not be resolved.
    unresolved: Vec<Witness>,
}

/// How deep dependencies of dependencies are followed.
const DEPTH: u32 = 12;

impl<'s> Frame<'_, 's> {
    /// Binds this function's parameters as the framework does: dependencies run, the rest comes from the request.
    fn bind_parameters(&mut self, state: &mut State, unresolved: &mut Vec<Witness>, depth: u32) {
        let info = self.model.function(self.function);
        for (index, param) in info.facts.params.iter().enumerate() {
            let mut value = self.param(index, param);
            if let Some((at, provider)) = self.declared_provider(param) {
                let provided = match provider {
                    Some(provider) => self.provide(at, provider, state, unresolved, depth),
                    None => self.provide_type(param, state, unresolved, depth),
                };
                let known = provided.types.is_empty();
                let types = if known {
                    std::mem::take(&mut value.types)
                } else {
                    provided.types.clone()
                };
                value = Val { types, ..provided };
            } else if self.is_required_header(param) {
                value.grants = value.grants.with(Facts::DEMANDED);
            } else if !self.is_framework_object(&value) {
                value.tags = value.tags.with(Tags::PAYLOAD);
            }
            (value.params, value.same_as) = (0, None);
            state.set(param.name, value);
        }
    }

    /// `= Depends(provider)` or `Annotated[T, Depends(provider)]`, directly or through an alias.
    fn declared_provider(&self, param: &'s Param) -> Option<Declared<'s>> {
        let at = (self.module, self.model.function(self.function).parent);
        if let Some(default) = &param.default
            && let Some(declared) = depends(self.model, at, default)
        {
            return Some(declared);
        }
        self.annotated_provider(at, param.annotation.as_ref()?, 4)
    }

    fn annotated_provider(&self, at: Where, annotation: &'s Expr, hops: u32) -> Option<Declared<'s>> {
        let hops = hops.checked_sub(1)?;
        match annotation {
            Expr::Index(pair) => {
                let is_annotated = match &pair.base {
                    Expr::Name(name, _) => self.text(*name) == "Annotated",
                    Expr::Attr(attr) => self.text(attr.name) == "Annotated",
                    _ => false,
                };
                let Expr::Seq(parts) = &pair.index else { return None };
                if !is_annotated {
                    return None;
                }
                parts.iter().skip(1).find_map(|part| depends(self.model, at, part))
            }
            Expr::Name(..) | Expr::Attr(_) => match self.model.expression(at.0, annotation)? {
                Entity::Global(owner, name) => {
                    self.annotated_provider((owner, None), self.model.global_value(owner, name)?, hops)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// `Header(...)`, or `Header()` without a default: the framework refuses a request without it.
    fn is_required_header(&self, param: &Param) -> bool {
        let Some(default @ Expr::Call(call)) = &param.default else {
            return false;
        };
        self.framework_default(default) == Some("Header")
            && call
                .argument(self.model.names, "default", 0)
                .is_none_or(|default| matches!(default, Expr::Ellipsis))
    }

    fn is_framework_object(&self, value: &Val) -> bool {
        const OBJECTS: [&str; 6] = [
            "Request",
            "WebSocket",
            "Response",
            "BackgroundTasks",
            "HTTPConnection",
            "SecurityScopes",
        ];
        value.tags.has(Tags::HEADER)
            || value.types.iter().any(|ty| match ty {
                Ty::ExternalObject(name) => OBJECTS.contains(&crate::model::classes::last_segment(self.text(*name))),
                _ => false,
            })
    }

    /// Runs a provider before the handler; gives what it provides.
    fn provide(
        &mut self,
        (module, function): (ModId, Option<FnId>),
        provider: &'s Expr,
        state: &mut State,
        unresolved: &mut Vec<Witness>,
        depth: u32,
    ) -> Val {
        // `functools.partial(provider, …)` still takes the rest from the request.
        if let Expr::Call(call) = provider
            && let Some(inner) = call.position(0)
            && matches!(&call.func, Expr::Name(name, _) if self.text(*name) == "partial")
                | matches!(&call.func, Expr::Attr(attr) if self.text(attr.name) == "partial")
        {
            return self.provide((module, function), inner, state, unresolved, depth);
        }
        let types = self.model.infer(module, function, provider);
        self.provide_types(module, provider, types, state, unresolved, depth)
    }

    fn provide_type(&mut self, param: &'s Param, state: &mut State, unresolved: &mut Vec<Witness>, depth: u32) -> Val {
        let Some(annotation) = &param.annotation else {
            return Val::default();
        };
        let class = match annotation {
            Expr::Index(pair) => match &pair.index {
                Expr::Seq(parts) => parts.first().unwrap_or(annotation),
                _ => annotation,
            },
            other => other,
        };
        self.provide((self.module, None), class, state, unresolved, depth)
    }

    fn provide_types(
        &mut self,
        module: ModId,
        provider: &'s Expr,
        types: Types,
        state: &mut State,
        unresolved: &mut Vec<Witness>,
        depth: u32,
    ) -> Val {
        let span = provider.span().unwrap_or_default();
        let place = crate::model::Place { module, span };
        if depth >= DEPTH {
            return Val::default();
        }
        let init = self.model.literal("__init__");
        let call = self.model.literal("__call__");
        if let Some(value) = self.provide_alternatives(place, &types, state, unresolved, depth) {
            return value;
        }
        for ty in &types.all {
            match *ty {
                Ty::Entity(Entity::Function(function)) | Ty::Method(function) => {
                    return self.provide_function(place, function, state, unresolved, depth);
                }
                Ty::Entity(Entity::Class(class)) => {
                    // The class itself is the provider: its constructor's parameters are dependencies.
                    if let Some(init) = self.model.method(class, init) {
                        self.provide_function(place, init, state, unresolved, depth);
                    }
                    let mut value = Val::of(Ty::Object { class, exact: true });
                    self.adopt(&mut value, state);
                    return value;
                }
                Ty::Object { class, .. } => {
                    if let Some(method) = self.model.method(class, call) {
                        return self.provide_function(place, method, state, unresolved, depth);
                    }
                }
                Ty::Entity(Entity::External(name)) => {
                    let known = &self.analyzer.known;
                    let dotted = self.text(name);
                    let mut value = Val::default();
                    if known.is_identity_provider(dotted) {
                        (value.tags, value.grants) = (Tags::CONTEXT.with(Tags::HEADER), Facts::IDENTITY);
                        state.learn(Facts::IDENTITY);
                        self.summary.identity.get_or_insert(Witness {
                            place,
                            function: self.function,
                            what: dotted.to_owned(),
                            via: None,
                        });
                    } else if known.is_credential_provider(dotted) {
                        (value.tags, value.grants) = (Tags::VERIFIED, Facts::CREDENTIAL);
                        state.learn(Facts::CREDENTIAL.with(Facts::PRESENT));
                        self.summary.credential.get_or_insert(Witness {
                            place,
                            function: self.function,
                            what: dotted.to_owned(),
                            via: None,
                        });
                    } else {
                        self.note_unresolved(place, dotted, unresolved);
                    }
                    return value;
                }
                _ => {}
            }
        }
        if let Expr::Lambda(_) = provider {
            return Val::default();
        }
        let text = match provider {
            Expr::Name(name, _) => self.text(*name).to_owned(),
            Expr::Attr(attr) => self.text(attr.name).to_owned(),
            _ => "the provider".to_owned(),
        };
        // `HTTPBearer()` and the like read a header and verify nothing.
        if !types.all.iter().any(|ty| matches!(ty, Ty::ExternalObject(_))) {
            self.note_unresolved(place, &text, unresolved);
        }
        Val::default()
    }

    /// A factory that gives one of several functions, `strict if required else lenient`: what all of them do holds.
    fn provide_alternatives(
        &mut self,
        place: crate::model::Place,
        types: &Types,
        state: &mut State,
        unresolved: &mut Vec<Witness>,
        depth: u32,
    ) -> Option<Val> {
        let functions = types.all.iter().filter_map(|ty| match *ty {
            Ty::Entity(Entity::Function(function)) | Ty::Method(function) => Some(function),
            _ => None,
        });
        let functions: Vec<FnId> = functions.collect();
        if functions.len() < 2 {
            return None;
        }
        let mut outcome: Option<(State, Val)> = None;
        for function in functions {
            let mut branch = state.clone();
            let value = self.provide_function(place, function, &mut branch, unresolved, depth);
            outcome = Some(match outcome {
                Some((joined, known)) => (joined.join(branch), known.or(value)),
                None => (branch, value),
            });
        }
        let (joined, value) = outcome?;
        *state = joined;
        Some(value)
    }

    /// A provider that cannot be found might establish identity, where its name does not say that it is something else.
    fn note_unresolved(&self, place: crate::model::Place, what: &str, unresolved: &mut Vec<Witness>) {
        if !self.analyzer.known.may_identify(what) {
            return;
        }
        unresolved.push(Witness {
            place,
            function: self.function,
            what: what.to_owned(),
            via: None,
        });
    }

    /// Evaluates a provider's body with its own dependencies bound, and adds it to this point.
    fn provide_function(
        &mut self,
        place: crate::model::Place,
        function: FnId,
        state: &mut State,
        unresolved: &mut Vec<Witness>,
        depth: u32,
    ) -> Val {
        let provided = self.provided(function, state, depth);
        unresolved.extend(provided.unresolved.iter().cloned());
        let summary = &provided.summary;
        let mut value = self.compose_at(place, function, summary, state);
        if value.types.iter().any(|ty| self.is_context_type(*ty)) {
            value.tags = value.tags.with(Tags::CONTEXT);
        }
        self.adopt_provided(place, function, summary, &mut value, state);
        value
    }

    /// A provider with its own dependencies bound. The same few serve every endpoint, and what they give depends only on
    /// what earlier dependencies established.
    fn provided(&self, function: FnId, state: &State, depth: u32) -> Arc<Provided> {
        let key = (function, state.must, state.may);
        if let Some(known) = self.analyzer.provided.borrow().get(&key) {
            return known.clone();
        }
        let mut frame = Frame::new(self.analyzer, function);
        let mut inner = State::start();
        (inner.must, inner.may) = (state.must, state.may);
        let mut unresolved = Vec::new();
        frame.bind_parameters(&mut inner, &mut unresolved, depth + 1);
        let summary = frame.run(inner);
        let provided = Arc::new(Provided { summary, unresolved });
        self.analyzer.provided.borrow_mut().insert(key, provided.clone());
        provided
    }

    /// By name: a provider that the vocabulary names counts as one where its body shows nothing better.
    fn adopt_provided(
        &mut self,
        place: crate::model::Place,
        function: FnId,
        summary: &Summary,
        value: &mut Val,
        state: &mut State,
    ) {
        let name = self.text(self.model.function(function).facts.name);
        let known = &self.analyzer.known;
        let refuses = !summary.exits.is_empty();
        let witness = Witness {
            place,
            function,
            what: name.to_owned(),
            via: None,
        };
        if known.is_identity_provider(name) && refuses && value.null != Null::Maybe {
            value.tags = value.tags.with(Tags::CONTEXT);
            state.learn(Facts::IDENTITY);
            self.summary.identity = Some(witness.clone());
        }
        if known.is_credential_provider(name)
            && refuses
            && value.null != Null::Maybe
            && summary.credential.is_none()
            && summary.opaque.is_some()
        {
            value.tags = value.tags.with(Tags::VERIFIED);
            state.learn(Facts::CREDENTIAL.with(Facts::PRESENT));
            self.summary.credential = Some(witness);
        }
        self.adopt(value, state);
    }

    /// A provided value that is surely present brings what it grants.
    fn adopt(&mut self, value: &mut Val, state: &mut State) {
        if value.null == Null::Maybe || value.null == Null::Always {
            state.may = state.may.with(value.grants);
        } else {
            state.learn(value.grants);
        }
    }
}
