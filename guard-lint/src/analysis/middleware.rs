//! Identity that middleware may establish. A handler reads it from the request, where nothing ties the two together: it is
//! not decided, but said to be so.

use super::Analyzer;
use super::value::Facts;
use crate::model::routes::{Middleware, RouterId, Routes};
use crate::vocabulary;

/// The middleware that may establish identity for a router, where every application that serves it has one.
pub(super) fn identifying<'s>(analyzer: &Analyzer<'s>, routes: &Routes<'s>, id: RouterId) -> Option<Middleware<'s>> {
    let mut first = None;
    for mounting in &routes.mountings[id.0 as usize] {
        let around = mounting.steps.iter().map(|step| step.parent).chain([mounting.app]);
        let mut middleware = around.flat_map(|app| &routes.router(app).middleware);
        let found = middleware.find(|middleware| may_identify(analyzer, middleware))?;
        first = first.or(Some(*found));
    }
    first
}

/// By what it does; by its name only where that cannot be seen whole.
fn may_identify(analyzer: &Analyzer<'_>, middleware: &Middleware<'_>) -> bool {
    // What sets headers, sessions or the like for security does not say who asks.
    let aside =
        vocabulary::words(middleware.name).any(|word| ["header", "headers", "security"].contains(&word.as_ref()));
    let by_name = !aside && analyzer.known.may_identify(middleware.name);
    let Some(function) = middleware.function else {
        return by_name;
    };
    let summary = analyzer.summary(function);
    summary.may.has(Facts::IDENTITY)
        || summary.identity.is_some()
        || summary.credential.is_some()
        || (by_name && summary.opaque.is_some())
}
