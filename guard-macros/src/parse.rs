//! Keys and values, without judging them.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitInt, LitStr, Token, Type, bracketed, parenthesized};

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

/// One field for each key, one arm for each, and the list of them all.
macro_rules! keys {
    ($($key:literal => $field:ident: $kind:ty, $form:literal, $parse:expr;)*) => {
        /// What stands between the attribute's parentheses.
        #[derive(Default)]
        pub(crate) struct Args {
            $(pub(crate) $field: Slot<$kind>,)*
        }

        impl Args {
            fn take(&mut self, entry: Entry, errors: &mut Errors) {
                match entry.key.to_string().as_str() {
                    $($key => self.$field.fill(entry, errors, $form, $parse),)*
                    unknown => errors.at(
                        entry.key.span(),
                        format!("unknown key `{unknown}`; the keys are {}", KEYS.join(", ")),
                    ),
                }
            }
        }

        /// In the order in which a route is best read.
        const KEYS: &[&str] = &[$($key),*];
    };
}

keys! {
    "method" => method: Ident, "POST", |input| input.parse();
    "path" => path: LitStr, "\"/a/{param}\"", |input| input.parse();
    "router" => router: LitStr, "\"dotted.module\"", |input| input.parse();
    "tickets" => tickets: Vec<LitStr>, "[\"ENG-STD-003\"]", list;
    "resource_kind" => resource_kind: LitStr, "\"word\"", |input| input.parse();
    "action" => action: LitStr, "\"name\"", |input| input.parse();
    "no_gate" => no_gate: LitStr, "\"reason\"", |input| input.parse();
    "budget" => budget: LitStr, "\"0.25 EUR\"", |input| input.parse();
    "exempt" => exempt: LitStr, "\"EX-001\"", |input| input.parse();
    "body" => body: Vec<LitStr>, "[\"tenant_id\"]", list;
    "missing_status" => missing_status: LitInt, "422", |input| input.parse();
    "roles" => roles: Vec<LitStr>, "[\"owner\", \"admin\"]", list;
    "flag" => flag: LitStr, "\"name\"", |input| input.parse();
    "body_limit" => body_limit: LitInt, "65_536", |input| input.parse();
    "timeout" => timeout: LitStr, "\"5s\"", |input| input.parse();
    "stream" => stream: StreamValue, "sse(\"chat\")", StreamValue::parse;
    "state" => state: Type, "AppState", |input| input.parse();
    "crate" => krate: syn::Path, "path::to::guard", syn::Path::parse_mod_style;
}

/// `sse("chat")`, `websocket("chat")` or `websocket("chat", hello)`.
pub(crate) struct StreamValue {
    pub(crate) transport: Ident,
    pub(crate) domain: LitStr,
    pub(crate) option: Option<Ident>,
}

impl StreamValue {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let transport = input.parse()?;
        let content;
        parenthesized!(content in input);
        let domain = content.parse()?;
        let mut option = None;
        if content.parse::<Option<Token![,]>>()?.is_some() && !content.is_empty() {
            option = Some(content.parse()?);
            content.parse::<Option<Token![,]>>()?;
        }
        // What is left would be reported at the attribute's end.
        if let Some((token, _)) = content.cursor().token_tree() {
            return Err(syn::Error::new(token.span(), "unexpected"));
        }
        Ok(Self {
            transport,
            domain,
            option,
        })
    }
}

/// Reads every entry; a broken one does not hide the next.
pub(crate) fn args(tokens: TokenStream, errors: &mut Errors) -> Args {
    let mut args = Args::default();
    for entry in entries(tokens, errors) {
        args.take(entry, errors);
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
    for parts in split_at_commas(tokens) {
        let mut parts = parts.into_iter();
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

/// A trailing comma opens no further part. Commas between `<` and `>` belong to a type.
fn split_at_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    let mut depth = 0_usize;
    let mut after_dash = false;
    for token in tokens {
        let punct = match &token {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        match punct {
            Some('<') => depth += 1,
            Some('>') if !after_dash => depth = depth.saturating_sub(1),
            _ => {}
        }
        after_dash = punct == Some('-');
        if punct == Some(',') && depth == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(token);
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::KEYS;

    #[test]
    fn every_key_has_a_row_in_the_documentation() {
        let documentation = include_str!("../docs/engine_route.md");
        let rows: Vec<_> = documentation
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        assert_eq!(rows, KEYS);
    }
}
