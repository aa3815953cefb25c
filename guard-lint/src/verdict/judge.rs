//! Every endpoint of a program with its verdicts: what rules and clauses look at.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::analysis::summary::{Exit, ExitKind, Owner};
use crate::analysis::{Analyzer, Endpoint, Evaluated, RustStream, evaluate, evaluate_rust};
use crate::catalog::{Catalog, Check};
use crate::lineage::Walks;
use crate::model::loading::Failure;
use crate::model::routes::{Route, Router, RouterId, Routes, join};
use crate::model::rust::{Difference, Found, Program};
use crate::model::{ModId, Model, Place};
use crate::reading::{Answers, Reader};
use crate::report::model::{
    CredentialVerdict, EndpointKind, EnvelopeVerdict, Evidence, GateVerdict, IdentityVerdict, SiteKind, WireVerdict,
};
use crate::spread;

use super::endpoint::{self as verdict, Effect};
use super::{subject, wire};

/// A program with the verdicts on all of its endpoints.
pub struct Judged<'a, 'm, 's> {
    /// The linked program.
    pub model: &'m Model<'s>,
    /// Its routers.
    pub routes: &'a Routes<'s>,
    /// Its summaries.
    pub analyzer: &'m Analyzer<'s>,
    /// The endpoints, by router and order of registration.
    pub endpoints: Vec<Judgement>,
    /// For each router: the id of the ticket that exempts it.
    pub exemptions: Vec<Option<String>>,
    /// The Rust part.
    pub rust: Option<&'a Rust<'m, 's>>,
    /// What [`Judged::failures`] was answered.
    failures: OnceLock<FxHashMap<ModId, Failure>>,
    /// What walks through its functions saw.
    pub walks: Walks,
    answers: Answers,
}

/// The Rust part of a program, with its endpoints, and what its manifest says against them.
pub struct Rust<'m, 's> {
    /// Its crates.
    pub program: Program<'m, 's>,
    /// Its endpoints.
    pub found: Vec<Found<'s>>,
    /// Where the manifest and the source differ.
    pub differences: Vec<Difference>,
}

/// The verdicts on one endpoint.
#[derive(Debug)]
pub struct Judgement {
    /// What evaluation says of it.
    pub endpoint: Endpoint,
    /// Is identity established?
    pub identity: IdentityVerdict,
    /// Is a credential needed?
    pub credential: CredentialVerdict,
    /// Do its errors carry the envelope, as the source shows it?
    pub envelope: EnvelopeVerdict,
    /// Do they on the wire?
    pub wire: WireVerdict,
    /// Does the gate run before the first write?
    pub gate: GateVerdict,
    /// What it changes.
    pub effect: Effect,
    /// Whether a ticket exempts it.
    pub exempt: bool,
    /// What a Rust endpoint streams, where it does.
    pub stream: Option<RustStream>,
}

impl<'a, 'm, 's> Judged<'a, 'm, 's> {
    /// Judges every endpoint.
    pub fn new(
        analyzer: &'m Analyzer<'s>,
        routes: &'a Routes<'s>,
        rust: Option<&'a Rust<'m, 's>>,
        catalog: &Catalog,
    ) -> Self {
        let model = analyzer.model();
        let exemptions = exemptions(model, routes, catalog);
        let of_router = |id: RouterId| (0..routes.router(id).routes.len()).map(move |index| (id, index));
        let all: Vec<(RouterId, usize)> = routes.ids().take(routes.python()).flat_map(of_router).collect();
        let mut endpoints = spread::over(analyzer, &all, |analyzer, (id, index)| {
            let endpoint = evaluate(analyzer, routes, id, index);
            judge(analyzer, routes, endpoint, exemptions[id.0 as usize].is_some())
        });
        for id in routes.ids().skip(routes.python()) {
            let exempt = exemptions[id.0 as usize].is_some();
            for index in 0..routes.router(id).routes.len() {
                let found = rust.and_then(|rust| Some((rust, rust.found.get(routes.found(id, index)?)?)));
                if let Some((rust, found)) = found {
                    let evaluated = evaluate_rust(analyzer, &rust.program, found, id, index);
                    endpoints.push(judge_rust(analyzer, routes, evaluated, exempt));
                }
            }
        }
        Self {
            model,
            routes,
            analyzer,
            endpoints,
            exemptions,
            rust,
            failures: OnceLock::new(),
            walks: Walks::default(),
            answers: Answers::default(),
        }
    }

