//! A handler with its facts.

use std::fmt;

use axum::handler::Handler;

use super::dispatch::{Mounted, mount};
use crate::route::RouteMeta;

/// A handler and what `#[engine_route]` says of it. [`routes!`](crate::routes) makes them.
pub struct Route<S = ()> {
    meta: RouteMeta,
    mount: Box<dyn FnOnce(S) -> Mounted + Send>,
}

impl<S: Clone + Send + Sync + 'static> Route<S> {
    /// Joins the facts and the handler that they were written on.
    pub fn new<H, T>(meta: RouteMeta, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self {
            meta,
            mount: Box::new(move |state| mount(&meta, handler, state)),
        }
    }

    /// Gives the handler its state.
    pub(super) fn mount(self, state: S) -> Mounted {
        (self.mount)(state)
    }

    /// The facts.
    pub fn meta(&self) -> &RouteMeta {
        &self.meta
    }
}

impl<S> fmt::Debug for Route<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.meta.fmt(f)
    }
}
