//! Starlette's tables: `Starlette(routes=[Route("/x", handler), Mount("/y", app)])`.

use super::collect::{function_of, methods};
use super::constant::{Scope, UNKNOWN};
use super::finder::Finder;
use super::path::join;
use super::{Include, Route, Router, Where};
use crate::model::classes::last_segment;
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::{FnId, Model, Place};
use crate::source::facts::{Call, Expr};

/// How deep tables inside tables are followed.
const DEPTH: u32 = 6;

/// Adds what the table in a constructor's call lists.
pub(super) fn fill<'s>(model: &Model<'s>, finder: &Finder<'_, 's>, router: &mut Router<'s>, call: &'s Call) {
    if let Some(list) = call.keyword(model.names, "routes") {
        let at = (router.module, router.function);
        rows(model, finder, router, at, list, "", DEPTH);
    }
}

fn rows<'s>(
    model: &Model<'s>,
    finder: &Finder<'_, 's>,
    router: &mut Router<'s>,
    at: Where,
    list: &'s Expr,
    prefix: &str,
    depth: u32,
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for (at, call) in finder.calls_in(at, list) {
        let Some(class) = class(model, at, call) else { continue };
        let path = call.argument(model.names, "path", 0);
        let path = path.map_or_else(|| UNKNOWN.to_owned(), |path| Scope::at(at).text(model, path));
        let path = join(prefix, &path);
        match class {
            "Route" | "APIRoute" | "WebSocketRoute" | "APIWebSocketRoute" => {
                let Some(endpoint) = call.argument(model.names, "endpoint", 1) else {
                    continue;
                };
                let websocket = class.contains("WebSocket");
                for (handler, methods) in handlers(model, at, endpoint, call, websocket) {
                    router.routes.push(Route {
                        handler,
                        methods,
                        path: path.clone(),
                        websocket,
                        status: None,
                        dependencies: super::arguments::dependencies(model, at, call),
                        place: Place {
                            module: at.0,
                            span: call.span,
                        },
                    });
                }
            }
            "Mount" => {
                if let Some(list) = call.keyword(model.names, "routes") {
                    rows(model, finder, router, at, list, &path, depth);
                }
                let app = call.argument(model.names, "app", 1);
                for child in app.map_or_else(Vec::new, |app| finder.routers(at, app)) {
                    let place = Place {
                        module: at.0,
                        span: call.span,
                    };
                    router.includes.push(Include {
                        child,
                        prefix: path.clone(),
                        dependencies: Vec::new(),
                        place,
                        mounted: true,
                    });
                }
            }
            _ => {}
        }
    }
}

/// The class of a row, by the last segment of its name.
fn class<'s>(model: &Model<'s>, at: Where, call: &'s Call) -> Option<&'s str> {
    model.infer(at.0, at.1, &call.func).all.iter().find_map(|ty| match ty {
        Ty::Entity(Entity::External(name)) => Some(last_segment(model.text(*name))),
        _ => None,
    })
}

/// The functions that answer: the endpoint itself, or the methods of an endpoint class that are named after verbs.
fn handlers<'s>(
    model: &Model<'s>,
    at: Where,
    endpoint: &'s Expr,
    call: &'s Call,
    websocket: bool,
) -> Vec<(FnId, Vec<String>)> {
    if let Some(function) = function_of(model, at, endpoint) {
        return vec![(
            function,
            if websocket {
                Vec::new()
            } else {
                methods(model, at, call)
            },
        )];
    }
    let class = model
        .infer(at.0, at.1, endpoint)
        .all
        .into_iter()
        .find_map(|ty| match ty {
            Ty::Entity(Entity::Class(class)) => Some(class),
            _ => None,
        });
    let Some(class) = class else { return Vec::new() };
    let answering: &[&str] = if websocket {
        &["on_receive"]
    } else {
        &["delete", "get", "head", "options", "patch", "post", "put"]
    };
    let found = answering.iter().filter_map(|name| {
        let method = model.method(class, model.intern(name))?;
        Some((
            method,
            if websocket {
                Vec::new()
            } else {
                vec![name.to_uppercase()]
            },
        ))
    });
    found.collect()
}
