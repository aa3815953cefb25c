//! Tokens of macros that nobody expands here: what can still be read of them.

use proc_macro2::{TokenStream, TokenTree};

use super::facts::{Expr, Kind};
use super::{span, types};

/// Methods that register routes.
const METHODS: [&str; 5] = ["nest", "nest_service", "route", "route_service", "routes"];

/// Whether tokens may register a route: `Router::`, `.route(`, `routes!`, `engine_route`. A field of a log line may well be
/// called `route`.
pub(super) fn may_route(tokens: &TokenStream) -> bool {
    let mut tokens = tokens.clone().into_iter().peekable();
    let mut after_dot = false;
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Group(group) if may_route(&group.stream()) => return true,
            TokenTree::Ident(word) => {
                let next = tokens.peek();
                let is_mark = |mark| matches!(next, Some(TokenTree::Punct(punct)) if punct.as_char() == mark);
                let is_call = matches!(next, Some(TokenTree::Group(_)));
                if word == "engine_route"
                    || (word == "Router" && is_mark(':'))
                    || (word == "routes" && is_mark('!'))
                    || (after_dot && is_call && METHODS.iter().any(|known| word == known))
                {
                    return true;
                }
            }
            _ => {}
        }
        after_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
    }
    false
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
