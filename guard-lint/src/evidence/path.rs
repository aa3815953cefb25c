//! Request paths: what a test writes, and whether it is an endpoint's.

use crate::source::facts::{Expr, Names};

/// The segments of a path that an expression spells; what is computed stands for any one segment. Nothing where the
/// expression is no path.
pub(super) fn written(
    expr: &Expr,
    names: &Names,
    lookup: &dyn Fn(&Expr) -> Option<String>,
) -> Option<Vec<Option<String>>> {
    let mut text = String::new();
    spell(expr, names, lookup, &mut text);
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map(|(_, path)| path)?,
        None => text.strip_prefix('/')?,
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    Some(path.split('/').filter(|part| !part.is_empty()).map(segment).collect())
}

/// Stands for what is computed.
const HOLE: char = '\u{0}';

fn segment(part: &str) -> Option<String> {
    (!part.contains([HOLE, '{'])).then(|| part.to_owned())
}

fn spell(expr: &Expr, names: &Names, lookup: &dyn Fn(&Expr) -> Option<String>, text: &mut String) {
    match expr {
        Expr::Str(part, _) => text.push_str(names.resolve(*part)),
        Expr::Text(parts) => parts.iter().for_each(|part| spell(part, names, lookup, text)),
        Expr::Add(pair) => {
            spell(&pair.0, names, lookup, text);
            spell(&pair.1, names, lookup, text);
        }
        other => match lookup(other) {
            Some(value) => text.push_str(&value),
            None => text.push(HOLE),
        },
    }
}

/// The segments of an endpoint's path.
pub(super) fn declared(path: &str) -> Vec<Option<String>> {
    path.split('/').filter(|part| !part.is_empty()).map(segment).collect()
}

/// Whether a request's path is an endpoint's: fixed segments must be the same, and one at least must be fixed in both.
pub(super) fn fits(written: &[Option<String>], declared: &[Option<String>]) -> bool {
    let open_end = declared.last().is_some_and(Option::is_none) && written.len() > declared.len();
    (written.len() == declared.len() || (open_end && declared.len() > 1))
        && written.iter().zip(declared).all(|(left, right)| match (left, right) {
            (Some(left), Some(right)) => left == right,
            _ => true,
        })
        && written
            .iter()
            .zip(declared)
            .any(|(left, right)| left.is_some() && right.is_some())
}

#[cfg(test)]
mod tests {
    use super::{declared, fits};

    #[test]
    fn parameters_fit_any_segment() {
        let fit = |written: &str, wanted: &str| fits(&declared(written), &declared(wanted));
        assert!(fit("/canvas/c1/artifacts", "/canvas/{id}/artifacts"));
        assert!(fit("/canvas/{x}/artifacts", "/canvas/{id}/artifacts"));
        assert!(!fit("/canvas/c1", "/canvas/{id}/artifacts"));
        assert!(!fit("/other/c1/artifacts", "/canvas/{id}/artifacts"));
        assert!(!fit("/{a}/{b}", "/{id}/{name}"));
    }
}
