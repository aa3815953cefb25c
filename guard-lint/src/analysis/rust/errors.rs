//! The errors that a handler answers with, by its types and by what it makes.

use super::View;
use crate::analysis::summary::{Exit, Status};
use crate::analysis::value::Shape;
use crate::model::rust::{At, Def};
use crate::model::{FnId, Place};
use crate::source::facts::Span;
use crate::source::rust::facts::{Block, Expr, Function, Kind, Stmt, Type, each_in};

/// How many aliases one type goes through.
const HOPS: u32 = 8;

impl<'s> View<'_, '_, 's> {
    /// The errors that can leave a handler.
    pub(super) fn errors(&self, handler: FnId) -> Vec<Exit> {
        let (Some(facts), Some(at)) = (self.program.function(handler), self.program.module_of(handler)) else {
            return Vec::new();
        };
        let mut exits = Vec::new();
        let failure = facts
            .returns
            .as_ref()
            .and_then(|returns| self.failure(at, returns, HOPS));
        if let Some((module, error)) = &failure {
            let (shape, class) = self.shape(*module, error);
            for (span, status) in failing(facts) {
                exits.push(self.site(handler, span, shape, &class, status));
            }
            if exits.is_empty() {
                exits.push(self.site(handler, error.span, shape, &class, None));
            }
        }
        let mut answered = Vec::new();
        answers(&facts.body, &mut answered);
        for (span, status) in answered {
            exits.push(self.site(handler, span, Shape::Text, "axum.StatusCode", Some(status)));
        }
        exits
    }

    fn site(&self, handler: FnId, span: Span, shape: Shape, class: &str, status: Option<u16>) -> Exit {
        let place = Place {
            module: self.program.model.function(handler).module,
            span,
        };
        let mut exit = self.exit(handler, place, shape, class);
        exit.status = status.map_or(Status::Unknown, Status::Known);
        exit
    }

    /// The error type of what a handler returns, with the module that names it; through aliases and futures.
    fn failure(&self, at: At, returns: &Type, hops: u32) -> Option<(At, Type)> {
        let hops = hops.checked_sub(1)?;
        if returns.last() == "Future" || returns.last() == "Pin" || returns.last() == "Box" {
            return self.failure(at, returns.arguments.first()?, hops);
        }
        if let ("Result", [_, error]) = (returns.last(), returns.arguments.as_slice()) {
            return Some((at, error.clone()));
        }
        match self.program.resolve(at, &returns.path) {
            Def::Type(module, ty) => {
                let alias = ty.alias.as_ref()?;
                // `type Answer<T, E = ErrorEnvelope> = Result<T, E>` leaves the parameter in place.
                let (found, error) = self.failure(module, alias, hops)?;
                match (error.path.as_slice(), returns.arguments.as_slice()) {
                    ([name], [_, given]) if name.len() == 1 => Some((at, given.clone())),
                    _ => Some((found, error)),
                }
            }
            _ => None,
        }
    }

    /// What an error type becomes, and its name.
    fn shape(&self, at: At, error: &Type) -> (Shape, String) {
        let def = self.program.type_def(at, error);
        let known = &self.analyzer.known;
        match &def {
            Def::External(path) => {
                let name = path.last().map_or("", String::as_str);
                let of_guard = path.len() == 1 || path[0] == "guard";
                if of_guard && (name == "EngineError" || known.is_external_envelope(name)) {
                    (Shape::Envelope, format!("guard.{name}"))
                } else {
                    (Shape::Text, path.join("."))
                }
            }
            Def::Type(_, own) => {
                let answers = self.program.method_of(&def, "into_response");
                let guards_own = answers.is_some_and(|answers| self.program.is_of_registry(answers));
                if guards_own && (own.name == "EngineError" || known.is_external_envelope(&own.name)) {
                    return (Shape::Envelope, format!("guard.{}", own.name));
                }
                let shape = match answers {
                    Some(answers) if self.makes_envelope(answers, HOPS) => Shape::Envelope,
                    // Named as the envelope, and not it.
                    _ if known.is_external_envelope(&own.name) => Shape::Foreign,
                    _ => Shape::Text,
                };
                (shape, own.name.clone())
            }
            _ => (Shape::Text, error.last().to_owned()),
        }
    }

    /// Whether a body answers with the registry's envelope, itself or through what it calls.
    fn makes_envelope(&self, function: FnId, hops: u32) -> bool {
        let (Some(hops), Some(facts)) = (hops.checked_sub(1), self.program.function(function)) else {
            return false;
        };
        let mut found = false;
        each_in(&facts.body, &mut |part| {
            let Kind::Path(path) = &part.kind else { return };
            found |= match self.program.value_in(function, path) {
                Def::External(full) => {
                    let named = full
                        .iter()
                        .any(|name| name == "EngineError" || self.analyzer.known.is_external_envelope(name));
                    named && (full[0] == "guard" || full.len() <= 2)
                }
                Def::Function(id) => id != function && self.makes_envelope(id, hops.min(3)),
                _ => false,
            };
        });
        found
    }
}

