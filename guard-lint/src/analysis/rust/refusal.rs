//! Which values refuse a request, as they are written.

use super::errors::literal;
use super::flow::Walk;
use crate::model::rust::Def;
use crate::source::rust::facts::{Block, Expr, Kind, Stmt};
use crate::vocabulary::words;

/// How many calls away a refusal may be made.
const HOPS: u32 = 3;

/// Whether a value is a refusal: an `Err`, an error status, an envelope, or what a function makes that returns one.
pub(super) fn is_refusal(walk: &Walk<'_, '_, '_, '_>, value: &Expr) -> bool {
    refuses(walk, walk.function(), value, HOPS)
}

/// Whether what stands in a branch ends in a refusal, or never ends.
pub(super) fn ends_so(walk: &Walk<'_, '_, '_, '_>, branch: &Expr) -> bool {
    match &branch.kind {
        Kind::Block(block) => block_ends_so(walk, block),
        Kind::Return(Some(value)) => is_refusal(walk, value),
        Kind::Macro(name, _) => name.last().is_some_and(|name| never_returns(name)),
        Kind::If(_, then, Some(otherwise)) => block_ends_so(walk, then) && ends_so(walk, otherwise),
        _ => is_refusal(walk, branch),
    }
}

/// Whether a block ends in a refusal.
pub(super) fn block_ends_so(walk: &Walk<'_, '_, '_, '_>, block: &Block) -> bool {
    match block.last() {
        Some(Stmt::Expr(value, _)) => ends_so(walk, value),
        _ => false,
    }
}

/// Whether a macro's call is the end of its path.
pub(super) fn never_returns(name: &str) -> bool {
    matches!(name, "panic" | "unreachable" | "bail" | "todo" | "unimplemented")
}

/// Whether a name says that what bears it is good where it is true.
pub(super) fn is_affirming(name: &str) -> bool {
    let affirms = |word: String| {
        matches!(
            word.as_str(),
            "ok" | "some"
                | "valid"
                | "allow"
                | "allowed"
                | "allows"
                | "granted"
                | "permitted"
                | "authorized"
                | "passed"
        )
    };
    words(name).any(affirms) && !words(name).any(|word| word == "not" || word == "un")
}

fn refuses(walk: &Walk<'_, '_, '_, '_>, function: crate::model::FnId, value: &Expr, hops: u32) -> bool {
    let Some(hops) = hops.checked_sub(1) else { return false };
    let inner = |value: &Expr| refuses(walk, function, value, hops + 1);
    match &value.kind {
        Kind::Call(head, arguments) => {
            let Some(path) = head.as_path() else { return false };
            let name = path.last().map_or("", String::as_str);
            match name {
                "Err" => true,
                "Ok" | "Some" => arguments.iter().any(inner),
                _ if is_error_path(walk, path) => true,
                _ => match walk.view.program.value_in(function, path) {
                    Def::Function(id) if id != function => made_of_refusals(walk, id, hops),
                    _ => arguments.iter().any(inner),
                },
            }
        }
        // `.body(…)`, `.into_response()`: what it is made of says what it is.
        Kind::Method(receiver, _, arguments) => {
            receiver.as_path().is_none_or(|path| path.len() != 1) && inner(receiver)
                || arguments.iter().any(|argument| literal(argument).is_some())
        }
        Kind::Await(base) | Kind::Reference(base) | Kind::Try(base) => inner(base),
        Kind::Tuple(all) => all.first().is_some_and(inner),
        Kind::Path(path) => {
            literal(value).is_some()
                || path.len() > 1 && is_error_path(walk, path)
                || path.ends_with(&["None".to_owned()])
        }
        Kind::Struct(path, _) => is_error_path(walk, path),
        Kind::Bool(value) => !value,
        Kind::Macro(name, _) => name.last().is_some_and(|name| never_returns(name)),
        _ => false,
    }
}

/// `ErrorEnvelope::builder`, `AppError::Unauthorized`.
fn is_error_path(walk: &Walk<'_, '_, '_, '_>, path: &[String]) -> bool {
    let known = &walk.view.analyzer.known;
    let is_error = |name: &String| {
        name == "EngineError"
            || known.is_external_envelope(name)
            || name.starts_with(char::is_uppercase)
                && words(name).any(|word| matches!(word.as_str(), "error" | "unauthorized" | "forbidden" | "rejection"))
    };
    path.iter().any(is_error)
}

/// Whether all that a function of the program returns are refusals.
fn made_of_refusals(walk: &Walk<'_, '_, '_, '_>, id: crate::model::FnId, hops: u32) -> bool {
    let Some(facts) = walk.view.program.function(id) else {
        return false;
    };
    match facts.body.as_slice() {
        [.., Stmt::Expr(last, false)] => refuses(walk, id, last, hops),
        _ => false,
    }
}
