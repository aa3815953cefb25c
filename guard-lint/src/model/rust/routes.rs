//! The endpoints of the Rust part: those of engines' registries, and those of plain routers.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::eval::Eval;
use super::value::{Entry, Routed};
use super::{At, Program};
use crate::model::{FnId, Place};
use crate::source::facts::Span;
use crate::source::rust::facts::{Expr, Function, Kind, Type, each_in};

/// What `#[engine_route]` states.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each field is the attribute's key of that name")]
pub struct Facts {
    pub method: String,
    pub path: String,
    pub router: String,
    pub tickets: Vec<String>,
    pub resource_kind: Option<String>,
    pub action: Option<String>,
    pub budget: Option<Budget>,
    pub no_gate: Option<String>,
    pub exempt: Option<String>,
    pub body: Vec<String>,
    pub missing_status: u16,
    pub roles: Vec<String>,
    pub flag: Option<String>,
    pub body_limit: Option<u64>,
    pub timeout_ms: Option<u64>,
    pub stream: Option<Stream>,
    /// The attribute's place.
    pub span: Span,
}

/// The most that a call may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The amount, without zeros that say nothing.
    pub amount: String,
    /// Three letters.
    pub currency: String,
}

impl Budget {
    /// From an amount as somebody writes it: `0.250` and `0.25` are one.
    pub fn new(amount: &str, currency: &str) -> Self {
        let (units, parts) = amount.split_once('.').unwrap_or((amount, ""));
        let units = Some(units.trim_start_matches('0'))
            .filter(|units| !units.is_empty())
            .unwrap_or("0");
        let parts = parts.trim_end_matches('0');
        let amount = if parts.is_empty() {
            units.to_owned()
        } else {
            format!("{units}.{parts}")
        };
        Self {
            amount,
            currency: currency.to_owned(),
        }
    }
}

/// What a route streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// As the manifest has it: `sse`, `websocket`, `websocket_hello`.
    pub transport: String,
    /// What it is, as in `<domain>.cursor_invalid`.
    pub domain: String,
}

/// A layer of a router.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'s> {
    /// Where it is put on.
    pub place: Place,
    /// The function that does so.
    pub function: FnId,
    /// What it is.
    pub expr: &'s Expr,
}

/// An endpoint.
#[derive(Debug)]
pub struct Found<'s> {
    /// The handler; where the source does not show it, the function that registers it.
    pub handler: FnId,
    /// The handler as written, where the source does not show it.
    pub unresolved: Option<String>,
    /// Upper-case methods, sorted.
    pub methods: Vec<String>,
    /// The whole path.
    pub path: String,
    /// The dotted name of its router.
    pub router: String,
    /// The function that puts the router together, or else the handler.
    pub function: FnId,
    /// The registration.
    pub place: Place,
    /// Whether it upgrades to a WebSocket.
    pub websocket: bool,
    /// How it is registered.
    pub origin: Origin<'s>,
}

/// How an endpoint is registered.
#[derive(Debug)]
pub enum Origin<'s> {
    /// By `#[engine_route]`.
    Registry {
        /// What that states.
        facts: Box<Facts>,
        /// Whether a `routes!` names it that an engine gets.
        listed: bool,
    },
    /// On a plain router.
    Plain {
        /// The layers around it on every way.
        must: Vec<Layer<'s>>,
        /// The layers around it on some.
        may: Vec<Layer<'s>>,
        /// The layers that its router had before it was added.
        missed: Vec<Layer<'s>>,
        /// Whether there is an engine in its crate, whose registry it passes by.
        beside_engine: bool,
    },
}

