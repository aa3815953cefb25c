//! Endpoints of the Rust part: what the registry, layers, extractors and the handler's own body make of a request.
//!
//! A body is walked along its paths: what it verifies and asks counts where every path past it does. A handler that takes
//! an extractor runs only where the extractor did not refuse.

mod calls;
mod errors;
mod fallback;
mod flow;
mod guards;
mod paths;
mod refusal;
mod state;
mod streams;
mod values;
mod work;

use super::summary::{Exit, ExitKind, Gate, Owner, Status, Summary, Witness};
use super::value::{Facts, Shape};
use super::{Analyzer, Endpoint};
use crate::model::classes::Base;
use crate::model::routes::RouterId;
use crate::model::rust::{Found, Origin, Program};
use crate::model::{FnId, Place};
use crate::report::model::WireVerdict;
use guards::Guard;

pub use streams::Stream;

/// An endpoint with what only its own language's rules decide.
#[derive(Debug)]
pub struct Evaluated {
    /// As evaluation says of others.
    pub endpoint: Endpoint,
    /// What leaves the wire.
    pub wire: WireVerdict,
    /// Whether its own registration exempts it.
    pub exempt: bool,
    /// What it streams, where it does.
    pub stream: Option<Stream>,
}

/// Looks at Rust functions.
pub(super) struct View<'v, 'm, 's> {
    pub(super) analyzer: &'v Analyzer<'s>,
    pub(super) program: &'v Program<'m, 's>,
}

/// Evaluates an endpoint.
pub fn evaluate(
    analyzer: &Analyzer<'_>,
    program: &Program<'_, '_>,
    found: &Found<'_>,
    router: RouterId,
    route: usize,
) -> Evaluated {
    let view = View { analyzer, program };
    let mut endpoint = Endpoint {
        router,
        route,
        summary: Summary::unknown(),
        unresolved: Vec::new(),
        middleware: None,
    };
    let mut stream = None;
    if found.unresolved.is_none() {
        endpoint.summary.exits = view.errors(found.handler);
        let is_events = !found.websocket && view.is_event_stream(found.handler);
        if is_events || found.websocket {
            let (said, exits) = view.stream(found.handler, found.websocket);
            endpoint.summary.streams = is_events;
            endpoint.summary.exits.extend(exits);
            stream = Some(said);
        }
    }
    match &found.origin {
        Origin::Registry { facts, listed } => {
            let exempt = facts.exempt.is_some();
            if *listed {
                view.by_registry(&mut endpoint, found, facts);
            }
            if facts.no_gate.is_none() || !listed {
                endpoint.summary.opaque = Some(view.witness(found.handler, found.place, "the handler"));
            }
            Evaluated {
                endpoint,
                wire: if *listed {
                    WireVerdict::Enveloped
                } else {
                    WireVerdict::Unknown
                },
                exempt: exempt && *listed,
                stream,
            }
        }
        Origin::Plain { must, may, .. } => {
            for layer in may {
                let on_every_way = must.iter().any(|known| known.place == layer.place);
                let guard = view.layer(layer, Some(&found.path));
                view.admit(&mut endpoint, found, guard, on_every_way);
            }
            if found.unresolved.is_none() {
                for guard in view.extractors(found.handler) {
                    view.admit(&mut endpoint, found, guard, true);
                }
                view.work(found.handler, &found.path, &mut endpoint.summary);
            }
            if endpoint.summary.opaque.is_none() {
                endpoint.summary.opaque = Some(view.witness(found.handler, found.place, "the handler"));
            }
            if let Some(text) = &found.unresolved {
                endpoint.unresolved.push(view.witness(found.handler, found.place, text));
            }
            let exits = &endpoint.summary.exits;
            let enveloped = !exits.is_empty() && exits.iter().all(|exit| exit.shape == Shape::Envelope);
            Evaluated {
                // The framework's own refusals, of a body that does not parse say, are bare.
                wire: match (&found.unresolved, enveloped) {
                    (Some(_), _) => WireVerdict::Unknown,
                    (None, true) => WireVerdict::Enveloped,
                    (None, false) => WireVerdict::Bare,
                },
                endpoint,
                exempt: false,
                stream,
            }
        }
    }
}

impl View<'_, '_, '_> {
    /// What the registry does before a handler runs.
    fn by_registry(&self, endpoint: &mut Endpoint, found: &Found<'_>, facts: &crate::model::rust::RouteFacts) {
        let summary = &mut endpoint.summary;
        if facts.exempt.is_none() {
            let known = Facts::IDENTITY.with(Facts::CREDENTIAL).with(Facts::PRESENT);
            summary.must = summary.must.with(known);
            summary.may = summary.may.with(known);
            summary.identity = Some(self.witness(found.handler, found.place, "guard::Engine"));
            // The guard refuses a missing header with the status that the route states.
            let mut refusal = self.exit(found.handler, found.place, Shape::Envelope, "guard.ErrorEnvelope");
            refusal.owner = Owner::Provider;
            refusal.status = Status::Known(facts.missing_status);
            summary.exits.push(refusal);
        }
        if let Some(action) = &facts.action {
            summary.must = summary.must.with(Facts::GATE);
            summary.may = summary.may.with(Facts::GATE);
            summary.gates.push(Gate {
                at: self.witness(found.handler, found.place, &format!("the gate for `{action}`")),
                unbindable: None,
                swallowed: false,
                settled: false,
                passed_over: false,
                after_write: false,
            });
        }
    }

    /// Notes what a guard around or before the handler establishes.
    fn admit(&self, endpoint: &mut Endpoint, found: &Found<'_>, guard: Guard, on_every_way: bool) {
        let (must, may, name) = match guard {
            Guard::None => return,
            Guard::Unknown(name) => {
                endpoint.middleware.get_or_insert(name);
                return;
            }
            Guard::Known { name, must, may } => (must, may, name),
        };
        let summary = &mut endpoint.summary;
        summary.may = summary.may.with(may);
        if on_every_way {
            summary.must = summary.must.with(must);
        }
        if summary.identity.is_none() {
            summary.identity = Some(self.witness(found.handler, found.place, &name));
        }
    }

    /// A place of this endpoint with what it shows.
    pub(super) fn witness(&self, function: FnId, place: Place, what: &str) -> Witness {
        Witness {
            place,
            function,
            what: what.to_owned(),
            via: None,
        }
    }

    /// An error of this body.
    pub(super) fn exit(&self, function: FnId, place: Place, shape: Shape, class: &str) -> Exit {
        Exit {
            class: Base::External(self.analyzer.model().intern(class)),
            kind: ExitKind::Http,
            shape,
            status: Status::Unknown,
            place,
            function,
            owner: Owner::Endpoint,
            leaks: false,
            after_head: false,
            via: None,
        }
    }
}

/// Whether a layer makes sure who calls, or may do so: for rules about the order of layers.
pub fn is_guard(analyzer: &Analyzer<'_>, program: &Program<'_, '_>, layer: &crate::model::rust::Layer<'_>) -> bool {
    let view = View { analyzer, program };
    !matches!(view.layer(layer, None), Guard::None)
}
