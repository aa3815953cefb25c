//! GL206: handler-wrong-class

use super::{Sink, declare_rule};
use crate::model::classes::{Base, Relation};
use crate::verdict::judge::Judged;

declare_rule! {
    /// An exception handler registered for FastAPI's `HTTPException` alone.
    ///
    /// The router's own 404 and 405 are raised as Starlette's `HTTPException`, the base class: a handler for the subclass never
    /// sees them, and they leave as `{"detail": "Not Found"}`.
    HandlerWrongClass {
        code: "GL206",
        name: "handler-wrong-class",
        severity: Warning,
        confidence: High,
        help: "register the handler for starlette.exceptions.HTTPException, of which the FastAPI class is a subclass",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let model = program.model;
    let fastapi = Base::External(model.literal("fastapi.HTTPException"));
    let starlette = Base::External(model.literal("starlette.exceptions.HTTPException"));
    for router in program.routes.routers.iter().filter(|router| router.is_app) {
        let catches = |wanted: Base| {
            router.handlers.iter().find(|handler| {
                handler.class.is_some_and(|class| {
                    model.is_subclass(wanted, class) == Relation::Yes
                        && model.is_subclass(class, starlette) == Relation::Yes
                })
            })
        };
        if let (Some(handler), None) = (catches(fastapi), catches(starlette)) {
            let app = format!(
                "{}:{}",
                model.dotted[router.module.0 as usize],
                model.text(router.variable)
            );
            let message = format!("the handler of `{app}` does not see the framework's own 404 and 405");
            sink.place(handler.place, &app, "", message);
        }
    }
}
