//! What the applications' exception handlers make of an endpoint's errors.

use crate::analysis::summary::{Exit, ExitKind, Owner};
use crate::analysis::value::Shape;
use crate::analysis::{Analyzer, answer};
use crate::model::Model;
use crate::model::classes::{Base, Relation};
use crate::model::routes::{ExceptionHandler, Router, RouterId, Routes};
use crate::report::model::WireVerdict;

use super::endpoint::counts;

/// What leaves the wire for these errors, over every application that serves the router.
pub fn wire<'e>(
    analyzer: &Analyzer<'_>,
    routes: &Routes<'_>,
    router: RouterId,
    exits: impl Iterator<Item = &'e Exit> + Clone,
) -> WireVerdict {
    let mountings = &routes.mountings[router.0 as usize];
    if mountings.is_empty() {
        return WireVerdict::Unknown;
    }
    // A route class that catches errors answers before any handler of the application; what, only running tells.
    if routes.router(router).catches {
        return WireVerdict::Unknown;
    }
    let mut unknown = false;
    for mounting in mountings {
        let app = routes.router(mounting.app);
        let mut raised = false;
        // Errors that are alike leave alike: each kind of them is asked about once.
        let mut asked = Vec::new();
        for exit in exits.clone().filter(|exit| exit.owner == Owner::Endpoint) {
            let kind = (exit.kind, exit.class, exit.shape);
            if asked.contains(&kind) {
                continue;
            }
            asked.push(kind);
            if !counts(exit) && !is_answered(analyzer, app, exit) {
                continue;
            }
            raised = true;
            match leaves(analyzer, app, exit) {
                WireVerdict::Enveloped => {}
                WireVerdict::Bare => return WireVerdict::Bare,
                WireVerdict::Unknown => unknown = true,
            }
        }
        // An endpoint that raises nothing still answers with the framework's own errors.
        if !raised {
            match framework(analyzer, app) {
                WireVerdict::Enveloped => {}
                WireVerdict::Bare => return WireVerdict::Bare,
                WireVerdict::Unknown => unknown = true,
            }
        }
    }
    if unknown {
        WireVerdict::Unknown
    } else {
        WireVerdict::Enveloped
    }
}

/// Whether an error of the program's own that is no HTTP error has a handler of the application all the same.
fn is_answered(analyzer: &Analyzer<'_>, app: &Router<'_>, exit: &Exit) -> bool {
    matches!(exit.class, Base::Local(_)) && handled(analyzer, app, exit.class, exit.shape) != WireVerdict::Bare
}

fn leaves(analyzer: &Analyzer<'_>, app: &Router<'_>, exit: &Exit) -> WireVerdict {
    if matches!(exit.kind, ExitKind::Sent | ExitKind::Socket) {
        return match exit.shape {
            Shape::Canonical | Shape::Envelope => WireVerdict::Enveloped,
            _ => WireVerdict::Bare,
        };
    }
    handled(analyzer, app, exit.class, exit.shape)
}

/// What the application's handler for this class answers with, where the error has such a detail; the framework's own answer is bare, an enveloped detail
/// included: it is sent as `{"detail": …}`.
fn handled(analyzer: &Analyzer<'_>, app: &Router<'_>, class: Base, detail: Shape) -> WireVerdict {
    let model = analyzer.model();
    match nearest(model, app, class) {
        None if app.handlers.iter().any(|handler| is_open(model, handler)) => WireVerdict::Unknown,
        None => WireVerdict::Bare,
        Some(handler) => envelopes(analyzer, handler, class, detail),
    }
}

