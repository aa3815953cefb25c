//! Keys and values, without judging them.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, bracketed};

use crate::errors::Errors;

/// A key that may be given. A value that did not parse has been reported, so the key counts as given.
pub(crate) struct Slot<T> {
    key: Option<Span>,
    value: Option<T>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { key: None, value: None }
    }
}

impl<T> Slot<T> {
    /// Where the key stands.
    pub(crate) fn key(&self) -> Option<Span> {
        self.key
    }

    /// The value, if the key was given with a good one.
    pub(crate) fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    fn fill(
        &mut self,
        entry: Entry,
        errors: &mut Errors,
        form: &str,
        parse: impl Fn(ParseStream<'_>) -> syn::Result<T>,
    ) {
        let name = &entry.key;
        if self.key.is_some() {
            errors.at(name.span(), format!("`{name}` is given twice"));
            return;
        }
        self.key = Some(name.span());
        if entry.value.is_empty() {
            errors.at(name.span(), format!("`{name}` needs a value: `{name} = {form}`"));
            return;
        }
        match parse.parse2(entry.value.clone()) {
            Ok(value) => self.value = Some(value),
            Err(_) => errors.over(
                &entry.value,
                format!("not a value of `{name}`: write `{name} = {form}`"),
            ),
        }
    }
}

/// What stands between the attribute's parentheses.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) method: Slot<Ident>,
    pub(crate) path: Slot<LitStr>,
    pub(crate) router: Slot<LitStr>,
    pub(crate) tickets: Slot<Vec<LitStr>>,
    pub(crate) resource_kind: Slot<LitStr>,
    pub(crate) action: Slot<LitStr>,
    pub(crate) no_gate: Slot<LitStr>,
    pub(crate) exempt: Slot<LitStr>,
    pub(crate) krate: Slot<syn::Path>,
}

const KEYS: &str = "method, path, router, tickets, resource_kind, action, no_gate, exempt, crate";

/// Reads every entry; a broken one does not hide the next.
pub(crate) fn args(tokens: TokenStream, errors: &mut Errors) -> Args {
    let mut args = Args::default();
    for entry in entries(tokens, errors) {
        let text = |input: ParseStream<'_>| input.parse::<LitStr>();
        match entry.key.to_string().as_str() {
            "method" => args.method.fill(entry, errors, "POST", |input| input.parse()),
            "path" => args.path.fill(entry, errors, "\"/a/{param}\"", text),
            "router" => args.router.fill(entry, errors, "\"dotted.module\"", text),
            "tickets" => args.tickets.fill(entry, errors, "[\"ENG-STD-003\"]", list),
            "resource_kind" => args.resource_kind.fill(entry, errors, "\"word\"", text),
            "action" => args.action.fill(entry, errors, "\"name\"", text),
            "no_gate" => args.no_gate.fill(entry, errors, "\"reason\"", text),
            "exempt" => args.exempt.fill(entry, errors, "\"EX-001\"", text),
            "crate" => args
                .krate
                .fill(entry, errors, "path::to::guard", syn::Path::parse_mod_style),
            unknown => errors.at(
                entry.key.span(),
                format!("unknown key `{unknown}`; the keys are {KEYS}"),
            ),
        }
    }
    args
}

fn list(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let content;
    bracketed!(content in input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?
        .into_iter()
        .collect())
}

struct Entry {
    key: Ident,
    value: TokenStream,
}

/// Splits `key = value, ...` at the commas.
fn entries(tokens: TokenStream, errors: &mut Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while tokens.peek().is_some() {
        let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
        let mut parts = tokens.by_ref().take_while(|token| !is_comma(token));
        match (parts.next(), parts.next()) {
            (Some(TokenTree::Ident(key)), None) => entries.push(Entry {
                key,
                value: TokenStream::new(),
            }),
            (Some(TokenTree::Ident(key)), Some(TokenTree::Punct(punct))) if punct.as_char() == '=' => {
                entries.push(Entry {
                    key,
                    value: parts.collect(),
                });
            }
            (Some(first), rest) => {
                let all: TokenStream = std::iter::once(first).chain(rest).chain(parts).collect();
                errors.over(all, "expected `key = value`");
            }
            (None, _) => errors.at(Span::call_site(), "expected `key = value` between two commas"),
        }
    }
    entries
}
