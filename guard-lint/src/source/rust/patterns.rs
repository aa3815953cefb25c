//! The names that a pattern binds.

use super::types::word;

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
