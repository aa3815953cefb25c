//! Conditions on the path of the request, decided by the path of the endpoint.
//!
//! A middleware that lets `/health` through is no hole for any other route.

use super::flow::Walk;
use crate::model::rust::Def;
use crate::source::rust::facts::{Expr, Kind, Operator};

/// Whether a condition on the request's path holds for this endpoint; none where it is about something else, or where both
/// may be.
pub(super) fn decided(walk: &Walk<'_, '_, '_, '_>, test: &Expr, path: &str) -> Option<bool> {
    match &test.kind {
        Kind::Binary(operator @ (Operator::Equal | Operator::Unequal), left, right) => {
            let text = one_is_path(left, right)?;
            let texts = texts(walk, text)?;
            let same = any(texts.iter().map(|text| equals(path, text)));
            if *operator == Operator::Equal {
                same
            } else {
                same.map(|same| !same)
            }
        }
        Kind::Method(receiver, name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("starts_with", [start]) if is_path(receiver) => {
                any(texts(walk, start)?.iter().map(|start| begins(path, start)))
            }
            ("contains", [value]) if is_path(value) => {
                any(texts(walk, receiver)?.iter().map(|text| equals(path, text)))
            }
            ("eq", [text]) if is_path(receiver) => any(texts(walk, text)?.iter().map(|text| equals(path, text))),
            _ => None,
        },
        Kind::Macro(name, arguments) if name.last().is_some_and(|name| name == "matches") => {
            let (value, patterns) = arguments.split_first()?;
            if !is_path(value) {
                return None;
            }
            let all: Option<Vec<Vec<String>>> = patterns.iter().map(|pattern| texts(walk, pattern)).collect();
            any(all?.iter().flatten().map(|text| equals(path, text)))
        }
        _ => None,
    }
}

/// The side that is no path, where the other one is.
fn one_is_path<'e>(left: &'e Expr, right: &'e Expr) -> Option<&'e Expr> {
    match (is_path(left), is_path(right)) {
        (true, false) => Some(right),
        (false, true) => Some(left),
        _ => None,
    }
}

/// `request.uri().path()`, or a variable that is called so.
fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Reference(inner) => is_path(inner),
        Kind::Method(inner, name, arguments) => {
            arguments.is_empty()
                && (name == "path" || matches!(name.as_str(), "as_str" | "to_string" | "to_owned") && is_path(inner))
        }
        Kind::Path(path) => path.len() == 1 && path[0] == "path",
        _ => false,
    }
}

/// The texts that an expression is: a literal, several of them, or a constant.
fn texts(walk: &Walk<'_, '_, '_, '_>, expr: &Expr) -> Option<Vec<String>> {
    match &expr.kind {
        Kind::Text(text) => Some(vec![text.clone()]),
        Kind::Reference(inner) => texts(walk, inner),
        // `"/a" | "/b"`
        Kind::Array(all) | Kind::Other(all) => {
            let all: Option<Vec<Vec<String>>> = all.iter().map(|one| texts(walk, one)).collect();
            all.map(|all| all.into_iter().flatten().collect())
        }
        Kind::Path(path) => match walk.view.program.value_in(walk.function(), path) {
            Def::Constant(_, constant) => match &constant.value.kind {
                Kind::Path(_) => None,
                _ => texts(walk, &constant.value),
            },
            _ => None,
        },
        _ => None,
    }
}

/// Whether any holds, where that is sure.
fn any(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut sure = Some(false);
    for one in all {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => sure = None,
        }
    }
    sure
}

/// Whether the endpoint's path is this one. Inside a nested router only the end of the path is seen, and a parameter may be
/// anything.
fn equals(path: &str, text: &str) -> Option<bool> {
    if path == text {
        return Some(true);
    }
    let (have, asked) = (segments(path), segments(text));
    let fits = |(have, asked): (&&str, &&str)| have == asked || have.starts_with('{') || have.starts_with('?');
    let ends_so = asked.len() <= have.len() && have[have.len() - asked.len()..].iter().zip(&asked).all(fits);
    let is_open = path.contains("{*") || path.contains('?');
    if ends_so || is_open { None } else { Some(false) }
}

/// Whether the endpoint's path begins so, as a nested router may see it.
fn begins(path: &str, start: &str) -> Option<bool> {
    if path.starts_with(start) {
        return Some(true);
    }
    let below = |at: usize| path[at..].starts_with(start);
    let may = path.contains('{') || path.contains('?') || path.match_indices('/').any(|(at, _)| below(at));
    if may { None } else { Some(false) }
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}
