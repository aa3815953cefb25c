//! Values that matter while a router is put together.

use std::collections::BTreeSet;

use super::At;
use crate::model::{FnId, Place};

/// A layer, by its index into the list of all layers.
pub(super) type LayerId = usize;

/// What an expression makes.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A router.
    Router(Routed),
    /// What answers at one path.
    Methods(Methods),
    /// Handlers with their facts: `routes![...]`.
    Listed(Listed),
    /// An engine of the registry.
    Engine,
    /// A constant text.
    Text(String),
    /// The elements of a tuple or array.
    Tuple(Vec<Value>),
    /// Anything else.
    Other,
}

/// A router as it is so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Routed {
    pub(super) entries: Vec<Entry>,
    /// The layers that were put on it so far: they do not cover what is added later.
    pub(super) laid: BTreeSet<LayerId>,
    /// Whether an engine answers what its own routes do not.
    pub(super) holds_engine: bool,
}

/// One handler at one path.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The registering call.
    pub(super) site: Place,
    /// The module that it stands in, and the function.
    pub(super) at: At,
    pub(super) function: FnId,
    pub(super) path: String,
    pub(super) answer: Answer,
    /// The layers around it on every way that it is put together.
    pub(super) must: BTreeSet<LayerId>,
    /// The layers around it on some.
    pub(super) may: BTreeSet<LayerId>,
    /// The layers that its router had before it was added, and that do not cover it.
    pub(super) missed: BTreeSet<LayerId>,
}

/// A handler with its methods.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) methods: Vec<String>,
    /// The handler; none where the source does not show which function it is.
    pub(super) handler: Option<FnId>,
    /// It as written.
    pub(super) text: String,
    /// Whether it is a service of its own, and no handler.
    pub(super) is_service: bool,
}

/// A method router.
#[derive(Debug, Clone, Default)]
pub(super) struct Methods {
    pub(super) answers: Vec<Answering>,
    /// The layers that were put on it so far.
    pub(super) laid: BTreeSet<LayerId>,
}

/// A handler in a method router.
#[derive(Debug, Clone)]
pub(super) struct Answering {
    pub(super) answer: Answer,
    /// The layers around it.
    pub(super) layers: BTreeSet<LayerId>,
    /// The layers that were there before it.
    pub(super) missed: BTreeSet<LayerId>,
}

impl Methods {
    /// One handler.
    pub(super) fn of(answer: Answer) -> Self {
        Self {
            answers: vec![Answering {
                answer,
                layers: BTreeSet::new(),
                missed: BTreeSet::new(),
            }],
            laid: BTreeSet::new(),
        }
    }
}

/// The handlers that a list names.
#[derive(Debug, Clone, Default)]
pub(super) struct Listed {
    pub(super) handlers: Vec<FnId>,
    /// Whether the source shows all of them.
    pub(super) complete: bool,
}

/// All methods, for `any` and fallbacks.
pub(super) const ALL: [&str; 8] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/// The method that a routing function or filter names.
pub(super) fn verb(name: &str) -> Option<&'static str> {
    let name = name.strip_suffix("_service").unwrap_or(name);
    ALL.into_iter().find(|method| method.eq_ignore_ascii_case(name))
}

impl Value {
    /// The routers in it.
    pub(super) fn into_routers(self) -> Vec<Routed> {
        match self {
            Self::Router(router) => vec![router],
            Self::Tuple(values) => values.into_iter().flat_map(Self::into_routers).collect(),
            _ => Vec::new(),
        }
    }

    /// What it is where one of two ways was taken.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Router(left), Self::Router(right)) => Self::Router(left.or(right)),
            (Self::Listed(mut left), Self::Listed(right)) => {
                left.handlers.extend(right.handlers);
                left.complete &= right.complete;
                Self::Listed(left)
            }
            (Self::Methods(mut left), Self::Methods(right)) => {
                left.answers.extend(right.answers);
                Self::Methods(left)
            }
            (Self::Text(left), Self::Text(right)) if left == right => Self::Text(left),
            (Self::Other | Self::Text(_), known) | (known, Self::Other | Self::Text(_)) => known,
            (known, _) => known,
        }
    }
}

impl Routed {
    /// The routes of both; what only one of two ways lays around a route is around it on some ways.
    fn or(mut self, other: Self) -> Self {
        for entry in other.entries {
            let same = |known: &&mut Entry| known.is_like(&entry);
            match self.entries.iter_mut().find(same) {
                Some(known) => known.join(entry),
                None => self.entries.push(entry),
            }
        }
        self.laid.extend(other.laid);
        self.holds_engine |= other.holds_engine;
        self
    }
}

impl Entry {
    /// Whether it is the same route, put together in another way.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.site == other.site
            && self.path == other.path
            && self.answer.methods == other.answer.methods
            && self.answer.handler == other.answer.handler
    }

    /// Both ways of one route.
    pub(super) fn join(&mut self, other: Self) {
        self.must = self.must.intersection(&other.must).copied().collect();
        self.may.extend(other.may);
        self.missed.extend(other.missed);
    }
}
