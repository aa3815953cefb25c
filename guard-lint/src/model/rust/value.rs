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
    /// The elements of a tuple, array or list.
    Tuple(Vec<Value>),
    /// A function or closure, as it is given to what puts a route together.
    Function(FnId),
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

/// What stands for a path that is not constant.
pub(super) const UNKNOWN: &str = "/?";

/// All methods, for `any` and fallbacks.
pub(super) const ALL: [&str; 8] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/// The method that a routing function or filter names.
pub(super) fn verb(name: &str) -> Option<&'static str> {
    ALL.into_iter().find(|method| method.eq_ignore_ascii_case(name))
}

impl Value {
    /// A router without routes.
    pub(super) fn router() -> Self {
        Self::Router(Routed::default())
    }

    /// Whether a router is in it.
    pub(super) fn has_router(&self) -> bool {
        match self {
            Self::Router(_) => true,
            Self::Tuple(values) => values.iter().any(Self::has_router),
            _ => false,
        }
    }

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
            // A list that one of two ways makes longer.
            (Self::Tuple(left), Self::Tuple(right)) => Self::Tuple(each_or(left, right)),
            (Self::Other | Self::Text(_), known) | (known, Self::Other | Self::Text(_)) => known,
            (known, _) => known,
        }
    }
}

/// Element by element; what only the longer one has stays.
fn each_or(left: Vec<Value>, right: Vec<Value>) -> Vec<Value> {
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let mut joined = Vec::new();
    loop {
        joined.push(match (left.next(), right.next()) {
            (Some(left), Some(right)) => left.or(right),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return joined,
        });
    }
}

impl Routed {
    /// The routes of both; what only one of two ways lays around a route is around it on some ways.
    ///
    /// A prefix that only one way puts before a route, and that is not constant, may be empty: the route is there once,
    /// by the path that is known.
    fn or(mut self, other: Self) -> Self {
        for entry in other.entries {
            let same = |known: &&mut Entry| known.is_like(&entry) || known.is_below(&entry) || entry.is_below(known);
            match self.entries.iter_mut().find(same) {
                Some(known) => {
                    if known.is_below(&entry) {
                        known.path.clone_from(&entry.path);
                    }
                    known.join(entry);
                }
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
        self.site == other.site && self.path == other.path && self.is_same_handler(other)
    }

    /// Whether it is the same route below a prefix that is not constant.
    fn is_below(&self, other: &Self) -> bool {
        let rest = self.path.strip_prefix(UNKNOWN);
        let same = rest.is_some_and(|rest| rest == other.path || (rest.is_empty() && other.path == "/"));
        same && self.is_same_handler(other)
    }

    fn is_same_handler(&self, other: &Self) -> bool {
        self.site == other.site
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
