//! Types and paths.

use super::facts::Type;
use super::span;
use crate::source::facts::Span;

/// A path without its generics.
pub(super) fn path(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| word(&segment.ident)).collect()
}

/// The name, without `r#`.
pub(super) fn word(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// The place of a path.
pub(super) fn path_span(path: &syn::Path) -> Span {
    let first = path.segments.first().map(|segment| span(segment.ident.span()));
    let last = path.segments.last().map(|segment| span(segment.ident.span()));
    match (first, last) {
        (Some(first), Some(last)) => Span {
            start: first.start,
            end: last.end,
        },
        _ => Span::default(),
    }
}

/// A type.
pub(super) fn lower(ty: &syn::Type) -> Type {
    match ty {
        syn::Type::Path(inner) => of_path(&inner.path),
        syn::Type::Reference(inner) => lower(&inner.elem),
        syn::Type::Group(inner) => lower(&inner.elem),
        syn::Type::Paren(inner) => lower(&inner.elem),
        syn::Type::Array(inner) => plain("[]", vec![lower(&inner.elem)], span(inner.bracket_token.span.open())),
        syn::Type::Slice(inner) => plain("[]", vec![lower(&inner.elem)], span(inner.bracket_token.span.open())),
        syn::Type::Tuple(inner) => plain(
            "()",
            inner.elems.iter().map(lower).collect(),
            span(inner.paren_token.span.open()),
        ),
        syn::Type::ImplTrait(inner) => bounds(&inner.bounds),
        syn::Type::TraitObject(inner) => bounds(&inner.bounds),
        syn::Type::Never(inner) => plain("!", Vec::new(), span(inner.bang_token.spans[0])),
        _ => plain("_", Vec::new(), Span::default()),
    }
}

fn plain(name: &str, arguments: Vec<Type>, span: Span) -> Type {
    Type {
        path: vec![name.to_owned()],
        arguments,
        is_bound: false,
        span,
    }
}

fn bounds<P>(bounds: &syn::punctuated::Punctuated<syn::TypeParamBound, P>) -> Type {
    let first = bounds.iter().find_map(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => Some(of_path(&bound.path)),
        _ => None,
    });
    let mut bound = first.unwrap_or_else(|| plain("_", Vec::new(), Span::default()));
    bound.is_bound = true;
    bound
}

/// A path with the generics of its last segment. Of `impl Future<Output = T>` the arguments are `T`.
pub(super) fn of_path(inner: &syn::Path) -> Type {
    let last = inner.segments.last().map(|segment| &segment.arguments);
    let arguments = match last {
        Some(syn::PathArguments::AngleBracketed(generics)) => {
            let of = |argument: &syn::GenericArgument| match argument {
                syn::GenericArgument::Type(ty) => Some(lower(ty)),
                syn::GenericArgument::AssocType(assoc) => Some(lower(&assoc.ty)),
                _ => None,
            };
            generics.args.iter().filter_map(of).collect()
        }
        _ => Vec::new(),
    };
    Type {
        path: path(inner),
        arguments,
        is_bound: false,
        span: path_span(inner),
    }
}