/// The places of a body where its error type arises, with the status where that is literal.
fn failing(facts: &Function) -> Vec<(Span, Option<u16>)> {
    let mut found = Vec::new();
    each_in(&facts.body, &mut |part| match &part.kind {
        Kind::Try(inner) => found.push((part.span, status_in(inner))),
        Kind::Call(head, arguments)
            if head
                .as_path()
                .is_some_and(|path| path.last().is_some_and(|name| name == "Err")) =>
        {
            found.push((part.span, arguments.iter().find_map(status_in)));
        }
        _ => {}
    });
    found
}

/// Errors that a body answers with as plain responses: `(StatusCode::NOT_FOUND, "...")`, `StatusCode::CONFLICT`.
fn answers(block: &Block, found: &mut Vec<(Span, u16)>) {
    let ends = block.iter().enumerate();
    for (index, statement) in ends {
        match statement {
            Stmt::Expr(value, dropped) => answered(value, !dropped && index + 1 == block.len(), found),
            Stmt::Let(_, Some(value), otherwise) => {
                answered(value, false, found);
                if let Some(otherwise) = otherwise {
                    answered(otherwise, false, found);
                }
            }
            Stmt::Let(_, None, _) => {}
        }
    }
}

/// `is_last` where the value is the body's own.
fn answered(expr: &Expr, is_last: bool, found: &mut Vec<(Span, u16)>) {
    match &expr.kind {
        Kind::Return(Some(value)) => answered(value, true, found),
        Kind::Block(block) | Kind::Async(block) if is_last => answers(block, found),
        Kind::If(_, then, otherwise) => {
            answers_of(then, is_last, found);
            if let Some(otherwise) = otherwise {
                answered(otherwise, is_last, found);
            }
        }
        Kind::Match(_, arms) => arms.iter().for_each(|(_, _, arm)| answered(arm, is_last, found)),
        Kind::Loop(_, _, body) => answers_of(body, false, found),
        Kind::Tuple(values) if is_last => {
            if let Some(status) = values.first().and_then(literal) {
                found.push((expr.span, status));
            }
        }
        Kind::Method(receiver, name, _) if is_last && name == "into_response" => answered(receiver, true, found),
        Kind::Call(head, arguments) if is_last => {
            let name = head.as_path().and_then(|path| path.last()).map_or("", String::as_str);
            if name == "Ok" {
                arguments.iter().for_each(|value| answered(value, true, found));
            }
        }
        Kind::Path(_) if is_last => {
            if let Some(status) = literal(expr) {
                found.push((expr.span, status));
            }
        }
        _ => {}
    }
}

fn answers_of(block: &Block, is_last: bool, found: &mut Vec<(Span, u16)>) {
    for (index, statement) in block.iter().enumerate() {
        if let Stmt::Expr(value, dropped) = statement {
            answered(value, is_last && !dropped && index + 1 == block.len(), found);
        }
    }
}

/// The first literal error status in an expression.
fn status_in(expr: &Expr) -> Option<u16> {
    let mut found = None;
    expr.each(&mut |part| found = found.or(literal(part)));
    found
}

/// The status that a path names, where it is an error's.
pub(super) fn literal(expr: &Expr) -> Option<u16> {
    let [.., ty, name] = expr.as_path()? else { return None };
    if ty != "StatusCode" {
        return None;
    }
    let status = match name.as_str() {
        "BAD_REQUEST" => 400,
        "UNAUTHORIZED" => 401,
        "PAYMENT_REQUIRED" => 402,
        "FORBIDDEN" => 403,
        "NOT_FOUND" => 404,
        "METHOD_NOT_ALLOWED" => 405,
        "NOT_ACCEPTABLE" => 406,
        "REQUEST_TIMEOUT" => 408,
        "CONFLICT" => 409,
        "GONE" => 410,
        "LENGTH_REQUIRED" => 411,
        "PRECONDITION_FAILED" => 412,
        "PAYLOAD_TOO_LARGE" => 413,
        "UNSUPPORTED_MEDIA_TYPE" => 415,
        "RANGE_NOT_SATISFIABLE" => 416,
        "EXPECTATION_FAILED" => 417,
        "IM_A_TEAPOT" => 418,
        "MISDIRECTED_REQUEST" => 421,
        "UNPROCESSABLE_ENTITY" => 422,
        "LOCKED" => 423,
        "FAILED_DEPENDENCY" => 424,
        "TOO_EARLY" => 425,
        "UPGRADE_REQUIRED" => 426,
        "PRECONDITION_REQUIRED" => 428,
        "TOO_MANY_REQUESTS" => 429,
        "REQUEST_HEADER_FIELDS_TOO_LARGE" => 431,
        "UNAVAILABLE_FOR_LEGAL_REASONS" => 451,
        "INTERNAL_SERVER_ERROR" => 500,
        "NOT_IMPLEMENTED" => 501,
        "BAD_GATEWAY" => 502,
        "SERVICE_UNAVAILABLE" => 503,
        "GATEWAY_TIMEOUT" => 504,
        "HTTP_VERSION_NOT_SUPPORTED" => 505,
        "INSUFFICIENT_STORAGE" => 507,
        "LOOP_DETECTED" => 508,
        _ => return None,
    };
    Some(status)
}
