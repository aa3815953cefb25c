//! What a pattern binds and asks for.

use super::facts::Pattern;
use super::types::word;

/// A pattern.
pub(super) fn lower(pattern: &syn::Pat) -> Pattern {
    let mut heads = Vec::new();
    ask(pattern, &mut heads);
    Pattern {
        names: names(pattern),
        heads,
    }
}

/// The outermost constructors that a value may have.
fn ask(pattern: &syn::Pat, heads: &mut Vec<String>) {
    let mut last = |path: &syn::Path| heads.extend(path.segments.last().map(|segment| word(&segment.ident)));
    match pattern {
        syn::Pat::TupleStruct(inner) => last(&inner.path),
        syn::Pat::Struct(inner) => last(&inner.path),
        syn::Pat::Path(inner) => last(&inner.path),
        syn::Pat::Ident(inner) => match &inner.subpat {
            Some((_, below)) => ask(below, heads),
            // `None` looks like a variable.
            None if word(&inner.ident).starts_with(char::is_uppercase) => heads.push(word(&inner.ident)),
            None => heads.push("_".to_owned()),
        },
        syn::Pat::Lit(inner) => match &inner.lit {
            syn::Lit::Bool(value) => heads.push(value.value.to_string()),
            _ => heads.push(String::new()),
        },
        syn::Pat::Or(inner) => inner.cases.iter().for_each(|case| ask(case, heads)),
        syn::Pat::Paren(inner) => ask(&inner.pat, heads),
        syn::Pat::Reference(inner) => ask(&inner.pat, heads),
        syn::Pat::Type(inner) => ask(&inner.pat, heads),
        syn::Pat::Guard(inner) => ask(&inner.pat, heads),
        syn::Pat::Wild(_) => heads.push("_".to_owned()),
        _ => heads.push(String::new()),
    }
}

/// The names in order. A constant in a pattern looks like a name and is one more.
pub(super) fn names(pattern: &syn::Pat) -> Vec<String> {
    let mut found = Vec::new();
    collect(pattern, &mut found);
    found
}

fn collect(pattern: &syn::Pat, found: &mut Vec<String>) {
    match pattern {
        syn::Pat::Ident(inner) => {
            found.push(word(&inner.ident));
            if let Some((_, below)) = &inner.subpat {
                collect(below, found);
            }
        }
        syn::Pat::Or(inner) => inner.cases.iter().for_each(|case| collect(case, found)),
        syn::Pat::Paren(inner) => collect(&inner.pat, found),
        syn::Pat::Reference(inner) => collect(&inner.pat, found),
        syn::Pat::Slice(inner) => inner.elems.iter().for_each(|elem| collect(elem, found)),
        syn::Pat::Struct(inner) => inner.fields.iter().for_each(|field| collect(&field.pat, found)),
        syn::Pat::Tuple(inner) => inner.elems.iter().for_each(|elem| collect(elem, found)),
        syn::Pat::TupleStruct(inner) => inner.elems.iter().for_each(|elem| collect(elem, found)),
        syn::Pat::Type(inner) => collect(&inner.pat, found),
        syn::Pat::Guard(inner) => collect(&inner.pat, found),
        // It holds the place of one element.
        syn::Pat::Wild(_) => found.push("_".to_owned()),
        _ => {}
    }
}