    /// Computes on all threads what rules and clauses will ask.
    pub fn prepare(&self) {
        self.walks.prepare(self.analyzer, || {
            self.failures();
        });
    }

    /// The modules of routers and handlers that cannot be imported.
    pub fn failures(&self) -> &FxHashMap<ModId, Failure> {
        self.failures.get_or_init(|| {
            let python = &self.routes.routers[..self.routes.python()];
            let mut modules: Vec<ModId> = python.iter().map(|router| router.module).collect();
            let handlers = python.iter().flat_map(|router| &router.routes);
            modules.extend(handlers.map(|route| self.model.function(route.handler).module));
            modules.sort_unstable();
            modules.dedup();
            self.model.failures(&modules)
        })
    }

    /// Why the module of an endpoint's router or handler cannot be imported, with the place in that module where it shows.
    pub fn failure(&self, judgement: &Judgement) -> Option<(&Failure, Place)> {
        let handler = self.model.function(self.route(judgement).handler).module;
        let failure = [self.router(judgement).module, handler]
            .iter()
            .find_map(|module| self.failures().get(module))?;
        Some((
            failure,
            failure.chain.first().map_or(failure.place, |(place, _)| *place),
        ))
    }

    /// Asks the facts directly.
    pub fn reader(&self) -> Reader<'_, 's> {
        Reader {
            model: self.model,
            words: self.analyzer.known.vocabulary(),
            answers: &self.answers,
        }
    }

    /// The router of an endpoint.
    pub fn router(&self, judgement: &Judgement) -> &'a Router<'s> {
        self.routes.router(judgement.endpoint.router)
    }

    /// The route of an endpoint.
    pub fn route(&self, judgement: &Judgement) -> &'a Route<'s> {
        &self.router(judgement).routes[judgement.endpoint.route]
    }

    /// How a Rust endpoint is registered.
    pub fn found(&self, judgement: &Judgement) -> Option<&'a Found<'s>> {
        let index = self.routes.found(judgement.endpoint.router, judgement.endpoint.route)?;
        self.rust?.found.get(index)
    }

    /// The dotted name of the module of an endpoint's router.
    pub fn module(&self, judgement: &Judgement) -> &str {
        self.routes.name(self.model, judgement.endpoint.router)
    }

    /// The path with the router's own prefix.
    pub fn path(&self, judgement: &Judgement) -> String {
        join(&self.router(judgement).prefix, &self.route(judgement).path)
    }

    /// `GET,POST /path`, or `WEBSOCKET /path`.
    pub fn label(&self, judgement: &Judgement) -> String {
        label(self.route(judgement), &self.path(judgement))
    }

    /// The handler's name.
    pub fn handler(&self, judgement: &Judgement) -> &'s str {
        self.model
            .text(self.model.function(self.route(judgement).handler).facts.name)
    }

    /// The place of the handler's name.
    pub fn place(&self, judgement: &Judgement) -> Place {
        self.model.function_place(self.route(judgement).handler)
    }

    /// What an endpoint speaks.
    pub fn kind(&self, judgement: &Judgement) -> EndpointKind {
        if self.route(judgement).websocket {
            EndpointKind::Websocket
        } else if judgement.endpoint.summary.streams {
            EndpointKind::Sse
        } else {
            EndpointKind::Http
        }
    }

    /// The calls that lead from an endpoint to an error, outermost first.
    pub fn trace(&self, exit: &Exit) -> Vec<Evidence> {
        let same = |other: &Exit| other.place == exit.place && other.class == exit.class;
        let calls = self.analyzer.trace(exit.via, |summary| {
            let handled = summary.handled.iter().map(|handled| &handled.exit);
            summary
                .exits
                .iter()
                .chain(handled)
                .find(|other| same(other))
                .map(|other| other.via)
        });
        self.calls(&calls)
    }

    /// Calls as evidence.
    pub fn calls(&self, calls: &[(Place, crate::model::FnId)]) -> Vec<Evidence> {
        let call = |(place, callee): &(Place, crate::model::FnId)| {
            self.evidence(*place, format!("calls `{}`", self.model.function_name(*callee)))
        };
        calls.iter().map(call).collect()
    }

    /// A place with what it shows.
    pub fn evidence(&self, place: Place, message: String) -> Evidence {
        let file = self.model.file(place.module);
        let (line, column) = file.position(place.span.start);
        Evidence {
            file: file.path.clone(),
            line,
            column,
            message,
        }
    }

    /// The exceptions that are no HTTP errors and that nothing catches, neither the endpoint nor its applications. What is
    /// raised more than two calls away, a missing setting or a broken store, is not this endpoint's to catch.
    pub fn unhandled<'j>(&self, judgement: &'j Judgement) -> Vec<&'j Exit> {
        let router = judgement.endpoint.router;
        let escapes = |exit: &&Exit| {
            exit.kind == ExitKind::Other
                && exit.owner == Owner::Endpoint
                && self.is_near(exit, 2)
                && !wire::handles(self.analyzer, self.routes, router, exit.class)
        };
        judgement.endpoint.summary.exits.iter().filter(escapes).collect()
    }

    /// Whether the applications answer an error of the endpoint that is no HTTP error in a way of their own.
    pub fn is_answered(&self, judgement: &Judgement, exit: &Exit) -> bool {
        wire::has_handler(self.model, self.routes, judgement.endpoint.router, exit.class)
    }

    /// Whether an error is raised at most this many calls away from the endpoint.
    pub fn is_near(&self, exit: &Exit, calls: usize) -> bool {
        let mut via = exit.via;
        for _ in 0..calls {
            let Some((_, callee)) = via else { return true };
            let summary = self.analyzer.summary(callee);
            let same = |other: &&Exit| other.place == exit.place && other.class == exit.class;
            via = summary.exits.iter().find(same).and_then(|other| other.via);
        }
        via.is_none()
    }

    /// The error sites of an endpoint.
    pub fn sites<'j>(&self, judgement: &'j Judgement) -> Vec<(&'j Exit, SiteKind)> {
        verdict::sites(&judgement.endpoint)
    }
}

