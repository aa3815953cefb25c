//! Tokens of macros that nobody expands here: what can still be read of them.

use proc_macro2::{TokenStream, TokenTree};

use super::facts::{Expr, Kind};
use super::{span, types};

/// Words that a macro has which may register routes.
const WORDS: [&str; 6] = ["Router", "engine_route", "nest", "route", "route_service", "routes"];

/// Whether tokens may register a route.
pub(super) fn may_route(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => WORDS.iter().any(|known| word == known),
        TokenTree::Group(group) => may_route(&group.stream()),
        _ => false,
    })
}

/// `routes![crate = path; a::b, #[cfg(x)] c::<T>]`: the handlers' paths. Conditions are left out: what is there under one
/// of them is there.
pub(super) fn handlers(tokens: &TokenStream) -> Vec<Expr> {
    let mut found: Vec<Expr> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut place = crate::source::facts::Span::default();
    let mut generics = 0_i32;
    let mut close = |path: &mut Vec<String>, place| {
        if !path.is_empty() {
            found.push(Expr {
                kind: Kind::Path(std::mem::take(path)),
                span: place,
            });
        }
    };
    for token in tokens.clone() {
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => generics += 1,
                '>' => generics -= 1,
                ',' if generics <= 0 => close(&mut path, place),
                // What stood before was the path of the crate.
                ';' => path.clear(),
                _ => {}
            },
            TokenTree::Ident(word) if generics <= 0 => {
                let here = span(word.span());
                if path.is_empty() {
                    place = here;
                }
                place.end = here.end;
                path.push(types::word(&word));
            }
            _ => {}
        }
    }
    close(&mut path, place);
    found
}

/// The string literals in tokens: of `json!({"error": ...})` they are all that is kept.
pub(super) fn texts(tokens: &TokenStream, found: &mut Vec<Expr>) {
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => texts(&group.stream(), found),
            TokenTree::Literal(literal) => {
                let place = span(literal.span());
                if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                    found.push(Expr {
                        kind: Kind::Text(text.value()),
                        span: place,
                    });
                }
            }
            _ => {}
        }
    }
}
