//! Attributes: which of them say that an item is a test, and what `#[engine_route(...)]` states.

use proc_macro2::TokenTree;
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::facts::{Attribute, Value};
use super::types::{path, path_span, word};

/// Whether an item is there in tests only.
pub(super) fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let name = attribute.path().segments.last().map(|segment| word(&segment.ident));
        match name.as_deref() {
            Some("test" | "bench") => true,
            Some("cfg") => match &attribute.meta {
                syn::Meta::List(list) => asks_for_test(list.tokens.clone()),
                _ => false,
            },
            _ => false,
        }
    })
}

/// Whether a `cfg` holds in tests only, as far as plain forms tell: `test`, `all(test, ...)`.
fn asks_for_test(tokens: proc_macro2::TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(word)), None) => word == "test",
        (Some(TokenTree::Ident(word)), Some(TokenTree::Group(group))) if word == "all" => group
            .stream()
            .into_iter()
            .any(|token| matches!(token, TokenTree::Ident(word) if word == "test")),
        _ => false,
    }
}

/// The attributes with their `key = value` arguments; documentation is left out.
pub(super) fn lower(attributes: &[syn::Attribute]) -> Vec<Attribute> {
    let kept = attributes.iter().filter(|attribute| !attribute.path().is_ident("doc"));
    kept.map(|attribute| Attribute {
        path: path(attribute.path()),
        arguments: arguments(&attribute.meta),
        span: path_span(attribute.path()),
    })
    .collect()
}

/// `#[path = "..."]`, plain or in a `cfg_attr`.
pub(super) fn path_of_module(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match value(&pair.value) {
            Value::Text(text) => Some(text),
            _ => None,
        },
        _ => None,
    })
}

/// `#[typed_path("/users/{id}")]`, whatever stands behind the path.
pub(super) fn typed_path(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("typed_path") => match list.tokens.clone().into_iter().next() {
            Some(TokenTree::Literal(literal)) => match syn::Lit::new(literal) {
                syn::Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

fn arguments(meta: &syn::Meta) -> Vec<(String, Value)> {
    let syn::Meta::List(list) = meta else { return Vec::new() };
    let parse = |input: syn::parse::ParseStream<'_>| {
        let mut found = Vec::new();
        while !input.is_empty() {
            let key = input.call(<syn::Ident as syn::ext::IdentExt>::parse_any)?;
            if input.peek(syn::Token![=]) {
                input.parse::<syn::Token![=]>()?;
                found.push((word(&key), value(&input.parse::<syn::Expr>()?)));
            } else {
                // `get(...)`, as other crates' attributes have it; `method(get, head)` is a list of words.
                let value = if input.peek(syn::token::Paren) {
                    words(input.parse::<proc_macro2::Group>()?.stream())
                } else {
                    Value::Other
                };
                found.push((word(&key), value));
            }
            if input.is_empty() {
                break;
            }
            input.parse::<syn::Token![,]>()?;
        }
        Ok(found)
    };
    parse.parse2(list.tokens.clone()).unwrap_or_default()
}

/// Words with commas between them; tokens of any other kind are not looked into.
fn words(tokens: proc_macro2::TokenStream) -> Value {
    let words = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Ident(found) => Some(Some(Value::Word(word(&found)))),
        TokenTree::Punct(punct) if punct.as_char() == ',' => None,
        _ => Some(None),
    });
    words.collect::<Option<Vec<_>>>().map_or(Value::Other, Value::List)
}

fn value(expr: &syn::Expr) -> Value {
    match expr {
        syn::Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Str(text) => Value::Text(text.value()),
            syn::Lit::Int(number) => number.base10_parse().map_or(Value::Other, Value::Number),
            _ => Value::Other,
        },
        syn::Expr::Path(inner) => inner
            .path
            .segments
            .last()
            .map_or(Value::Other, |segment| Value::Word(word(&segment.ident))),
        syn::Expr::Array(array) => Value::List(array.elems.iter().map(value).collect()),
        syn::Expr::Call(call) => match value(&call.func) {
            Value::Word(name) => Value::Call(name, call.args.iter().map(value).collect()),
            _ => Value::Other,
        },
        syn::Expr::Group(group) => value(&group.expr),
        syn::Expr::Paren(paren) => value(&paren.expr),
        _ => Value::Other,
    }
}

/// The arguments of a macro, where they are expressions with commas between them.
pub(super) fn expressions(tokens: &proc_macro2::TokenStream) -> Option<Vec<syn::Expr>> {
    let parser = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
    parser
        .parse2(tokens.clone())
        .ok()
        .map(|list| list.into_iter().collect())
}