impl<'s> Program<'_, 's> {
    /// Every endpoint, in order: of registries by router and path, then of plain routers by place.
    pub fn endpoints(&self) -> Vec<Found<'s>> {
        let eval = Eval::new(self);
        let plain = self.plain(&eval);
        let layers = eval.layers.borrow();
        let engines = eval.engines.borrow();
        let listed = self.listed(&eval);
        // What an engine is given, where the source shows it for all of them.
        let given: Option<FxHashSet<FnId>> = engines
            .iter()
            .map(|(_, list)| list.as_ref().filter(|list| list.complete))
            .collect::<Option<Vec<_>>>()
            .map(|lists| {
                lists
                    .into_iter()
                    .flat_map(|list| list.handlers.iter().copied())
                    .collect()
            });
        let mounted = |handler: &FnId| {
            listed.contains(handler)
                && (engines.is_empty() || given.as_ref().is_none_or(|given| given.contains(handler)))
        };
        let mut found: Vec<Found<'s>> = Vec::new();
        let mut with_registry: BTreeSet<At> = engines.iter().map(|(at, _)| self.root_of(*at)).collect();
        for (handler, _) in self.functions() {
            let Some(facts) = self.stated(handler) else { continue };
            with_registry.extend(self.module_of(handler).map(|at| self.root_of(at)));
            let place = Place {
                module: self.model.function(handler).module,
                span: facts.span,
            };
            found.push(Found {
                handler,
                unresolved: None,
                methods: vec![facts.method.clone()],
                path: facts.path.clone(),
                router: facts.router.clone(),
                function: handler,
                place,
                websocket: self.upgrades(handler),
                origin: Origin::Registry {
                    listed: mounted(&handler),
                    facts: Box::new(facts),
                },
            });
        }
        found.sort_by(|left, right| {
            let key = |found: &Found<'_>| (found.router.clone(), found.handler);
            key(left).cmp(&key(right))
        });
        for entry in plain {
            let of = |ids: &BTreeSet<usize>| ids.iter().map(|id| layers[*id]).collect::<Vec<_>>();
            let mut methods = entry.answer.methods;
            methods.sort();
            let file = self.file_of(entry.at);
            let handler = entry.answer.handler;
            found.push(Found {
                handler: handler.unwrap_or(entry.function),
                unresolved: handler.is_none().then_some(entry.answer.text),
                methods,
                path: entry.path,
                router: self.dotted(file).to_owned(),
                function: entry.function,
                place: entry.site,
                websocket: handler.is_some_and(|handler| self.upgrades(handler)),
                origin: Origin::Plain {
                    must: of(&entry.must),
                    may: of(&entry.may),
                    missed: of(&entry.missed),
                    beside_engine: with_registry.contains(&self.root_of(entry.at)),
                },
            });
        }
        found
    }

    /// Whether a handler takes an upgrade to a WebSocket.
    fn upgrades(&self, handler: FnId) -> bool {
        let takes = |(_, ty): &(Vec<String>, Type)| {
            ty.last() == "WebSocketUpgrade" || ty.arguments.iter().any(|inner| inner.last() == "WebSocketUpgrade")
        };
        self.function(handler)
            .is_some_and(|function| function.params.iter().any(takes))
    }

    /// The routes of plain routers, each once: as the outermost function puts it together.
    fn plain(&self, eval: &Eval<'_, '_, 's>) -> Vec<Entry> {
        let interesting: Vec<FnId> = self
            .functions()
            .filter(|(_, function)| !function.is_closure && makes_router(function))
            .map(|(id, _)| id)
            .collect();
        let made: Vec<(FnId, Vec<Routed>)> = interesting
            .into_iter()
            .map(|id| {
                let (value, mut routers) = eval.run(id, Vec::new(), None);
                routers.extend(value.into_routers());
                (id, routers)
            })
            .collect();
        let called = eval.called.borrow();
        let mut entries: BTreeMap<(Place, String, Vec<String>), Entry> = BTreeMap::new();
        let outermost = made.into_iter().filter(|(id, _)| !called.contains(id));
        let left = eval.left.take();
        for entry in outermost
            .flat_map(|(_, routers)| routers)
            .chain(left)
            .flat_map(|router| router.entries)
        {
            if entry.answer.is_service {
                continue;
            }
            let key = (entry.site, entry.path.clone(), entry.answer.methods.clone());
            match entries.get_mut(&key) {
                Some(known) if known.is_like(&entry) => known.join(entry),
                Some(_) => {}
                None => {
                    entries.insert(key, entry);
                }
            }
        }
        entries.into_values().collect()
    }

    /// The handlers that any `routes!` names, or that a route is made of by hand.
    fn listed(&self, eval: &Eval<'_, '_, 's>) -> FxHashSet<FnId> {
        let mut listed = FxHashSet::default();
        let mut look = |at: At, part: &'s Expr| {
            let name = |path: &[String]| path.last().map(String::as_str) == Some("routes");
            let paths: Vec<&[String]> = match &part.kind {
                Kind::Macro(path, handlers) if name(path) => handlers.iter().filter_map(Expr::as_path).collect(),
                Kind::Call(head, arguments)
                    if head
                        .as_path()
                        .is_some_and(|path| path.ends_with(&["Route".to_owned(), "new".to_owned()])) =>
                {
                    arguments.iter().skip(1).take(1).filter_map(Expr::as_path).collect()
                }
                _ => return,
            };
            for path in paths {
                if let super::Def::Function(id) = eval.program.resolve(at, path) {
                    listed.insert(id);
                }
            }
        };
        for (id, function) in self.functions() {
            if let Some(at) = self.module_of(id) {
                each_in(&function.body, &mut |part| look(at, part));
            }
        }
        for (file, facts) in &self.files {
            for constant in &facts.constants {
                if let Some(at) = self.numbers.get(&(*file, constant.within)) {
                    constant.value.each(&mut |part| look(*at, part));
                }
            }
        }
        listed
    }
}

/// Whether a function's body may make a router or an engine.
fn makes_router(function: &Function) -> bool {
    let mut found = false;
    each_in(&function.body, &mut |part| {
        found |= match &part.kind {
            Kind::Method(_, name, arguments) => matches!(
                (name.as_str(), arguments.len()),
                ("route" | "nest" | "nest_service" | "route_service", 2)
                    | (
                        "merge" | "layer" | "route_layer" | "fallback" | "fallback_service" | "routes",
                        1
                    )
            ),
            Kind::Path(path) => {
                let [.., ty, name] = path.as_slice() else { return };
                matches!(
                    (ty.as_str(), name.as_str()),
                    ("Engine", "new" | "with_state") | (_, "new" | "default")
                ) && (ty == "Engine" || ty.contains("Router"))
            }
            _ => false,
        };
    });
    found
}
