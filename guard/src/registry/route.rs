//! A handler with its facts.

use std::fmt;

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::route::{Method, RouteMeta};

/// A handler and what `#[engine_route]` says of it. [`routes!`](crate::routes) makes them.
pub struct Route<S = ()> {
    meta: RouteMeta,
    service: MethodRouter<S>,
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
            service: on(filter(meta.method), handler),
        }
    }

    pub(super) fn into_parts(self) -> (RouteMeta, MethodRouter<S>) {
        (self.meta, self.service)
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

/// A filter for `GET` takes `HEAD` too.
fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}