/// The application's handler for errors of this class. The nearest class wins; of two for the same class, the later
/// registration.
fn nearest<'h>(model: &Model<'_>, app: &'h Router<'_>, class: Base) -> Option<&'h ExceptionHandler> {
    let http = Base::External(model.literal("starlette.exceptions.HTTPException"));
    let is_http = model.is_subclass(class, http) == Relation::Yes;
    let fits = |handler: &&ExceptionHandler| {
        handler.class.is_some_and(|caught| {
            // The framework answers its own errors before a handler for every exception sees them.
            !(is_http && is_catch_all(model, caught)) && model.is_subclass(class, caught) == Relation::Yes
        })
    };
    app.handlers.iter().filter(fits).reduce(|best, next| {
        let closer = match (best.class, next.class) {
            (Some(best), Some(next)) => model.is_subclass(next, best) == Relation::Yes,
            _ => false,
        };
        if closer { next } else { best }
    })
}

fn is_catch_all(model: &Model<'_>, caught: Base) -> bool {
    matches!(caught, Base::External(name) if matches!(model.text(name), "Exception" | "BaseException"))
}

/// Whether every application that serves the router has a handler of its own for errors of this class, whatever it answers
/// with: one for every exception is none of its own.
pub fn has_handler(model: &Model<'_>, routes: &Routes<'_>, router: RouterId, class: Base) -> bool {
    let mountings = &routes.mountings[router.0 as usize];
    let own = |app| {
        nearest(model, routes.router(app), class)
            .and_then(|handler| handler.class)
            .is_some_and(|caught| !is_catch_all(model, caught))
    };
    !mountings.is_empty() && mountings.iter().all(|mounting| own(mounting.app))
}

/// `for error, handler in table.items(): app.add_exception_handler(error, handler)`: a variable, not a class.
fn is_open(model: &Model<'_>, handler: &ExceptionHandler) -> bool {
    matches!(handler.class, Some(Base::External(name)) if model.text(name).starts_with(char::is_lowercase)
        && !model.text(name).contains('.'))
}

/// Whether errors of this class may be answered before they become a 500: by the framework, or by every application that
/// serves the router.
pub fn handles(analyzer: &Analyzer<'_>, routes: &Routes<'_>, router: RouterId, class: Base) -> bool {
    let mountings = &routes.mountings[router.0 as usize];
    // The framework itself answers a request that does not validate, whoever says so: a 422.
    let invalid = Base::External(analyzer.model().intern("fastapi.exceptions.RequestValidationError"));
    if analyzer.model().is_subclass(class, invalid) == Relation::Yes {
        return true;
    }
    let may = |app| handled(analyzer, routes.router(app), class, Shape::Unknown) != WireVerdict::Bare;
    !mountings.is_empty() && mountings.iter().all(|mounting| may(mounting.app))
}

/// Whether a handler answers with the envelope.
fn envelopes(analyzer: &Analyzer<'_>, handler: &ExceptionHandler, class: Base, detail: Shape) -> WireVerdict {
    let Some(function) = handler.function else {
        return WireVerdict::Unknown;
    };
    let body = match detail {
        // What holds whatever was raised is known already.
        Shape::Unknown => analyzer.summary(function).returns.shape,
        detail => answer(analyzer, function, class, detail),
    };
    match body {
        Shape::Canonical => WireVerdict::Enveloped,
        Shape::Unknown | Shape::Param(_) => WireVerdict::Unknown,
        _ => WireVerdict::Bare,
    }
}

/// What the framework's own errors become: its 404 and 405, and a request that does not validate.
fn framework(analyzer: &Analyzer<'_>, app: &Router<'_>) -> WireVerdict {
    let model = analyzer.model();
    let errors = [
        ("fastapi.HTTPException", Shape::Text),
        ("fastapi.RequestValidationError", Shape::Unknown),
    ];
    let mut verdict = WireVerdict::Enveloped;
    for (class, detail) in errors {
        match handled(analyzer, app, Base::External(model.intern(class)), detail) {
            WireVerdict::Enveloped => {}
            WireVerdict::Bare => return WireVerdict::Bare,
            WireVerdict::Unknown => verdict = WireVerdict::Unknown,
        }
    }
    verdict
}