/// `GET,POST /path`, or `WEBSOCKET /path`.
pub fn label(route: &Route<'_>, path: &str) -> String {
    if route.websocket {
        format!("WEBSOCKET {path}")
    } else {
        format!("{} {path}", route.methods.join(","))
    }
}

fn judge(analyzer: &Analyzer<'_>, routes: &Routes<'_>, endpoint: Endpoint, exempt: bool) -> Judgement {
    let model = analyzer.model();
    let route = &routes.router(endpoint.router).routes[endpoint.route];
    let name = model.text(model.function(route.handler).facts.name);
    let effect = verdict::effect(&endpoint, &route.methods, analyzer.reads_by_name(name));
    let (mut identity, mut gate) = (verdict::identity(&endpoint), verdict::gate(&endpoint, effect));
    if exempt {
        if identity != IdentityVerdict::Enforced {
            identity = IdentityVerdict::Exempt;
        }
        if matches!(gate, GateVerdict::Missing | GateVerdict::Unknown) {
            gate = GateVerdict::NotRequired;
        }
    }
    let exits: Vec<&Exit> = verdict::sites(&endpoint)
        .into_iter()
        .filter(|(_, kind)| !matches!(kind, SiteKind::Converted | SiteKind::Swallowed))
        .map(|(exit, _)| exit)
        .collect();
    Judgement {
        identity,
        credential: verdict::credential(&endpoint),
        envelope: verdict::envelope(&endpoint),
        wire: wire::wire(analyzer, routes, endpoint.router, exits.iter().copied()),
        gate,
        effect,
        exempt,
        stream: None,
        endpoint,
    }
}

/// As [`judge`], where the endpoint's own registration may exempt it, and says what leaves the wire.
fn judge_rust(analyzer: &Analyzer<'_>, routes: &Routes<'_>, evaluated: Evaluated, by_ticket: bool) -> Judgement {
    let mut judgement = judge(analyzer, routes, evaluated.endpoint, by_ticket || evaluated.exempt);
    judgement.wire = evaluated.wire;
    judgement.stream = evaluated.stream;
    judgement
}

/// For each router: the ticket that exempts it.
fn exemptions(model: &Model<'_>, routes: &Routes<'_>, catalog: &Catalog) -> Vec<Option<String>> {
    let mut exemptions = vec![None; routes.routers.len()];
    for ticket in &catalog.tickets {
        let exempts = ticket
            .clauses
            .iter()
            .any(|clause| clause.checks.contains(&Check::Exemption));
        if !exempts {
            continue;
        }
        for router in subject::routers_of(model, routes, ticket) {
            exemptions[router.0 as usize] = Some(ticket.id.clone());
        }
    }
    exemptions
}
